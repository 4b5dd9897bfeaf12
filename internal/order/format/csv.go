package format

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/licet/licet/internal/fault"
)

// ParseCSV reads a file with a heading row in English or German, separated by
// semicolons, commas or tabs, in UTF-8 (with a mark or without), UTF-16 with a
// mark, or Windows-1252. It may hold several orders; rows of one order need not
// stand together. What is said of the whole order (buyer, revision …) may stand
// in its first row only, and must agree where it is repeated.
func ParseCSV(raw []byte, o Options) ([]Document, error) {
	_, charset, err := declared(o.ContentType)
	if err != nil {
		return nil, err
	}
	data, err := decode(raw, charset, true)
	if err != nil {
		return nil, err
	}
	comma, data := separator(data)
	rd := csv.NewReader(bytes.NewReader(data))
	rd.Comma, rd.FieldsPerRecord, rd.ReuseRecord = comma, -1, true
	first, err := rd.Read()
	if errors.Is(err, io.EOF) {
		return nil, with(ErrNoLines, "row 1")
	}
	if err != nil {
		return nil, csvFault(err)
	}
	head, ignored, err := readHead(append([]string(nil), first...))
	if err != nil {
		return nil, err
	}
	f := csvFile{head: head, ignored: ignored, opts: o, orders: map[[2]string]*csvOrder{}}
	for {
		row, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return f.finish()
		}
		if err != nil {
			return nil, csvFault(err)
		}
		n, _ := rd.FieldPos(0)
		if err := f.row(n, row); err != nil {
			return nil, err
		}
	}
}

// separator takes the sign that a "sep=;" line names, or the one under which
// most headings are understood.
func separator(data []byte) (rune, []byte) {
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if sign, ok := bytes.CutPrefix(line, []byte("sep=")); ok && len(sign) == 1 && strings.ContainsRune(";,\t", rune(sign[0])) {
		return rune(sign[0]), rest
	}
	found, most := ';', -1
	for _, sign := range ";,\t" {
		if n := known(strings.Split(strings.ReplaceAll(string(line), `"`, ""), string(sign))); n > most {
			found, most = sign, n
		}
	}
	return found, data
}

func csvFault(err error) error {
	var parse *csv.ParseError
	row := 0
	if errors.As(err, &parse) {
		row = parse.Line
	}
	return with(ErrCSV, "row "+strconv.Itoa(row), "row", row)
}

type csvFile struct {
	head    csvHead
	ignored []string
	opts    Options
	orders  map[[2]string]*csvOrder
	inOrder []*csvOrder // as they appeared
	rows    int
}

// csvOrder is one order of the file: what was first said of the whole, and its
// lines.
type csvOrder struct {
	*builder
	said map[column]string
}

func (f *csvFile) row(n int, row []string) error {
	if empty(row) {
		return nil
	}
	at := "row " + strconv.Itoa(n)
	if f.rows++; f.rows > MaxLines {
		return with(ErrLines, at, "limit", MaxLines)
	}
	if len(row) > len(f.head.names) {
		return with(ErrCSV, at, "row", n)
	}
	o, err := f.order(at, row)
	if err != nil {
		return err
	}
	o.whole(at, f.head, row)
	return o.readLine(at, f.head, row)
}

func empty(row []string) bool {
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// order finds the order of a row or begins it.
func (f *csvFile) order(at string, row []string) (*csvOrder, error) {
	key := [2]string{norm.NFC.String(f.head.cell(row, colSource)), norm.NFC.String(f.head.cell(row, colOrder))}
	if o, ok := f.orders[key]; ok {
		return o, nil
	}
	if len(f.inOrder) >= MaxOrders {
		return nil, with(ErrOrders, at, "limit", MaxOrders)
	}
	mode := f.opts.Mode
	if mode == "" {
		mode = Lines
	}
	o := &csvOrder{builder: newBuilder(CSV, mode), said: map[column]string{}}
	o.doc.Ignored = f.ignored
	o.doc.Source = o.source(f.field(at, colSource), key[0], false)
	o.doc.Number = o.text(f.field(at, colOrder), key[1], maxNumber, true)
	f.orders[key] = o
	f.inOrder = append(f.inOrder, o)
	return o, nil
}

func (f *csvFile) field(at string, c column) string { return f.head.field(at, c) }

// field names a cell as the reader of the file sees it: "row 3, Menge".
func (h csvHead) field(at string, c column) string {
	if i, ok := h.at[c]; ok {
		return at + ", " + clip(strings.TrimSpace(h.names[i]))
	}
	return at
}

// whole reads what a row says of its whole order.
func (o *csvOrder) whole(at string, h csvHead, row []string) {
	d := &o.doc
	for _, c := range []column{colBuyer, colRevision, colMode, colLanguage, colCurrency} {
		s := h.cell(row, c)
		if before, said := o.said[c]; s == "" || said {
			if s != "" && s != before {
				o.refuse(with(ErrDisagree, h.field(at, c), "order", clip(d.Number), "column", clip(h.names[h.at[c]])))
			}
			continue
		}
		o.said[c] = s
		field := h.field(at, c)
		switch c {
		case colBuyer:
			if p := o.party(field, s); p != nil {
				d.Buyer = *p
			}
		case colRevision:
			d.Revision = o.revision(field, s)
		case colMode:
			d.Mode = o.mode(field, s, d.Mode)
		case colLanguage:
			d.Language = language(s)
		case colCurrency:
			d.Currency = o.currency(field, s)
		}
	}
}

func (o *csvOrder) readLine(at string, h csvHead, row []string) error {
	l := Line{Field: at}
	l.No = o.text(h.field(at, colLine), h.cell(row, colLine), maxLineNo, true)
	l.Cancelled = o.truth(h.field(at, colCancelled), h.cell(row, colCancelled))
	l.Article = o.text(h.field(at, colArticle), h.cell(row, colArticle), maxNumber, !l.Cancelled)
	l.Customer = o.party(h.field(at, colCustomer), h.cell(row, colCustomer))
	if !l.Cancelled {
		l.Quantity = o.localQuantity(h.field(at, colQuantity), h.cell(row, colQuantity))
	}
	for i, c := range h.columns {
		if c == colOption && i < len(row) && strings.TrimSpace(row[i]) != "" {
			o.pair(&l.Options, at+", "+clip(h.names[i]), h.options[i], row[i])
		}
	}
	return o.line(l)
}

func (o *csvOrder) truth(field, s string) bool {
	switch strings.ToLower(s) {
	case "", "0", "no", "n", "false", "nein":
		return false
	case "1", "yes", "y", "true", "ja", "j", "x":
		return true
	}
	o.refuse(with(ErrValue, field, "value", clip(s), "allowed", "yes, no, ja, nein"))
	return false
}

// localQuantity reads a number as people write it in either language. "1.000"
// and "1,000" are a thousand to one reader and one to the other: refused.
func (o *csvOrder) localQuantity(field, s string) int64 {
	plain, f := pointed(s)
	if f != nil {
		o.refuse(with(f, field, "value", clip(s)))
		return 0
	}
	return o.quantity(field, plain)
}

// pointed rewrites a number with German or English separators to one with a
// decimal point.
func pointed(s string) (string, *fault.Error) {
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	last := max(dot, comma)
	switch {
	case last < 0:
		return s, nil
	case dot >= 0 && comma >= 0: // the last one is the decimal sign
		thousands := s[min(dot, comma)]
		return strings.ReplaceAll(s[:last], string(thousands), "") + "." + s[last+1:], nil
	case len(s)-last-1 == 3:
		return "", ErrAmbiguous
	}
	return s[:last] + "." + s[last+1:], nil
}

// finish completes every order, or refuses the file as a whole.
func (f *csvFile) finish() ([]Document, error) {
	if len(f.inOrder) == 0 {
		return nil, with(ErrNoLines, "row 2")
	}
	docs := make([]Document, 0, len(f.inOrder))
	var faults []error
	for _, o := range f.inOrder {
		if o.doc.Buyer == (Party{}) {
			o.refuse(with(ErrMissing, o.doc.Lines[0].Field+", "+clip(f.head.names[f.head.at[colBuyer]])))
		}
		d, err := o.finish(f.opts)
		for _, one := range fault.All(err) {
			if len(faults) < most {
				faults = append(faults, one)
			}
		}
		docs = append(docs, d)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return docs, nil
}
