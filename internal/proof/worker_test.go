package proof_test

import (
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"slices"

	"github.com/licet/licet/wire"
)

// worker is one caller with orders and devices of its own, so that it knows
// exactly what the server has to say about them. It never gives up on a request.
type worker struct {
	n       *node
	ledger  *ledger
	name    string
	orders  []*sold
	boxes   []*box
	acts    int
	refused map[string]int
}

// sold is an order of a worker as the server acknowledged it.
type sold struct {
	doc     document
	retry   string
	tickets map[string]string
	seats   seats // of its line "1"
}

// seats is a ticket with seats that move.
type seats struct {
	ticket, code, license string
	used, taken           int64
	in                    []*box // which hold it
}

func newWorker(n *node, l *ledger, name string) *worker {
	return &worker{n: n, ledger: l, name: name, refused: map[string]int{}}
}

// step does one thing.
func (k *worker) step() error {
	k.acts++
	if len(k.orders) == 0 {
		return k.place()
	}
	o := k.orders[mrand.IntN(len(k.orders))]
	switch p := mrand.IntN(100); {
	case p < 15:
		return k.place()
	case p < 25:
		return k.again(o)
	case p < 40:
		return k.change(o)
	case p < 70:
		return k.activate(o)
	case p < 85:
		return k.give(o)
	default:
		return k.confirm()
	}
}

func (k *worker) retryKey() string { return k.name + "-" + rand.Text() }

// place sends a new order with several lines.
func (k *worker) place() error {
	d := document{
		Source: source, Number: fmt.Sprint(k.name, "-", len(k.orders)+1), Revision: 1, Mode: "complete", Buyer: party{"C-" + k.name},
		Lines: []documentLine{{"1", articleSeats, 1 + mrand.Int64N(4)}},
	}
	if mrand.IntN(2) == 0 {
		d.Lines = append(d.Lines, documentLine{"2", articleSingle, 1 + mrand.Int64N(3)})
	}
	if mrand.IntN(2) == 0 {
		d.Lines = append(d.Lines, documentLine{"3", articleYear, 1 + mrand.Int64N(9)})
	}
	o := &sold{}
	if err := k.send(o, d, k.retryKey()); err != nil {
		return err
	}
	k.orders = append(k.orders, o)
	return nil
}

// again sends an order that was answered before.
func (k *worker) again(o *sold) error { return k.send(o, o.doc, k.retryKey()) }

// change raises and lowers lines, never below what devices hold.
func (k *worker) change(o *sold) error {
	d := o.doc
	d.Revision++
	d.Lines = slices.Clone(d.Lines)
	for i := range d.Lines {
		least := int64(1)
		if d.Lines[i].No == "1" {
			least = max(1, o.seats.used)
		}
		d.Lines[i].Quantity = max(least, d.Lines[i].Quantity+mrand.Int64N(5)-2)
	}
	return k.send(o, d, k.retryKey())
}

// send sends a document, checks what came back and writes it down.
func (k *worker) send(o *sold, d document, retry string) error {
	v, a, err := k.n.order(d, retry)
	if err != nil || !a.ok() {
		return fmt.Errorf("order %s: %v, %v", d.Number, a, err)
	}
	if err := v.fits(d); err != nil {
		return err
	}
	got := v.tickets()
	gone := o.lowered(d)
	for id, code := range o.tickets {
		now, ok := got[id]
		if !ok {
			gone--
		}
		if ok && now != code || gone < 0 {
			return fmt.Errorf("order %s: ticket %s was %q, now %q", d.Number, id, code, now)
		}
	}
	if err := k.ledger.add(entry{Order: &d, Retry: retry, Tickets: got}); err != nil {
		return err
	}
	o.doc, o.retry, o.tickets = d, retry, got
	for _, l := range v.Lines {
		if l.No == "1" {
			if len(l.Tickets) != 1 {
				return fmt.Errorf("order %s: %d tickets for one line", d.Number, len(l.Tickets))
			}
			o.seats.ticket, o.seats.code = l.Tickets[0].ID, l.Tickets[0].Code
		}
	}
	return nil
}

// lowered is how many tickets a document takes back: units of lines that have a
// ticket per unit.
func (o *sold) lowered(d document) (n int64) {
	for i, l := range o.doc.Lines {
		if l.Article == articleSingle {
			n += max(0, l.Quantity-d.Lines[i].Quantity)
		}
	}
	return n
}

// mostTaken bounds how often freed seats of one ticket are taken again, so that
// no limit against sharing stands in the way.
const mostTaken = 15

// activate puts a seat of an order in a device that has none of it.
func (k *worker) activate(o *sold) error {
	s := &o.seats
	free := o.doc.Lines[0].Quantity - s.used
	if free < 1 || s.taken >= o.doc.Lines[0].Quantity+mostTaken {
		return nil
	}
	b, err := k.device(s)
	if err != nil {
		return err
	}
	m, err := b.activate(s.code)
	if err != nil {
		return err
	}
	u, err := k.exchange(b, m)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(u.licenses, func(l *wire.License) bool { return l.Article == articleSeats && (s.license == "" || l.ID == s.license) })
	if i < 0 {
		return fmt.Errorf("%d licenses in the answer, not the one that was asked for", len(u.licenses))
	}
	s.license, s.used, s.taken, s.in = u.licenses[i].ID, s.used+1, s.taken+1, append(s.in, b)
	return nil
}

// device is a known device without this license, or a new one.
func (k *worker) device(s *seats) (*box, error) {
	if len(k.boxes) > 0 && mrand.IntN(3) > 0 {
		if b := k.boxes[mrand.IntN(len(k.boxes))]; !slices.Contains(s.in, b) {
			return b, nil
		}
	}
	b, err := k.n.w.box()
	if err == nil {
		k.boxes = append(k.boxes, b)
	}
	return b, err
}

// give returns a seat.
func (k *worker) give(o *sold) error {
	s := &o.seats
	if len(s.in) == 0 {
		return nil
	}
	i := mrand.IntN(len(s.in))
	b := s.in[i]
	m, err := b.giveBack(s.license)
	if err != nil {
		return err
	}
	if _, err := k.exchange(b, m); err != nil {
		return err
	}
	s.in = slices.Delete(s.in, i, i+1)
	s.used--
	return nil
}

// confirm sends a receipt.
func (k *worker) confirm() error {
	if len(k.boxes) == 0 {
		return nil
	}
	b := k.boxes[mrand.IntN(len(k.boxes))]
	m, err := b.receipt()
	if err != nil {
		return err
	}
	_, err = k.exchange(b, m)
	return err
}

// exchange hands a message in, writes the answer down and installs it.
func (k *worker) exchange(b *box, m message) (update, error) {
	a, u, err := b.do(k.n, m)
	if err == nil && !a.ok() {
		err = fmt.Errorf("refused: %v", a)
	}
	if err != nil {
		return u, err
	}
	return u, k.ledger.add(entry{Token: m.token, Status: a.status, Body: a.body})
}

// settled compares what the worker knows with what the server says: seats in
// use, live activations with their generations, and that nothing else is live.
func (k *worker) settled() error {
	for _, o := range k.orders {
		if err := k.n.seated(&o.seats, o.doc.Lines[0].Quantity); err != nil {
			return fmt.Errorf("order %s: %w", o.doc.Number, err)
		}
	}
	return nil
}

// seated checks one ticket with seats that move.
func (n *node) seated(s *seats, quantity int64) error {
	all, err := n.licensesOf(s.ticket)
	if err != nil {
		return err
	}
	if len(all) != 1 || all[0].Quantity != quantity || all[0].Used != s.used || all[0].Used > all[0].Limit {
		return fmt.Errorf("licenses %+v, want one of %d with %d used", all, quantity, s.used)
	}
	acts, err := n.activationsOf(all[0].ID)
	if err != nil {
		return err
	}
	live := map[string]int64{}
	var sum int64
	for _, a := range acts {
		if a.live() {
			live[a.Container] = a.Gen
			sum += a.Quantity
		}
	}
	if sum != s.used || len(live) != len(s.in) {
		return fmt.Errorf("%d seats are live in %d devices, want %d in %d", sum, len(live), s.used, len(s.in))
	}
	for _, b := range s.in {
		if held := b.held[all[0].ID]; held == nil || live[b.id()] != held.gen {
			return fmt.Errorf("a device holds %+v, the server says generation %d", held, live[b.id()])
		}
	}
	return nil
}
