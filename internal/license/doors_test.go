package license_test

import (
	"context"
	"slices"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// everything is one of each thing at publisher a.
type everything struct {
	*world
	sold       license.Issued
	key        string
	box        *box
	activation license.ActivationID
	use        *use
	named      *keyed
	act        license.SupportID
	found      license.CaseID
	kept       license.ReservationID
	cloud      license.CloudMade
	dead       bool
}

func newEverything(t *testing.T, w *world) *everything {
	t.Helper()
	e := &everything{world: w, sold: w.sell(item(catalog.Multi), 3), box: w.box()}
	var err error
	e.key, err = w.RevealKey(t.Context(), w.a.All(), e.sold.Licenses[0])
	must(t, err)
	_, err = e.box.activate(e.sold.Code)
	must(t, err)
	look, err := w.Look(t.Context(), anyone(), e.sold.Code)
	must(t, err)
	e.activation = look.Holdings[0].Devices[0].ID
	pool := w.pool(1)
	e.cloud, err = w.MakeCloud(t.Context(), w.a.All(), license.CloudInput{Org: w.a.Direct, Service: "CI"})
	must(t, err)
	e.use, err = e.box.lease(pool.Code)
	must(t, err)
	e.named = w.keyed(item(catalog.Multi, byName), 1)
	must(t, e.named.activate("a"))
	_, err = w.BlockTicket(t.Context(), w.a.All().Because(noted("other", "as agreed")), e.sold.Ticket)
	must(t, err)
	_, err = w.UnblockTicket(t.Context(), w.a.All(), e.sold.Ticket)
	must(t, err)
	acts, err := w.ListSupport(t.Context(), w.a.All(), w.a.Direct, "", 0)
	must(t, err)
	e.act = acts.Items[len(acts.Items)-1].ID
	e.found = w.caseOf(e.box.elsewhere())
	e.kept = w.reserve(pool, license.ReserveLabel, "room", 1).ID
	return e
}

// doors calls every door on these things.
func (e *everything) doors() map[string]func(ctx context.Context, by actor.Actor) error {
	none := func(_ any, err error) error { return err }
	id := e.sold.Licenses[0]
	return map[string]func(ctx context.Context, by actor.Actor) error{
		"Exchange": func(ctx context.Context, by actor.Actor) error {
			stranger := e.world.box(e.b) // no caller is needed: the container and the code speak
			return none(e.Exchange(ctx, actor.Anonymous(by.Addr), stranger.sign(stranger.request(wire.ActActivate, withCode(e.sold.Code)))))
		},
		"ActivateTyped": func(ctx context.Context, by actor.Actor) error {
			stranger := e.world.box(e.b)
			return none(e.ActivateTyped(ctx, by, license.TypedInput{Code: e.sold.Code, Request: stranger.typed(1)}))
		},
		"Validate": func(ctx context.Context, by actor.Actor) error {
			return none(e.Validate(ctx, by, license.ValidateInput{Key: e.key, Nonce: nonce()}))
		},
		"Consume": func(ctx context.Context, by actor.Actor) error {
			return none(e.Consume(ctx, by, license.ConsumeInput{Key: e.key, Nonce: nonce(), Units: 1}))
		},
		"BlockList": func(ctx context.Context, by actor.Actor) error {
			return none(e.BlockList(ctx, actor.Anonymous(by.Addr), by.Publisher)) // public: what there is of one's own
		},
		"LookKey": func(ctx context.Context, by actor.Actor) error {
			return none(e.LookKey(ctx, by, license.KeyInput{Holding: e.named.holding()}))
		},
		"ActivateNamed": func(ctx context.Context, by actor.Actor) error {
			return none(e.ActivateNamed(ctx, by, e.named.holding(), license.NamedInput{Name: "b"}))
		},
		"BeatNamed": func(ctx context.Context, by actor.Actor) error {
			return none(e.BeatNamed(ctx, by, e.named.holding(), "a"))
		},
		"ReturnNamed": func(ctx context.Context, by actor.Actor) error { return e.ReturnNamed(ctx, by, e.named.holding(), "a") },
		"Lease": func(ctx context.Context, by actor.Actor) error {
			stranger := e.world.box(e.b)
			return none(e.Lease(ctx, actor.Anonymous(by.Addr), stranger.sign(stranger.lsr(e.sold.Code))))
		},
		"RenewLease": func(ctx context.Context, by actor.Actor) error {
			return none(e.RenewLease(ctx, e.holder(by), e.use.hold))
		},
		"EndLease": func(ctx context.Context, by actor.Actor) error { return e.EndLease(ctx, e.holder(by), e.use.hold) },
		"MakeCloud": func(ctx context.Context, by actor.Actor) error {
			return none(e.MakeCloud(ctx, by, license.CloudInput{Org: e.a.Direct, Service: "CI"}))
		},
		"ListClouds":    func(ctx context.Context, by actor.Actor) error { return none(e.ListClouds(ctx, by, e.a.Direct, "", 0)) },
		"GrantCloud":    func(ctx context.Context, by actor.Actor) error { return none(e.GrantCloud(ctx, by, e.cloud.ID, id)) },
		"WithdrawCloud": func(ctx context.Context, by actor.Actor) error { return none(e.WithdrawCloud(ctx, by, e.cloud.ID, id)) },
		"CloseCloud":    func(ctx context.Context, by actor.Actor) error { return none(e.CloseCloud(ctx, by, e.cloud.ID)) },
		"ListLeases": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListLeases(ctx, by, e.use.License, "", 0))
		},
		"Reserve": func(ctx context.Context, by actor.Actor) error {
			return none(e.Reserve(ctx, by, license.ReserveInput{License: e.use.License, Kind: license.ReserveLabel, For: "room", Seats: 1}))
		},
		"EndReservation": func(ctx context.Context, by actor.Actor) error {
			return none(e.EndReservation(ctx, by, e.kept))
		},
		"ListReservations": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListReservations(ctx, by, e.use.License))
		},
		"ListQueue": func(ctx context.Context, by actor.Actor) error { return none(e.ListQueue(ctx, by, e.use.License)) },
		"LeaveQueue": func(ctx context.Context, by actor.Actor) error {
			if !e.dead {
				by = actor.Anonymous(by.Addr)
				by.Publisher = e.b.Publisher // a listener of another publisher
			} else {
				by = actor.Anonymous(by.Addr)
			}
			return e.LeaveQueue(ctx, by, e.box.sign(e.box.lsr(e.sold.Code)))
		},
		"ReleaseLease": func(ctx context.Context, by actor.Actor) error {
			return none(e.ReleaseLease(ctx, by, e.use.Lease))
		},
		"Look":   func(ctx context.Context, by actor.Actor) error { return none(e.Look(ctx, by, e.sold.Code)) },
		"Bearer": func(ctx context.Context, by actor.Actor) error { return none(e.Bearer(ctx, by, e.sold.Code)) },
		"Pair":   func(ctx context.Context, by actor.Actor) error { return none(e.Pair(ctx, by, e.sold.Code, nil)) },
		"Pairing": func(ctx context.Context, by actor.Actor) error {
			return none(e.Pairing(ctx, by, e.sold.Code, "00000-00000"))
		},
		"FindTicket": func(ctx context.Context, by actor.Actor) error { return none(e.FindTicket(ctx, by, e.sold.Code)) },
		"GetTicket":  func(ctx context.Context, by actor.Actor) error { return none(e.GetTicket(ctx, by, e.sold.Ticket)) },
		"ListTickets": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListTickets(ctx, by, license.TicketQuery{Holder: e.a.Direct}))
		},
		"ListLicenses": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListLicenses(ctx, by, license.TicketQuery{Holder: e.a.Direct}))
		},
		"GetLicense": func(ctx context.Context, by actor.Actor) error { return none(e.GetLicense(ctx, by, id)) },
		"ListActivations": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListActivations(ctx, by, id, "", 0))
		},
		"ListContainers": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListContainers(ctx, by, license.ContainerQuery{License: id}))
		},
		"GetContainer":  func(ctx context.Context, by actor.Actor) error { return none(e.GetContainer(ctx, by, e.box.id())) },
		"Reveal":        func(ctx context.Context, by actor.Actor) error { return none(e.Reveal(ctx, by, e.sold.Ticket)) },
		"RevealKey":     func(ctx context.Context, by actor.Actor) error { return none(e.RevealKey(ctx, by, id)) },
		"BlockTicket":   func(ctx context.Context, by actor.Actor) error { return none(e.BlockTicket(ctx, by, e.sold.Ticket)) },
		"UnblockTicket": func(ctx context.Context, by actor.Actor) error { return none(e.UnblockTicket(ctx, by, e.sold.Ticket)) },
		"Extend": func(ctx context.Context, by actor.Actor) error {
			return none(e.Extend(ctx, by, id, day.Of(2030, 1, 1)))
		},
		"RecordEligibility": func(ctx context.Context, by actor.Actor) error {
			return none(e.RecordEligibility(ctx, by, id, license.Eligibility{Who: "student", Evidence: "card"}))
		},
		"BlockLicense":   func(ctx context.Context, by actor.Actor) error { return none(e.BlockLicense(ctx, by, id)) },
		"UnblockLicense": func(ctx context.Context, by actor.Actor) error { return none(e.UnblockLicense(ctx, by, id)) },
		"Recall": func(ctx context.Context, by actor.Actor) error {
			return none(e.Recall(ctx, by, license.RecallInput{Ticket: e.sold.Ticket}))
		},
		"Evict": func(ctx context.Context, by actor.Actor) error { return none(e.Evict(ctx, by, e.activation)) },
		"Split": func(ctx context.Context, by actor.Actor) error { return none(e.Split(ctx, by, e.sold.Ticket, 1)) },
		"Merge": func(ctx context.Context, by actor.Actor) error {
			return none(e.Merge(ctx, by, e.sold.Ticket, e.sold.Ticket))
		},
		"Replace": func(ctx context.Context, by actor.Actor) error {
			return none(e.Replace(ctx, by, license.ReplaceInput{License: id}))
		},
		"Transfer": func(ctx context.Context, by actor.Actor) error {
			return none(e.Transfer(ctx, by, license.TransferInput{Ticket: e.sold.Ticket, To: e.a.Customer, Devices: license.DevicesKeep}))
		},
		"Return":  func(ctx context.Context, by actor.Actor) error { return none(e.Return(ctx, by, e.activation)) },
		"Move":    func(ctx context.Context, by actor.Actor) error { return none(e.Move(ctx, by, e.activation)) },
		"Restore": func(ctx context.Context, by actor.Actor) error { return none(e.Restore(ctx, by, e.activation)) },
		"ListSupport": func(ctx context.Context, by actor.Actor) error {
			return none(e.ListSupport(ctx, by, e.a.Direct, "", 0))
		},
		"EraseNote": func(ctx context.Context, by actor.Actor) error { return e.EraseNote(ctx, by, e.act) },
		"Decide": func(ctx context.Context, by actor.Actor) error {
			return none(e.Decide(ctx, by, e.box.id(), license.Block))
		},
		"ListCases": func(ctx context.Context, by actor.Actor) error {
			page, err := e.ListCases(ctx, by, license.CaseQuery{})
			if err == nil && len(page.Items) == 0 {
				return license.ErrNotFound
			}
			return err
		},
		"Anomalies": func(ctx context.Context, by actor.Actor) error {
			page, err := e.Anomalies(ctx, by, license.AnomalyQuery{})
			if err == nil && len(page.Items) == 0 && page.OpenCases == 0 {
				return license.ErrNotFound
			}
			return err
		},
		"GetCase": func(ctx context.Context, by actor.Actor) error { return none(e.GetCase(ctx, by, e.found)) },
		"DecideCase": func(ctx context.Context, by actor.Actor) error {
			return none(e.DecideCase(ctx, by, e.found, license.CaseDecision{Do: license.Block, Reason: "a test"}))
		},
	}
}

// holder is who holds a lease: nobody in particular, where its database is dead.
func (e *everything) holder(by actor.Actor) actor.Actor {
	if e.dead {
		return actor.Anonymous(by.Addr)
	}
	return by
}

// codeOnly are the doors that ask for a code and not for a right.
var codeOnly = map[string]bool{"Exchange": true, "ActivateTyped": true, "Validate": true, "Consume": true, "Look": true, "Bearer": true, "Pair": true, "Pairing": true, "Lease": true, "LeaveQueue": true, "LookKey": true, "ActivateNamed": true, "BeatNamed": true, "ReturnNamed": true, "RenewLease": true, "EndLease": true, "BlockList": true}

// Every door, for a caller of another publisher and on a dead database.
func TestDoors(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		live := newEverything(t, w).doors()
		gone := newEverything(t, newWorld(t, w.d.Engine()))
		must(t, gone.d.Close())
		gone.dead = true
		dead := gone.doors()
		door := func(name string, foreign, dead map[string]func(context.Context, actor.Actor) error) actortest.Door {
			return actortest.Door{Name: name, Foreign: foreign[name], Dead: dead[name]}
		}
		doors := []actortest.Door{
			door("Exchange", live, dead),
			door("Validate", live, dead),
			door("Consume", live, dead),
			door("ActivateTyped", live, dead),
			door("Lease", live, dead),
			door("LookKey", live, dead),
			door("ActivateNamed", live, dead),
			door("BeatNamed", live, dead),
			door("ReturnNamed", live, dead),
			door("RenewLease", live, dead),
			door("EndLease", live, dead),
			door("ListLeases", live, dead),
			door("MakeCloud", live, dead),
			door("ListClouds", live, dead),
			door("GrantCloud", live, dead),
			door("WithdrawCloud", live, dead),
			door("CloseCloud", live, dead),
			door("ReleaseLease", live, dead),
			door("Reserve", live, dead),
			door("EndReservation", live, dead),
			door("ListReservations", live, dead),
			door("ListQueue", live, dead),
			door("LeaveQueue", live, dead),
			door("Look", live, dead),
			door("Bearer", live, dead),
			door("Pair", live, dead),
			door("Pairing", live, dead),
			door("FindTicket", live, dead),
			door("GetTicket", live, dead),
			door("ListTickets", live, dead),
			door("ListLicenses", live, dead),
			door("GetLicense", live, dead),
			door("ListActivations", live, dead),
			door("ListContainers", live, dead),
			door("GetContainer", live, dead),
			door("Reveal", live, dead),
			door("RevealKey", live, dead),
			door("BlockTicket", live, dead),
			door("UnblockTicket", live, dead),
			door("Extend", live, dead),
			door("RecordEligibility", live, dead),
			door("BlockLicense", live, dead),
			door("UnblockLicense", live, dead),
			door("Recall", live, dead),
			door("Evict", live, dead),
			door("Return", live, dead),
			door("Split", live, dead),
			door("Merge", live, dead),
			door("Replace", live, dead),
			door("Transfer", live, dead),
			door("Move", live, dead),
			door("Restore", live, dead),
			door("ListSupport", live, dead),
			door("EraseNote", live, dead),
			door("Decide", live, dead),
			door("ListCases", live, dead),
			door("GetCase", live, dead),
			door("Anomalies", live, dead),
			door("DecideCase", live, dead),
			door("BlockList", live, dead),
		}
		actortest.RunDoors(t, doors, w.b.All())
		actortest.RunRights(t, slices.DeleteFunc(doors, func(d actortest.Door) bool { return codeOnly[d.Name] }), w.a, w.a.Reseller)
		w.used(license.Issued{Licenses: w.newest()}, 1) // nothing happened to what the stranger reached for
	})
}

// newest is the license that was issued last.
func (w *world) newest() []license.LicenseID {
	w.t.Helper()
	page, err := w.ListLicenses(context.Background(), w.a.All(), license.TicketQuery{})
	must(w.t, err)
	return []license.LicenseID{page.Items[len(page.Items)-1].ID}
}
