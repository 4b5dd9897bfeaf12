package order

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
)

// Result is the answer to a document: what became of it, and what the order is
// now, with the data of a delivery note.
type Result struct {
	View
	Outcome Outcome   `json:"outcome"`
	Changes []Step    `json:"changes"`           // of this document, at most 100
	Created []string  `json:"created,omitempty"` // numbers of customers that were made
	Skipped []Skipped `json:"skipped,omitempty"` // lines of articles that are not ours
	Ignored []string  `json:"ignored,omitempty"` // columns of the file that were not read
}

// View is an order as its owner sees it.
type View struct {
	ID        ID          `json:"id,omitzero"`
	Source    string      `json:"source"`
	Number    string      `json:"number"`
	Revision  *int64      `json:"revision,omitempty"`
	State     State       `json:"state,omitempty"`
	Buyer     actor.OrgID `json:"buyer,omitzero"`
	Customer  actor.OrgID `json:"customer,omitzero"`
	Currency  string      `json:"currency,omitempty"`
	Quantity  int64       `json:"quantity"` // units that the order says
	Issued    int64       `json:"issued"`   // units that its tickets hold
	LineCount int64       `json:"line_count"`
	Rev       int64       `json:"rev"`
	CreatedAt time.Time   `json:"created_at,omitzero"`
	ChangedAt time.Time   `json:"changed_at,omitzero"`
	Lines     []LineView  `json:"lines"`           // all of them, or none when there is More
	More      bool        `json:"more,omitempty"`  // too many for one answer: page through Lines
	Waits     *Waits      `json:"waits,omitempty"` // the document that a human has to confirm
	Job       job.ID      `json:"job,omitzero"`    // that makes its tickets
	Note      *Note       `json:"note,omitempty"`  // the delivery note's words
}

// LineView is a line with its tickets.
type LineView struct {
	ID       LineID       `json:"id"`
	No       string       `json:"no"`
	Article  string       `json:"article"`
	Name     string       `json:"name"` // in the order's language
	Quantity int64        `json:"quantity"`
	Issued   int64        `json:"issued"`
	State    LineStatus   `json:"state"`
	Customer actor.OrgID  `json:"customer,omitzero"`
	Text     string       `json:"text"` // the delivery note's line
	Tickets  []TicketView `json:"tickets"`
}

// TicketView is a ticket of a line. Code is empty where the caller may not see
// it, and where the publisher shows it once and has.
type TicketView struct {
	ID       license.TicketID    `json:"id"`
	Code     string              `json:"code,omitempty"`
	Once     bool                `json:"shown_once,omitempty"` // the code stood in the answer that made the ticket; it is not kept
	Hint     string              `json:"hint"`                 // last group of the code
	Quantity int64               `json:"quantity"`
	State    license.TicketState `json:"state"`
}

// Waits tells a human what confirming would do now.
type Waits struct {
	Since   time.Time `json:"since"`
	Steps   []Step    `json:"steps"`   // at most 100
	Recalls int64     `json:"recalls"` // seats in use that would be recalled now
	Limit   int64     `json:"limit"`   // above which a human is asked
}

// Note is what a delivery note says besides its lines, in the order's language.
type Note struct {
	Language string `json:"language"`
	Title    string `json:"title"`
	HowTo    string `json:"how_to"`
	Depot    string `json:"depot,omitempty"` // address where tickets are redeemed
}

// mostChanges is how many steps an answer shows.
const mostChanges = 100

func firstSteps(steps []Step) []Step {
	if steps == nil {
		return []Step{}
	}
	return steps[:min(len(steps), mostChanges)]
}

func viewOf(o Order) View {
	return View{
		ID: o.ID, Source: o.Source, Number: o.Number, Revision: o.Revision, State: o.State, Buyer: o.Buyer, Customer: o.Customer,
		Currency: o.Currency, Quantity: o.Quantity, Issued: o.Issued, LineCount: o.LineCount, Rev: o.Rev,
		CreatedAt: o.CreatedAt, ChangedAt: o.ChangedAt, Lines: []LineView{},
	}
}

func noteOf(o Order, depot string) *Note {
	l := text.Lang(o.Language)
	n := &Note{
		Language: o.Language, Depot: depot,
		Title: text.T(l, "order.note.title", "order", o.Number),
		HowTo: text.T(l, "order.note.how_to"),
	}
	if depot != "" {
		n.HowTo = text.T(l, "order.note.how_to_depot", "depot", depot)
	}
	return n
}

func lineView(l Line, o Order, item catalog.Snapshot, tickets []TicketView) LineView {
	lang := text.Lang(o.Language)
	name := item.Name.EN
	if lang == text.DE {
		name = item.Name.DE
	}
	if tickets == nil {
		tickets = []TicketView{}
	}
	v := LineView{
		ID: l.ID, No: l.No, Article: l.Article, Name: name, Quantity: l.Quantity, Issued: l.Issued, State: l.State,
		Customer: l.Customer, Tickets: tickets,
		Text: text.N(lang, "order.note.line", l.Quantity, "line", l.No, "name", name, "article", l.Article),
	}
	if v.Customer.IsZero() {
		v.Customer = o.Customer
	}
	if l.Quantity == 0 {
		v.Text = text.T(lang, "order.note.line_cancelled", "line", l.No, "name", name, "article", l.Article)
	}
	return v
}
