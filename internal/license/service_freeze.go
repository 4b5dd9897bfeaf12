package license

import (
	"encoding/json"
	"reflect"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

// freezer stores what inputs sell. It looks everything up once, and inputs that
// sell the same to the same share their terms.
type freezer struct {
	s      *Service
	tx     *db.Tx
	p      actor.PublisherID
	zone   string // the publisher's; "" = not read yet
	claims map[actor.OrgID]string
	frozen map[sold][]frozen
	made   map[lineTerms]SnapshotID
}

// sold is what tells inputs apart, but for the item itself.
type sold struct {
	item             catalog.ItemID
	holder, customer actor.OrgID
	from, until      day.Day
	perUnit          bool
}

// frozen is one item sold, with its terms and their JSON.
type frozen struct {
	item  catalog.Snapshot
	terms *Terms
	text  string
}

// lineTerms names a snapshot of an order line.
type lineTerms struct {
	line OrderLineID
	text string
}

// lot is an input whose terms are stored.
type lot struct {
	IssueInput
	snapshot SnapshotID
	terms    *Terms
}

func (s *Service) freezer(tx *db.Tx, p actor.PublisherID) *freezer {
	return &freezer{s: s, tx: tx, p: p, claims: map[actor.OrgID]string{}, frozen: map[sold][]frozen{}, made: map[lineTerms]SnapshotID{}}
}

// freeze stores what the inputs sell, or finds it from an earlier chunk of the
// same line: one statement reads, one writes.
func (f *freezer) freeze(in []IssueInput) ([]lot, error) {
	if err := f.find(in); err != nil {
		return nil, err
	}
	lots := make([]lot, 0, len(in))
	var rows [][]any
	for _, one := range in {
		sells, err := f.terms(one)
		if err != nil {
			return nil, err
		}
		key := lineTerms{one.Line, sells.text}
		id, known := f.made[key]
		if !known || one.Line.IsZero() {
			id = db.NewID[Terms](f.tx)
			f.made[key] = id
			rows = append(rows, []any{f.p, id, one.Line, sells.text})
			f.s.keepTerms(f.tx, f.p, id, sells.terms)
		}
		lots = append(lots, lot{one, id, sells.terms})
	}
	_, err := f.tx.ExecMany(qSnapshotInsert, rows)
	return lots, err
}

// find reads the terms under which the lines of inputs sell already. Older terms
// of a line stay closed, even if it sells the same again: its newest snapshot is
// what it sells.
func (f *freezer) find(in []IssueInput) error {
	var lines []OrderLineID
	for _, one := range in {
		if !one.Line.IsZero() {
			lines = append(lines, one.Line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	w, err := walkOf(f.tx, f.p, lines)
	if err != nil || len(w.of) == 0 {
		return err
	}
	newest := make([]SnapshotID, 0, len(w.of))
	for _, some := range w.of {
		newest = append(newest, some[len(some)-1])
	}
	found, err := f.s.termsOf(f.tx, f.p, newest)
	if err != nil {
		return err
	}
	for line, some := range w.of {
		id := some[len(some)-1]
		text, err := json.Marshal(found[id])
		if err != nil {
			return err
		}
		f.made[lineTerms{line, string(text)}] = id
	}
	return nil
}

// terms freezes an input in the publisher's time zone.
func (f *freezer) terms(in IssueInput) (frozen, error) {
	key := sold{in.Item.ItemID, in.Holder, in.Customer, in.ValidFrom, in.ValidUntil, in.PerUnit}
	for _, one := range f.frozen[key] {
		if reflect.DeepEqual(one.item, in.Item) { // at once where they share what they hold
			return one, nil
		}
	}
	t, err := f.make(in)
	if err != nil {
		return frozen{}, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return frozen{}, err
	}
	one := frozen{in.Item, t, string(text)}
	f.frozen[key] = append(f.frozen[key], one)
	return one, nil
}

func (f *freezer) make(in IssueInput) (*Terms, error) {
	if f.zone == "" {
		pub, err := org.PublisherByID(f.tx, f.p)
		if err != nil {
			return nil, err
		}
		f.zone = pub.TimeZone
	}
	claim, err := f.claim(in.Holder)
	if err == nil && !in.Customer.IsZero() {
		claim, err = f.claim(in.Customer)
	}
	if err != nil {
		return nil, err
	}
	t := &Terms{
		Item: in.Item, Customer: in.Customer, Holder: claim, From: in.ValidFrom, Until: in.ValidUntil,
		Zone: f.zone, PerUnit: in.PerUnit,
	}
	if err := t.init(); err != nil {
		return nil, err
	}
	t.Issued = day.FromTime(f.tx.Now(), t.loc)
	return t, t.check()
}

// claim is the number of an organization as it stands in licenses.
func (f *freezer) claim(id actor.OrgID) (string, error) {
	if known, ok := f.claims[id]; ok {
		return known, nil
	}
	o, err := org.ByID(f.tx, f.p, id)
	if err == nil {
		f.claims[id] = holderClaim(o.Number)
	}
	return f.claims[id], err
}

// termsOf reads terms, from memory where they are known.
func (s *Service) termsOf(q db.Querier, p actor.PublisherID, ids []SnapshotID) (map[SnapshotID]*Terms, error) {
	list := make([]*License, 0, len(ids))
	for _, id := range ids {
		list = append(list, &License{Snapshot: id})
	}
	if err := s.attach(q, p, list); err != nil {
		return nil, err
	}
	out := make(map[SnapshotID]*Terms, len(ids))
	for _, l := range list {
		out[l.Snapshot] = l.terms
	}
	return out, nil
}
