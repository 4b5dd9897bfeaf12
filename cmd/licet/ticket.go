package main

import (
	"bytes"
	"strconv"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// ticketCmd finds and changes tickets.
type ticketCmd struct {
	Find     ticketFindCmd     `cmd:"" help:"Find a ticket by its code or a license key. The code is read from standard input or a file, so that no list of processes shows it."`
	List     ticketListCmd     `cmd:"" help:"List tickets, without their codes."`
	Show     ticketShowCmd     `cmd:"" help:"Show a ticket with its licenses."`
	Block    ticketBlockCmd    `cmd:"" help:"Block a ticket: nothing more is activated with it. What is active goes on."`
	Unblock  ticketUnblockCmd  `cmd:"" help:"Lift the block of a ticket."`
	Split    ticketSplitCmd    `cmd:"" help:"Take free seats out of a ticket into a new one, and print its code."`
	Merge    ticketMergeCmd    `cmd:"" help:"Put another ticket of the same order line into this one."`
	Transfer ticketTransferCmd `cmd:"" help:"Hand a ticket with its license to another organization."`
}

type ticketFindCmd struct {
	shown
	File string `arg:"" default:"-" help:"File whose first line is the code; - for standard input."`
}

// Run implements the command.
func (c ticketFindCmd) Run(e *env) error {
	raw, err := e.read(c.File)
	if err != nil {
		return err
	}
	first, _, _ := bytes.Cut(bytes.TrimSpace(raw), []byte("\n"))
	code := string(bytes.TrimSpace(first))
	return show(e, c.shown, func(a *app.App, by actor.Actor) (license.TicketInfo, error) {
		return a.Lic.FindTicket(e.ctx, by, code)
	}, (*teller).ticket)
}

// holding narrows a list.
type holding struct {
	shown
	Holder string `help:"Only those of this organization, by id or number."`
}

// query makes the question; without a holder it is about all.
func (c holding) query(e *env, a *app.App, by actor.Actor) (q license.TicketQuery, err error) {
	if c.Holder != "" {
		q.Holder, err = organization(e.ctx, a, by, c.Holder)
	}
	q.Limit = 500
	return q, err
}

type ticketListCmd struct{ holding }

// Run implements the command.
func (c ticketListCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) ([]license.TicketInfo, error) {
		q, err := c.query(e, a, by)
		if err != nil {
			return nil, err
		}
		return pages(func(after string) (license.Page[license.TicketInfo], error) {
			q.After = after
			return a.Lic.ListTickets(e.ctx, by, q)
		})
	}, every((*teller).ticket))
}

type ticketShowCmd struct {
	shown
	Ticket string `arg:"" help:"Id of the ticket."`
}

// Run implements the command.
func (c ticketShowCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) (license.TicketInfo, error) {
		id, err := idOf[license.Ticket](c.Ticket)
		if err != nil {
			return license.TicketInfo{}, err
		}
		return a.Lic.GetTicket(e.ctx, by, id)
	}, (*teller).ticket)
}

// ofTicket is an act on one ticket.
type ofTicket struct {
	acted
	Ticket string `arg:"" help:"Id of the ticket; licet ticket find has it."`
}

func (c ofTicket) turn(e *env, verb string, turn func(*app.App, actor.Actor, license.TicketID) (license.TicketInfo, error)) error {
	return do(e, c.acted, []string{verb, c.Ticket}, func(a *app.App, by actor.Actor) (license.TicketInfo, error) {
		id, err := idOf[license.Ticket](c.Ticket)
		if err != nil {
			return license.TicketInfo{}, err
		}
		return turn(a, by, id)
	}, (*teller).ticket)
}

type ticketBlockCmd struct{ ofTicket }

// Run implements the command.
func (c ticketBlockCmd) Run(e *env) error {
	return c.turn(e, "ticket block", func(a *app.App, by actor.Actor, id license.TicketID) (license.TicketInfo, error) {
		return a.Lic.BlockTicket(e.ctx, by, id)
	})
}

type ticketUnblockCmd struct{ ofTicket }

// Run implements the command.
func (c ticketUnblockCmd) Run(e *env) error {
	return c.turn(e, "ticket unblock", func(a *app.App, by actor.Actor, id license.TicketID) (license.TicketInfo, error) {
		return a.Lic.UnblockTicket(e.ctx, by, id)
	})
}

type ticketSplitCmd struct {
	ofTicket
	Seats int64 `required:"" help:"How many seats go; at least one stays."`
}

// Run implements the command.
func (c ticketSplitCmd) Run(e *env) error {
	words := []string{"ticket split", c.Ticket, strconv.FormatInt(c.Seats, 10)}
	return do(e, c.acted, words, func(a *app.App, by actor.Actor) (license.SplitResult, error) {
		id, err := idOf[license.Ticket](c.Ticket)
		if err != nil {
			return license.SplitResult{}, err
		}
		return a.Lic.Split(e.ctx, by, id, c.Seats)
	}, func(t *teller, r license.SplitResult) {
		t.ticket(r.From)
		t.ticket(r.Ticket)
		t.code(r.Code)
		if !c.DryRun {
			t.say("", "cli.act.merge_back", "id", c.Ticket, "new", r.Ticket.ID.String())
		}
	})
}

type ticketMergeCmd struct {
	ofTicket
	From string `required:"" help:"Id of the ticket that goes into this one; its code is refused afterwards, and says why."`
}

// Run implements the command.
func (c ticketMergeCmd) Run(e *env) error {
	return do(e, c.acted, []string{"ticket merge", c.Ticket, c.From}, func(a *app.App, by actor.Actor) (out license.TicketInfo, err error) {
		into, err := idOf[license.Ticket](c.Ticket)
		if err != nil {
			return out, err
		}
		from, err := idOf[license.Ticket](c.From)
		if err != nil {
			return out, err
		}
		return a.Lic.Merge(e.ctx, by, into, from)
	}, (*teller).ticket)
}

type ticketTransferCmd struct {
	ofTicket
	To      string `required:"" help:"The new holder, by id or number."`
	Devices string `required:"" enum:"keep,return" help:"keep: they go along, and codes stay as they are. return: they give their seats back at the next contact, and the new holder gets a new code."`
}

// Run implements the command.
func (c ticketTransferCmd) Run(e *env) error {
	words := []string{"ticket transfer", c.Ticket, c.To, c.Devices}
	return do(e, c.acted, words, func(a *app.App, by actor.Actor) (out license.TransferResult, err error) {
		in := license.TransferInput{Devices: c.Devices}
		if in.Ticket, err = idOf[license.Ticket](c.Ticket); err != nil {
			return out, err
		}
		if in.To, err = organization(e.ctx, a, by, c.To); err != nil {
			return out, err
		}
		return a.Lic.Transfer(e.ctx, by, in)
	}, func(t *teller, r license.TransferResult) {
		t.ticket(r.Ticket)
		t.say("", "cli.transfer.devices."+c.Devices, "count", r.Devices)
		if r.Lent > 0 {
			t.say("", "cli.transfer.lent", "count", r.Lent)
		}
		if r.NewCode {
			t.say("", "cli.transfer.new_code")
		}
		t.code(r.Code)
	})
}
