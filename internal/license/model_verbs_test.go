package license_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// Split, merge, transfer, replace and return by support, among raising, lowering and
// devices that activate, return and refresh: the order line always has as many seats
// as were ordered; nobody is taken for a copy; and when every device has been heard,
// it holds what the server counts, within what was ordered.
func TestModelOfVerbs(t *testing.T) {
	checks(t, rounds(25, 5_000))
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			w.Service = w.node(license.Limits{Ticket: db.Limit{Name: "test.churn", Burst: 1_000_000, Per: time.Hour}})
			round := 0
			rapid.Check(t, func(rt *rapid.T) {
				w.study(round)
				round++
				newMarket(w).run(rt)
			})
		})
	}
}

// market is one random run: the tickets of one order line, and devices.
type market struct {
	w       *world
	line    license.OrderLineID
	total   int64 // what was ordered
	tickets []holding
	devices []*box
	holders []actor.OrgID
}

// holding is an open ticket.
type holding struct {
	id   license.TicketID
	code string
}

func newMarket(w *world) *market {
	m := &market{w: w, total: 6, holders: []actor.OrgID{w.a.Direct, w.a.Customer}}
	sold, line := w.bought(item(catalog.Multi), m.total)
	m.line, m.tickets = line, []holding{{sold.Ticket, sold.Code}}
	for range 4 {
		m.devices = append(m.devices, w.box())
	}
	return m
}

func (m *market) run(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"activate": m.activate,
		"refresh":  func(t *rapid.T) { m.refresh(t, m.device(t)) },
		"return":   m.giveBack,
		"ask back": m.askBack,
		"split":    m.split,
		"merge":    m.merge,
		"transfer": m.transfer,
		"replace":  m.replace,
		"raise":    m.raise,
		"lower":    m.lower,
		"":         m.check,
	})
	for range 3 { // to be told, to have said so, to be told what followed
		for _, d := range m.devices {
			m.refresh(t, d)
		}
	}
	m.settled(t)
}

func (m *market) ticket(t *rapid.T) holding {
	if len(m.tickets) == 0 {
		t.Skip("every ticket is gone")
	}
	return m.tickets[rapid.IntRange(0, len(m.tickets)-1).Draw(t, "ticket")]
}

func (m *market) device(t *rapid.T) *box {
	return m.devices[rapid.IntRange(0, len(m.devices)-1).Draw(t, "device")]
}

// send has a message arrive, sometimes twice.
func (m *market) send(t *rapid.T, d *box, c wire.Claims) error {
	token := d.sign(c)
	lines, err := m.w.Exchange(context.Background(), anyone(), token)
	if errors.Is(err, license.ErrSuspect) {
		t.Fatalf("an honest device was taken for a copy: %v", err)
	}
	if err == nil && rapid.Bool().Draw(t, "twice") {
		again, err := m.w.Exchange(context.Background(), anyone(), token)
		if err != nil || join(again) != join(lines) {
			t.Fatalf("another answer to the same message: %v", err)
		}
	}
	if err == nil {
		d.install(m.w.read(lines))
	}
	return err
}

func (m *market) activate(t *rapid.T) {
	d := m.device(t)
	_ = m.send(t, d, d.request(wire.ActActivate, withCode(m.ticket(t).code)))
}

func (m *market) refresh(t *rapid.T, d *box) {
	if err := m.send(t, d, d.request(wire.ActRefresh)); err != nil && !errors.Is(err, license.ErrUnknownContainer) {
		t.Fatal(err)
	}
}

func (m *market) giveBack(t *rapid.T) {
	d := m.device(t)
	for id := range d.held {
		if err := m.send(t, d, d.giveBack(id)); err != nil {
			t.Fatal(err)
		}
		return
	}
}

func (m *market) askBack(t *rapid.T) {
	info := m.info(t, m.ticket(t).id)
	page, err := m.w.ListActivations(context.Background(), m.w.a.All(), info.Licenses[len(info.Licenses)-1].ID, "", 10)
	must(m.w.t, err)
	for _, a := range page.Items {
		if a.State == license.ActivationConfirmed || a.State == license.ActivationDelivered {
			_, err := m.w.Return(context.Background(), m.w.a.All(), a.ID)
			must(m.w.t, err)
			return
		}
	}
}

func (m *market) info(t *rapid.T, id license.TicketID) license.TicketInfo {
	info, err := m.w.GetTicket(context.Background(), m.w.a.All(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Licenses) == 0 {
		t.Skip("it holds nothing")
	}
	return info
}

func (m *market) split(t *rapid.T) {
	of := m.ticket(t)
	out, err := m.w.Split(context.Background(), m.w.a.All(), of.id, rapid.Int64Range(1, 3).Draw(t, "seats"))
	if err == nil {
		m.tickets = append(m.tickets, holding{out.Ticket.ID, out.Code})
	}
}

func (m *market) drop(id license.TicketID) {
	m.tickets = slices.DeleteFunc(m.tickets, func(h holding) bool { return h.id == id })
}

func (m *market) merge(t *rapid.T) {
	into, from := m.ticket(t), m.ticket(t)
	_, err := m.w.Merge(context.Background(), m.w.a.All(), into.id, from.id)
	if err != nil {
		return
	}
	m.drop(from.id)
	_, err = m.w.box().activate(from.code)
	if !errors.Is(err, license.ErrTicketInto) {
		t.Fatalf("a merged ticket: %v", err)
	}
}

func (m *market) transfer(t *rapid.T) {
	of := m.ticket(t)
	to := m.holders[rapid.IntRange(0, 1).Draw(t, "holder")]
	how := rapid.SampledFrom([]string{license.DevicesKeep, license.DevicesReturn}).Draw(t, "devices")
	out, err := m.w.Transfer(context.Background(), m.w.a.All(), license.TransferInput{Ticket: of.id, To: to, Devices: how})
	if err != nil {
		return
	}
	if out.NewCode {
		m.drop(of.id)
		m.tickets = append(m.tickets, holding{out.Ticket.ID, out.Code})
	}
	if out.Ticket.Holder != to {
		t.Fatalf("%+v", out.Ticket)
	}
}

func (m *market) replace(t *rapid.T) {
	info := m.info(t, m.ticket(t).id)
	_, _ = m.w.Replace(context.Background(), m.w.a.All(), license.ReplaceInput{License: info.Licenses[len(info.Licenses)-1].ID})
}

func (m *market) raise(t *rapid.T) {
	n := rapid.Int64Range(1, 2).Draw(t, "more")
	for _, i := range m.w.raiseLine(m.line, n) {
		m.tickets = append(m.tickets, holding{i.Ticket, i.Code})
	}
	m.total += n
}

func (m *market) lower(t *rapid.T) {
	n := rapid.Int64Range(1, 2).Draw(t, "less")
	if n >= m.total {
		t.Skip("nothing would be left")
	}
	m.w.lowerLine(m.line, n)
	m.total -= n
}

// check compares what the line has with what was ordered.
func (m *market) check(t *rapid.T) {
	n, _ := m.w.lineOf(m.line)
	if n != m.total {
		t.Fatalf("the line has %d seats, %d were ordered", n, m.total)
	}
}

// settled compares what devices hold with what the server counts.
func (m *market) settled(t *rapid.T) {
	m.check(t)
	var copies, used int64
	for _, d := range m.devices {
		copies += int64(len(d.held))
	}
	all, err := m.w.ListLicenses(context.Background(), m.w.a.All(), license.TicketQuery{Limit: 500})
	must(m.w.t, err)
	_, byTicket := m.w.lineOf(m.line)
	for _, l := range all.Items {
		if _, ours := byTicket[l.Ticket]; ours {
			used += l.Used
			m.w.sound(l.ID)
		}
	}
	if copies > used || used > m.total {
		t.Fatalf("%d copies, %d seats used, %d ordered", copies, used, m.total)
	}
}
