package order

import (
	"maps"
	"slices"
)

// Sale is what a line sells: two sales are the same when the article is the
// same and the options that the sender gave are.
type Sale struct {
	Article string            // canonical article number
	Options map[string]string // as given, without those that the article does not know
}

func (s Sale) equal(o Sale) bool { return s.Article == o.Article && maps.Equal(s.Options, o.Options) }

// LineState is one line of an order as it stands.
type LineState struct {
	No       string
	Sale     Sale
	Quantity int64 // what the order says; 0 = taken out
	Issued   int64 // what its tickets hold; differs from Quantity only while issuing
	Free     int64 // of Issued, what is taken first: nobody has redeemed it
	InUse    int64 // of the rest, what a device would have to give up
}

// Wanted is one line of a document.
type Wanted struct {
	No       string
	Sale     Sale
	Quantity int64 // 0 = taken out
}

// Policy says what needs a human.
type Policy struct {
	RecallAbove int64 // recalls of one document above this wait for a confirmation
	Confirmed   bool  // a human has seen the preview
}

// Act is what happens to a line.
type Act string

// The acts of a step.
const (
	Add      Act = "add"      // the line is new, or comes back
	Raise    Act = "raise"    // more of the same
	Lower    Act = "lower"    // less of the same
	Reverse  Act = "reverse"  // all of it is taken back
	Exchange Act = "exchange" // all of it is taken back and another sale made
)

// Step is the change of one line.
type Step struct {
	No      string `json:"no"`
	Act     Act    `json:"act"`
	Article string `json:"article"`
	From    int64  `json:"from"`              // quantity before
	To      int64  `json:"to"`                // quantity after
	Take    int64  `json:"take,omitempty"`    // of what tickets hold, taken back at once
	Recalls int64  `json:"recalls,omitempty"` // of Take, seats in use that a device has to give up
	Sale    Sale   `json:"-"`
}

// Plan is the difference between an order and a document.
type Plan struct {
	Steps   []Step // in the document's order, then absent lines by number
	Adds    int64  // units to be sold in addition
	Recalls int64  // seats in use that are recalled
	Waits   bool   // a human has to confirm first
}

// Converge compares the lines of an order with those of a document and says
// what makes them equal. complete means that lines which the document does not
// contain are taken out. It decides nothing else: copies, revisions and rights
// are the caller's.
func Converge(current []LineState, wanted []Wanted, complete bool, p Policy) Plan {
	have := make(map[string]LineState, len(current))
	for _, l := range current {
		have[l.No] = l
	}
	var plan Plan
	for _, w := range wanted {
		l, known := have[w.No]
		delete(have, w.No)
		if !known {
			l = LineState{No: w.No, Sale: w.Sale}
		}
		plan.add(step(l, w))
	}
	if complete {
		for _, no := range slices.Sorted(maps.Keys(have)) {
			plan.add(step(have[no], Wanted{No: no, Sale: have[no].Sale}))
		}
	}
	plan.Waits = !p.Confirmed && plan.Recalls > p.RecallAbove
	return plan
}

func (p *Plan) add(s Step, changes bool) {
	if !changes {
		return
	}
	p.Steps = append(p.Steps, s)
	p.Recalls += s.Recalls
	switch s.Act {
	case Exchange:
		p.Adds += s.To
	case Add, Raise:
		p.Adds += s.To - s.From
	}
}

// step compares one line with what is wanted of it.
func step(l LineState, w Wanted) (s Step, changes bool) {
	s = Step{No: w.No, Article: w.Sale.Article, From: l.Quantity, To: w.Quantity, Sale: w.Sale}
	switch same := l.Sale.equal(w.Sale); {
	case w.Quantity == 0 && l.Quantity == 0:
		return s, false
	case w.Quantity == 0:
		s.Act, s.Article, s.Sale, s.Take = Reverse, l.Sale.Article, l.Sale, l.Issued
	case l.Quantity == 0:
		s.Act = Add
	case !same:
		s.Act, s.Take = Exchange, l.Issued
	case w.Quantity > l.Quantity:
		s.Act = Raise
	case w.Quantity < l.Quantity:
		s.Act, s.Take = Lower, max(0, l.Issued-w.Quantity)
	default:
		return s, false
	}
	s.Recalls = min(max(0, s.Take-l.Free), l.InUse)
	return s, true
}

// State is the stored state of an order.
type State string

// The states of an order.
const (
	Issuing   State = "issuing"               // a job is still making tickets
	Delivered State = "delivered"             // the tickets say what the order says
	Awaiting  State = "awaiting_confirmation" // a document waits for a human
	Reversed  State = "reversed"              // every line was taken out
)

// stateOf derives an order's state from sums over its lines.
func stateOf(quantity, issued int64, waiting bool) State {
	switch {
	case waiting:
		return Awaiting
	case issued != quantity:
		return Issuing
	case quantity == 0:
		return Reversed
	}
	return Delivered
}

// Outcome is what became of a document.
type Outcome string

// The outcomes.
const (
	Applied   Outcome = "applied"               // carried out, or being carried out by a job
	Unchanged Outcome = "unchanged"             // it said what is so already, or was seen before
	Stale     Outcome = "stale"                 // a later revision was seen
	Waiting   Outcome = "awaiting_confirmation" // a human has to confirm its recalls
	NotPaid   Outcome = "not_paid"              // the sender does not want it carried out yet
)

// verdict judges a document before its lines are looked at: "" means that the
// lines decide. seen is the highest revision so far, nil if there was none.
func verdict(unpaid, copySeen bool, revision, seen *int64) Outcome {
	switch {
	case unpaid:
		return NotPaid
	case copySeen:
		return Unchanged
	case revision != nil && seen != nil && *revision < *seen:
		return Stale
	}
	return ""
}
