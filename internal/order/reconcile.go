package order

import (
	"cmp"
	"slices"
)

// Finding is what is wrong between an order book and the tickets.
type Finding string

// The findings.
const (
	Missing      Finding = "missing"  // the book has it, the tickets do not
	Surplus      Finding = "surplus"  // the tickets have it, the book does not
	OtherAmount  Finding = "quantity" // both have it, in another quantity
	OtherArticle Finding = "article"  // both have it, of another article
)

// Difference is one line on which book and tickets disagree.
type Difference struct {
	Finding     Finding `json:"finding"`
	Source      string  `json:"source"`
	Number      string  `json:"number"`
	Line        string  `json:"line"`
	Article     string  `json:"article"`                // of the book; of the tickets where the book has none
	HaveArticle string  `json:"have_article,omitempty"` // of the tickets, where it differs
	Want        int64   `json:"want"`                   // quantity of the book
	Have        int64   `json:"have"`                   // quantity that the tickets hold
}

// entry is one line of either side.
type entry struct {
	no, article string
	quantity    int64
}

// compare finds the differences of one order. complete says that the book's
// lines are all there are; otherwise lines that it does not contain are not
// spoken of. same compares article numbers.
func compare(book, tickets []entry, complete bool, same func(a, b string) bool) []Difference {
	have := make(map[string]entry, len(tickets))
	for _, e := range tickets {
		have[e.no] = e
	}
	var out []Difference
	for _, e := range book {
		h, known := have[e.no]
		delete(have, e.no)
		d := Difference{Line: e.no, Article: e.article, Want: e.quantity, Have: h.quantity}
		switch {
		case e.quantity == h.quantity && (e.quantity == 0 || same(e.article, h.article)):
			continue
		case h.quantity == 0:
			d.Finding = Missing
		case e.quantity == 0:
			d.Finding, d.Article = Surplus, h.article
		case known && !same(e.article, h.article):
			d.Finding, d.HaveArticle = OtherArticle, h.article
		default:
			d.Finding = OtherAmount
		}
		out = append(out, d)
	}
	if complete {
		for _, h := range have {
			if h.quantity > 0 {
				out = append(out, Difference{Finding: Surplus, Line: h.no, Article: h.article, Have: h.quantity})
			}
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return cmp.Compare(a.Line, b.Line) })
	return out
}
