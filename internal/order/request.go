package order

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
	"github.com/licet/licet/internal/order/format"
)

// maxUnits is how many units one order may hold.
const maxUnits = 1_000_000_000

// request is a document whose parties are known: what is compared with the
// order, and what is kept while a human decides.
type request struct {
	Source   string        `json:"source"`
	Number   string        `json:"number"`
	Revision *int64        `json:"revision,omitempty"`
	Mode     format.Mode   `json:"mode"`
	Buyer    actor.OrgID   `json:"buyer"`
	Customer actor.OrgID   `json:"customer,omitzero"`
	Language string        `json:"language"`
	Currency string        `json:"currency"`
	Lines    []requestLine `json:"lines"`
}

// requestLine is one line of it. Given are the options that the article has to
// know, Loose those that count only if it does.
type requestLine struct {
	No       string            `json:"no"`
	Article  string            `json:"article"`
	Quantity int64             `json:"quantity"` // 0 = taken out
	Given    map[string]string `json:"given,omitempty"`
	Loose    map[string]string `json:"-"`
	Customer actor.OrgID       `json:"customer,omitzero"`
	Field    string            `json:"field,omitempty"`
}

// requestOf takes over what needs no look-up.
func requestOf(d format.Document) request {
	r := request{
		Source: d.Source, Number: d.Number, Revision: d.Revision, Mode: d.Mode,
		Language: d.Language, Currency: d.Currency, Lines: make([]requestLine, 0, len(d.Lines)),
	}
	for i, l := range d.Lines {
		one := requestLine{No: l.No, Article: l.Article, Quantity: l.Quantity, Given: l.Options, Loose: l.Properties, Field: l.Field}
		if l.Cancelled {
			one.Quantity = 0
		}
		if one.Field == "" {
			one.Field = "/lines/" + strconv.Itoa(i)
		}
		r.Lines = append(r.Lines, one)
	}
	return r
}

// reading joins the lines of a request with what the order and the catalog know
// about them.
type reading struct {
	lines    map[string]Line // of the order, by number
	sales    map[int64]sale
	unknown  Unknown // what happens to articles that the catalog does not have
	request  *request
	index    map[string]int            // of the request's lines, by number
	fresh    map[int]*catalog.Snapshot // by index of the request's line: to be sold anew
	same     map[int]bool              // it sells what the order's line sells
	dropped  map[int]bool              // skipped: not an article of ours
	refusals []error
}

func newReading(req *request, u Unknown) *reading {
	r := &reading{
		request: req, unknown: u, lines: map[string]Line{}, index: make(map[string]int, len(req.Lines)),
		fresh: map[int]*catalog.Snapshot{}, same: map[int]bool{}, dropped: map[int]bool{},
	}
	for i, l := range req.Lines {
		r.index[l.No] = i
	}
	return r
}

// sold is what a line of the request sells that is to be sold anew.
func (r *reading) sold(no string) *catalog.Snapshot { return r.fresh[r.index[no]] }

// ask says which lines have to be resolved by the catalog: those that add
// something. A line that repeats or lowers what was sold never fails because
// its article is not sold any more.
func (r *reading) ask() (at []int, wants []catalog.Want) {
	for i := range r.request.Lines {
		l := &r.request.Lines[i]
		have, known := r.lines[l.No]
		if known && have.Quantity > 0 && r.repeats(l, r.sales[have.sale]) {
			r.same[i] = true
			if l.Quantity <= have.Quantity {
				continue
			}
		}
		if l.Quantity > 0 {
			at, wants = append(at, i), append(wants, want(l))
		}
	}
	return at, wants
}

// repeats reports whether l gives the article and the options of s; loose
// options that the article knows count as given.
func (r *reading) repeats(l *requestLine, s sale) bool {
	if catalog.FoldNumber(l.Article) != catalog.FoldNumber(s.sale.Article) {
		return false
	}
	given := maps.Clone(l.Given)
	for name, value := range l.Loose {
		if knowsOption(s.snapshot.Options, name) {
			given = put(given, name, value)
		}
	}
	if !maps.Equal(given, s.sale.Options) {
		return false
	}
	l.Given, l.Loose = given, nil
	return true
}

// knowsOption reports whether there is an option of that name, in any capitals.
func knowsOption(options map[string]frame.Value, name string) bool {
	if _, exact := options[name]; exact {
		return true
	}
	for known := range options {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

func put(m map[string]string, name, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	if _, given := m[name]; !given {
		m[name] = value
	}
	return m
}

func want(l *requestLine) catalog.Want {
	w := catalog.Want{Number: l.Article}
	for _, values := range []map[string]string{l.Loose, l.Given} {
		for name, value := range values {
			if w.Options == nil {
				w.Options = map[string]frame.Value{}
			}
			for loose := range l.Loose { // what is given goes before what stands beside it
				if strings.EqualFold(loose, name) {
					delete(w.Options, loose)
				}
			}
			w.Options[name] = frame.OfText(value)
		}
	}
	return w
}

// take reads the catalog's answers. It returns the lines that have to be asked
// again because loose options were dropped.
func (r *reading) take(at []int, answers []catalog.Resolved) (again []int) {
	for k, i := range at {
		l, a := &r.request.Lines[i], answers[k]
		switch {
		case a.Err == nil:
			r.settle(i, a.Snapshot)
		case errors.Is(a.Err, catalog.ErrArticleUnknown) && r.unknown == SkipUnknown:
			r.dropped[i] = true
		case l.loosen(a.Err):
			again = append(again, i)
		default:
			r.refuse(l, a.Err)
		}
	}
	return again
}

// loosen drops the loose options that the article does not know.
func (l *requestLine) loosen(err error) bool {
	before := len(l.Loose)
	for _, f := range fault.All(err) {
		if name, ok := strings.CutPrefix(f.Field, "/options/"); ok && (errors.Is(f, catalog.ErrOptionUnknown) || errors.Is(f, catalog.ErrTwice)) {
			delete(l.Loose, unescape.Replace(name))
		}
	}
	return len(l.Loose) < before
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// settle notes what line i sells. If that is what it sold before, its terms
// stay those of the first sale.
func (r *reading) settle(i int, s catalog.Snapshot) {
	l := &r.request.Lines[i]
	l.Article = s.Number
	for name, value := range l.Loose {
		l.Given = put(l.Given, name, value)
	}
	l.Loose = nil
	if have, known := r.lines[l.No]; known && have.Quantity > 0 && !r.same[i] {
		before := r.sales[have.sale].snapshot
		r.same[i] = before.ItemID == s.ItemID && maps.Equal(before.Options, s.Options)
	}
	if !r.same[i] {
		r.fresh[i] = &s
	}
}

func (r *reading) refuse(l *requestLine, err error) {
	for _, f := range fault.All(err) {
		if f.Field == "" {
			f = f.At("/article")
		}
		r.refusals = append(r.refusals, f.At(inLine(l.Field, f.Field)))
	}
}

// inLine names a field of a line as the reader of the document sees it: a pointer
// goes on as one, "row 3" of a file as "row 3, article" or "row 3, Option:days".
func inLine(line, field string) string {
	if strings.HasPrefix(line, "/") {
		return line + field
	}
	field = strings.TrimPrefix(field, "/")
	if option, ok := strings.CutPrefix(field, "options/"); ok {
		field = "Option:" + option
	}
	return line + ", " + field
}

// wanted is the request as the convergence rule reads it.
func (r *reading) wanted() []Wanted {
	out := make([]Wanted, 0, len(r.request.Lines))
	for i, l := range r.request.Lines {
		if r.dropped[i] {
			continue
		}
		w := Wanted{No: l.No, Quantity: l.Quantity, Sale: Sale{Article: l.Article, Options: l.Given}}
		if have, known := r.lines[l.No]; known && (r.same[i] || l.Quantity == 0) {
			w.Sale = r.sales[have.sale].sale
		}
		out = append(out, w)
	}
	return out
}

// skipped are the lines of articles that are not ours.
func (r *reading) skipped() []Skipped {
	var out []Skipped
	for i, l := range r.request.Lines {
		if r.dropped[i] {
			out = append(out, Skipped{No: l.No, Article: l.Article})
		}
	}
	return out
}

// Skipped is a line that was left alone because the catalog does not know its
// article and the source says that this is no mistake.
type Skipped struct {
	No      string `json:"no"`
	Article string `json:"article"`
}

// states are the order's lines as the rule reads them; have is what the tickets
// of those lines hold that may lose something.
func (r *reading) states(have map[LineID]stock) []LineState {
	out := make([]LineState, 0, len(r.lines))
	for _, l := range r.lines {
		out = append(out, LineState{No: l.No, Sale: r.sales[l.sale].sale, Quantity: l.Quantity, Issued: l.Issued, Free: have[l.ID].Free, InUse: have[l.ID].InUse})
	}
	slices.SortFunc(out, func(a, b LineState) int { return strings.Compare(a.No, b.No) })
	return out
}

// shrinking are the lines that lose something: what their tickets hold has to be
// known before the rule can say what would be recalled.
func (r *reading) shrinking(p Plan) []LineID {
	var out []LineID
	for _, s := range p.Steps {
		if s.Take > 0 {
			out = append(out, r.lines[s.No].ID)
		}
	}
	return out
}
