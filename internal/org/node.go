package org

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
)

// State is the stored state of an organization.
type State string

// The states of an organization.
const (
	StateOpen   State = "open"
	StateClosed State = "closed"
)

// The longest texts, in bytes of UTF-8.
const (
	MaxNumber = 64
	MaxName   = 200
)

// Organization is a node of a publisher's tree.
type Organization struct {
	ID         ID         `json:"id"`
	Parent     ID         `json:"parent,omitzero"` // zero for the root
	Kind       Kind       `json:"kind"`
	Number     string     `json:"number"`         // pseudonymous, unique in the publisher
	Name       string     `json:"name,omitempty"` // empty where the publisher holds numbers only
	PriceClass PriceClass `json:"price_class"`
	Billing    Billing    `json:"billing"`
	Ceiling    *actor.Set `json:"ceiling,omitempty"` // nil = whatever the parent may
	State      State      `json:"state"`
	CreatedAt  time.Time  `json:"created_at"`
	Rev        int64      `json:"rev"`
}

// check holds a revision that the caller has seen against the current one; 0
// means that the caller does not care.
func (o Organization) check(rev int64) error { return checkRev(rev, o.Rev) }

func checkRev(seen, have int64) error {
	if seen != 0 && seen != have {
		return ErrStale.With("seen", seen, "have", have)
	}
	return nil
}

// stale is the refusal of an update that found a later revision than rev.
func stale(rev int64) error { return ErrStale.With("seen", rev, "have", rev+1) }

// admits refuses a new child of kind k: the node is closed, or the kind may not
// stand here.
func (o Organization) admits(k Kind) error {
	switch {
	case !k.Under(o.Kind):
		return ErrBadKind.With("kind", string(k), "parent", string(o.Kind)).At("kind")
	case o.State != StateOpen:
		return ErrClosed.With("number", o.Number).At("parent")
	}
	return nil
}

// node returns the organization that n describes, below parent, which stands on
// level depth. all: the caller stands for the publisher.
func (n NewOrganization) node(pub Publisher, parent Organization, depth int, all bool) (Organization, error) {
	o := Organization{Parent: parent.ID, Kind: n.Kind}
	if err := parent.admits(n.Kind); err != nil {
		return o, err
	}
	if depth >= MaxDepth {
		return o, ErrTooDeep.At("parent")
	}
	var err error
	if n.Number != "" {
		if o.Number, err = cleanNumber(n.Number); err != nil {
			return o, err
		}
	}
	if o, err = o.rename(pub, n.Name); err != nil {
		return o, err
	}
	fill(&n.PriceClass, PriceList)
	fill(&n.Billing, BillOrder)
	return o.terms(parent, n.PriceClass, n.Billing, all)
}

// rename returns o under another name. Resellers and the root need one; where a
// publisher holds numbers only, the others may have none.
func (o Organization) rename(pub Publisher, name string) (Organization, error) {
	name, err := cleanName(name, o.Kind == KindPublisher || o.Kind == KindReseller)
	if err != nil {
		return o, err
	}
	if name != "" && !pub.keepsName(o.Kind) {
		return o, ErrNameNotKept.At("name")
	}
	o.Name = name
	return o, nil
}

// terms returns o with other terms; empty ones stay. Who does not stand for the
// publisher gives list price or the parent's own class.
func (o Organization) terms(parent Organization, class PriceClass, billing Billing, all bool) (Organization, error) {
	fill(&class, o.PriceClass)
	fill(&billing, o.Billing)
	switch {
	case !class.Valid():
		return o, ErrBadPriceClass.With("price_class", string(class)).At("price_class")
	case !billing.Valid():
		return o, ErrBadBilling.With("billing", string(billing)).At("billing")
	case class != o.PriceClass && class != PriceList && class != parent.PriceClass && !all:
		return o, ErrPriceClass.With("price_class", string(class)).At("price_class")
	}
	o.PriceClass, o.Billing = class, billing
	return o, nil
}

// narrow returns o with another ceiling. What that frees must be held by the
// giver.
func (o Organization) narrow(to *actor.Set, held actor.Set) (Organization, error) {
	if o.Parent.IsZero() {
		return o, ErrRoot
	}
	before, after := actor.All(), actor.All()
	if o.Ceiling != nil {
		before = *o.Ceiling
	}
	if to != nil {
		after = *to
	}
	// What its kind can never do is not handed on by freeing it.
	freed := after.Minus(before).And(KindCeiling(o.Kind))
	if err := handOn(freed, held); err != nil {
		return o, err
	}
	o.Ceiling = to
	return o, nil
}

// move returns o below target. within: target is o or stands below it. levels is
// how deep the tree gets on this side.
func (o Organization) move(target Organization, within bool, levels int) (Organization, error) {
	switch {
	case o.Parent.IsZero():
		return o, ErrRoot
	case within:
		return o, ErrCycle.At("parent")
	case levels > MaxDepth:
		return o, ErrTooDeep.At("parent")
	}
	if err := target.admits(o.Kind); err != nil {
		return o, err
	}
	o.Parent = target.ID
	return o, nil
}

// close returns o closed. parent says that open nodes stand directly below it.
func (o Organization) close(parent bool) (Organization, error) {
	switch {
	case o.Parent.IsZero():
		return o, ErrRoot
	case o.State == StateClosed:
		return o, ErrClosed.With("number", o.Number)
	case parent:
		return o, ErrHasChildren.With("number", o.Number)
	}
	o.State = StateClosed
	return o, nil
}

// reopen returns o open again; its parent must be open.
func (o Organization) reopen(parent Organization) (Organization, error) {
	switch {
	case o.State == StateOpen:
		return o, ErrNotClosed.With("number", o.Number)
	case parent.State != StateOpen:
		return o, ErrClosed.With("number", parent.Number)
	}
	o.State = StateOpen
	return o, nil
}

// cleanNumber trims a number and refuses one that is empty, too long, or has
// characters that do not print.
func cleanNumber(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > MaxNumber || !printable(s) {
		return "", ErrBadNumber.At("number")
	}
	return s, nil
}

// cleanName trims a name; a required one may not be empty.
func cleanName(s string, required bool) (string, error) {
	s = strings.TrimSpace(s)
	if required && s == "" || len(s) > MaxName || !printable(s) {
		return "", ErrBadName.At("name")
	}
	return s, nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// fold is the form in which names are searched, on both engines alike.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// numberAlphabet has no look-alikes and no vowels, so that a number can be read
// out and never spells a word.
const numberAlphabet = "23456789BCDFGHJKLMNPQRSTVWXZ"

// newNumber returns a random pseudonymous number such as "C-7KXQ-2MRD-9V4" (53
// bits): it says nothing about who or how many.
func newNumber() string {
	var b strings.Builder
	b.WriteString("C")
	for i, c := range randomSymbols(11, numberAlphabet) {
		if i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// randomSymbols draws n symbols evenly from an alphabet of at most 256.
func randomSymbols(n int, alphabet string) string {
	out := make([]byte, 0, n)
	limit := 256 - 256%len(alphabet)
	var buf [64]byte
	for {
		_, _ = rand.Read(buf[:]) // never fails: the runtime stops the program instead
		for _, c := range buf {
			if int(c) >= limit {
				continue
			}
			if out = append(out, alphabet[int(c)%len(alphabet)]); len(out) == n {
				return string(out)
			}
		}
	}
}
