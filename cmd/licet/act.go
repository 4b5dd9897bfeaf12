package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/text"
)

// shown is how something is shown: in sentences, or to programs.
type shown struct {
	tenant
	JSON bool `help:"As JSON."`
}

// acted is what every act on what belongs to somebody takes.
type acted struct {
	shown
	Reason string `enum:",lost,defect,moved,mistake,request,goodwill,misuse,handover,other" default:"" help:"Why: lost, defect, moved, mistake, request, goodwill, misuse, handover or other. Both sides read it; only a preview does without."`
	Note   string `help:"What there is to add, without names of persons; needed with other."`
	Once   string `placeholder:"KEY" help:"Do it once: the same command under the same key within 24 hours has no second effect, and the same answer."`
	DryRun bool   `help:"Only say what would happen."`
}

// as is the administrator with the reason, for the command that the words say.
func (c acted) as(ctx context.Context, a *app.App, words ...string) (actor.Actor, error) {
	by, _, err := c.tenant.as(ctx, a)
	if err != nil {
		return by, err
	}
	if c.Reason == "" && !c.DryRun {
		return by, license.ErrNoReason.With("choices", strings.Join(license.Reasons(), ", ")).At("--reason")
	}
	by = by.Because(actor.Reason{Code: c.Reason, Note: c.Note})
	return once(by, c.Once, append(words, c.Reason, c.Note)...).Asking(c.DryRun), nil
}

// once is by under an Idempotency-Key for the command that the words say; "" = none.
func once(by actor.Actor, key string, words ...string) actor.Actor {
	if key == "" {
		return by
	}
	return by.With(actor.Retry{Key: key, Route: "licet " + words[0], Body: sha256.Sum256([]byte(strings.Join(words, "\x00")))})
}

// do carries an act out and tells what it has done. words are the verb and all that
// makes one command differ from another.
func do[T any](e *env, c acted, words []string, act func(*app.App, actor.Actor) (T, error), tell func(*teller, T)) error {
	return e.with(func(a *app.App) error {
		by, err := c.as(e.ctx, a, words...)
		if err != nil {
			return err
		}
		v, err := act(a, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, v)
		}
		t := &teller{env: e, app: a, by: by}
		if c.DryRun {
			t.say("", "cli.act.preview")
		}
		tell(t, v)
		if key := "cli.after." + strings.ReplaceAll(words[0], " ", "."); !c.DryRun && text.Has(key) {
			t.say("", key, "id", words[1])
		}
		return t.flush()
	})
}

// show reads something and tells it.
func show[T any](e *env, c shown, read func(*app.App, actor.Actor) (T, error), tell func(*teller, T)) error {
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		v, err := read(a, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, v)
		}
		t := &teller{env: e, app: a, by: by}
		tell(t, v)
		return t.flush()
	})
}

// pages reads all pages of a list.
func pages[T any](page func(after string) (license.Page[T], error)) ([]T, error) {
	all := []T{}
	for after := ""; ; {
		p, err := page(after)
		all, after = append(all, p.Items...), p.Next
		if err != nil || after == "" {
			return all, err
		}
	}
}

// every tells one thing after the other, or that there is none.
func every[T any](one func(*teller, T)) func(*teller, []T) {
	return func(t *teller, all []T) {
		if len(all) == 0 {
			t.say("", "cli.act.none")
		}
		for _, v := range all {
			one(t, v)
		}
	}
}

// idOf reads an id; what is none is the id of nothing.
func idOf[T any](s string) (db.ID[T], error) {
	id, err := db.ParseID[T](s)
	if err != nil {
		return id, license.ErrNotFound
	}
	return id, nil
}

// organization finds an organization by its id or its number; "" is the publisher.
func organization(ctx context.Context, a *app.App, by actor.Actor, name string) (actor.OrgID, error) {
	if name == "" {
		p, err := a.Orgs.Publisher(ctx, by, by.Publisher)
		return p.Root, err
	}
	if id, err := db.ParseID[actor.Org](name); err == nil {
		return id, nil
	}
	page, err := a.Orgs.Find(ctx, by, org.Search{Number: name, Range: org.Range{Limit: 1}})
	if err != nil {
		return actor.OrgID{}, err
	}
	if len(page.Items) == 0 || page.Items[0].Number != name {
		return actor.OrgID{}, actor.ErrNotFound
	}
	return page.Items[0].ID, nil
}

// number is the number of an organization with its id, for people.
func (t *teller) number(id actor.OrgID) string {
	o, err := t.app.Orgs.Get(t.ctx, t.by, id)
	if err != nil || o.Number == "" {
		return id.String()
	}
	return fmt.Sprintf("%s (%s)", o.Number, id)
}

// actsCmd lists what was done on somebody's behalf.
type actsCmd struct {
	shown
	Holder string `help:"The organization that was acted for, by id or number; default: the publisher."`
}

// Run implements the command.
func (c actsCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) ([]license.SupportInfo, error) {
		of, err := organization(e.ctx, a, by, c.Holder)
		if err != nil {
			return nil, err
		}
		return pages(func(after string) (license.Page[license.SupportInfo], error) {
			return a.Lic.ListSupport(e.ctx, by, of, after, 500)
		})
	}, every((*teller).act))
}
