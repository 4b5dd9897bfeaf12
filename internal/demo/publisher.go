package demo

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/sign"
)

//go:embed catalog.yaml
var catalogFile []byte

// orderFile is the body that a running WooCommerce-compatible shop sent for an
// order placed there.
//
//go:embed order.json
var orderFile []byte

// Slug is the short name of the demo's publisher.
const Slug = "muster"

// Catalog returns the demo's catalog file.
func Catalog() []byte { return catalogFile }

// keyWork is the cost of the demo's passphrase: low, because the roots are made
// for this one time and lie beside the database.
const keyWork = 10

// Publisher makes the demo's publisher with its keys and its catalog, or
// returns it if it is there. The two root key files and their passphrase are
// written to folder, as a publisher would keep them elsewhere.
func Publisher(ctx context.Context, a *app.App, folder string, now time.Time) (org.Publisher, error) {
	p, err := a.Publisher(ctx, Slug)
	if err == nil || fault.KindOf(err) != fault.NotFound {
		return p, err
	}
	p, err = a.Orgs.CreatePublisher(ctx, actor.Installation(), org.NewPublisher{Slug: Slug, Name: "Muster CAD GmbH"})
	if err != nil {
		return p, err
	}
	by := actor.Installation().In(p.ID)
	if err := Keys(ctx, a, by, p.Name, folder, now); err != nil {
		return p, err
	}
	_, err = a.Goods.Apply(ctx, by, catalogFile, false)
	return p, err
}

// Keys makes both roots, an issuing key and a depot key for a publisher, and
// leaves the root files in folder. folder "" keeps no root.
func Keys(ctx context.Context, a *app.App, by actor.Actor, name, folder string, now time.Time) error {
	var active sign.RootKey
	for _, rank := range []sign.Rank{sign.RankStandby, sign.RankActive} {
		root, err := sign.NewRoot(now)
		if err != nil {
			return err
		}
		if err := keep(root, folder, string(rank)); err != nil {
			return err
		}
		if err := a.Keys.PinRoot(ctx, by, root.Info(), rank); err != nil {
			return err
		}
		active = root
	}
	req, err := a.Keys.Request(ctx, by, sign.RequestInput{Name: name, Purposes: []sign.Purpose{sign.Issue, sign.Depot}})
	if err != nil {
		return err
	}
	lines, err := active.Certify(req, now)
	if err != nil {
		return err
	}
	_, err = a.Keys.Install(ctx, by, []byte(strings.Join(lines, "\n")+"\n"))
	return err
}

func keep(root sign.RootKey, folder, name string) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	passphrase := rand.Text()
	file, err := root.File(passphrase, keyWork)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, name+".root"), file, 0o600),
		os.WriteFile(filepath.Join(folder, name+".passphrase"), []byte(passphrase+"\n"), 0o600))
}

// shop registers the shop whose orders the demo takes, and returns its id and
// secret.
func shop(ctx context.Context, a *app.App, by actor.Actor, root actor.OrgID) (order.AddedSource, error) {
	all, err := a.Orders.Sources(ctx, by)
	if err != nil {
		return order.AddedSource{}, err
	}
	for _, s := range all {
		if s.Name == shopName {
			secret := rand.Text() + rand.Text()
			changed, err := a.Orders.ChangeSource(ctx, by, order.SourceChange{ID: s.ID, Secret: secret})
			return order.AddedSource{Source: changed, Secret: secret}, err
		}
	}
	return a.Orders.AddSource(ctx, by, order.NewSource{Name: shopName, Org: root})
}

const shopName = "shop"

// erp makes an API key with what an ERP needs.
func erp(ctx context.Context, a *app.App, p org.Publisher) (string, error) {
	made, err := a.Orgs.CreateKey(ctx, actor.Installation().In(p.ID), org.NewKey{
		Org: p.Root, Name: "ERP", Permissions: actor.NewSet(actor.OrderRead, actor.OrderWrite, actor.TicketRead, actor.TicketReveal),
	})
	return made.Token, err
}
