package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// boxed is a server whose issuing key is in a security module.
type boxed struct {
	a    *app.App
	at   app.Running
	by   actor.Actor
	dev  *p11test.Device
	pids string // folder with one file per helper that was started
	sold int
}

// newBoxed serves with one helper, which a script starts that notes its process.
func newBoxed(t *testing.T, engine db.Engine) *boxed {
	t.Helper()
	b := &boxed{dev: p11test.New(t), pids: t.TempDir()}
	t.Setenv("SOFTHSM2_CONF", b.dev.Conf)
	helper := filepath.Join(t.TempDir(), "helper")
	script := "#!/bin/sh\n: > " + b.pids + "/$$\nexec " + p11test.Helper(t) + " \"$@\"\n"
	must(t, os.WriteFile(helper, []byte(script), 0o700))
	b.a, b.at = start(t, engine, "--pkcs11-module", b.dev.Module, "--pkcs11-slot", b.dev.Label, "--pkcs11-helper", helper,
		"--pkcs11-pin-file", p11test.PINFile(t, p11test.PIN), "--pkcs11-helpers", "1", "--pkcs11-timeout", "2m")
	p, err := b.a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "boxed", Name: "Boxed"})
	must(t, err)
	b.by = actor.Installation().In(p.ID)
	b.by.Org = p.Root
	root, err := sign.NewRoot(b.a.DB.Now())
	must(t, err)
	must(t, b.a.Keys.PinRoot(t.Context(), b.by, root.Info(), sign.RankActive))
	standby, err := sign.NewRoot(b.a.DB.Now())
	must(t, err)
	must(t, b.a.Keys.PinRoot(t.Context(), b.by, standby.Info(), sign.RankStandby))
	req, err := b.a.Keys.Request(t.Context(), b.by, sign.RequestInput{Name: "Boxed", Purposes: []sign.Purpose{sign.Issue, sign.Depot}, Module: true})
	must(t, err)
	lines, err := root.Certify(req, b.a.DB.Now())
	must(t, err)
	_, err = b.a.Keys.Install(t.Context(), b.by, []byte(strings.Join(lines, "\n")))
	must(t, err)
	_, err = b.a.Goods.Apply(t.Context(), b.by, demo.Catalog(), false)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sell places an order and returns its ticket.
func (b *boxed) sell(t *testing.T) string {
	t.Helper()
	b.sold++
	doc := fmt.Sprintf(`{"source":"erp","number":"%d","buyer":{"number":"C-1"},"lines":[{"no":"1","article":"CAD-PRO-PERP","quantity":1}]}`, b.sold)
	placed, err := b.a.Orders.PlaceFile(t.Context(), b.by, order.File{Raw: []byte(doc), ContentType: "application/json"})
	must(t, err)
	return placed[0].Lines[0].Tickets[0].Code
}

// machine is a new machine with an empty container.
func (b *boxed) machine(t *testing.T) *client.Container {
	t.Helper()
	pins, err := b.a.Pins(t.Context(), "boxed")
	must(t, err)
	raw, err := pins.Encode()
	must(t, err)
	c, err := client.Open(client.Config{Pins: raw, Dir: t.TempDir(), Server: b.at.Depot})
	must(t, err)
	return c
}

// signal sends a signal to every helper that was started and still runs, and
// waits until those that it stops stand.
func (b *boxed) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	all, err := os.ReadDir(b.pids)
	must(t, err)
	for _, one := range all {
		pid, err := strconv.Atoi(one.Name())
		must(t, err)
		if cmdline, err := os.ReadFile("/proc/" + one.Name() + "/cmdline"); err == nil && strings.Contains(string(cmdline), b.dev.Module) {
			_ = syscall.Kill(pid, s)
			waitFor(t, func() bool {
				stat, err := os.ReadFile("/proc/" + one.Name() + "/stat")
				return s != syscall.SIGSTOP || err != nil || strings.Contains(string(stat), ") T ")
			})
		}
	}
}

// metric reports whether the metrics hold a line.
func (b *boxed) metric(t *testing.T, line string) bool {
	t.Helper()
	_, body := fetch(t, "GET", b.at.Ops+"/metrics", "")
	return strings.Contains(body, line)
}

// A module that does not answer keeps nobody from writing and reading: orders are
// taken and lists are read while an activation waits for its signature.
func TestSlowModule(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			b := newBoxed(t, engine)
			code, c := b.sell(t), b.machine(t)
			b.signal(t, syscall.SIGSTOP)
			answered := make(chan error, 1)
			go func() {
				_, err := online.Activate(t.Context(), c, code)
				answered <- err
			}()
			waitFor(t, func() bool { // until its seat is taken
				all, err := b.a.Lic.ListContainers(t.Context(), b.by, containerQuery)
				return err == nil && len(all.Items) == 1
			})
			for range 20 {
				b.sell(t)
			}
			if status, body := fetch(t, "GET", b.at.Ops+"/readyz", ""); status != 200 {
				t.Error(status, body)
			}
			select {
			case err := <-answered:
				t.Fatal("answered without a signature: ", err)
			default:
			}
			b.signal(t, syscall.SIGCONT)
			if err := <-answered; err != nil || !c.Has("draw2d") {
				t.Fatal(err, c.Features())
			}
		})
	}
}

// A module that is pulled stops issuing with a state that everybody can see, in
// both languages; plugged in again it is found by itself. A helper that is killed
// is not missed.
func TestPulledModule(t *testing.T) {
	b := newBoxed(t, db.SQLite)
	before := b.machine(t)
	_, err := online.Activate(t.Context(), before, b.sell(t))
	must(t, err)
	b.signal(t, syscall.SIGKILL)
	code := b.sell(t)
	_, err = online.Activate(t.Context(), b.machine(t), code)
	must(t, err)
	waitFor(t, func() bool { return b.metric(t, `licet_module_state{state="ok"} 1`) })

	b.dev.Pull(t)
	waitFor(t, func() bool { return b.metric(t, `licet_module_state{state="gone"} 1`) })
	code, c := b.sell(t), b.machine(t)
	_, err = online.Activate(t.Context(), c, code)
	if client.Code(err) != "sign.module_gone" {
		t.Error(err)
	}
	for lang, want := range map[string]string{"de": "nicht angeschlossen", "en": "not plugged in"} {
		if got := client.Explain(lang, err); !strings.Contains(got, want) {
			t.Errorf("%s: %s", lang, got)
		}
	}
	for lang, want := range map[text.Lang]string{"de": "deshalb wird nichts ausgestellt", "en": "so nothing is issued"} {
		if _, body := fetch(t, "GET", b.at.Ops+"/?lang="+string(lang), ""); !strings.Contains(body, want) {
			t.Errorf("the health page in %s:\n%s", lang, body)
		}
	}
	if !before.Has("draw2d") || before.Reload() != nil {
		t.Error("a license that was issued before does not run")
	}
	if all, err := b.a.Lic.ListContainers(t.Context(), b.by, containerQuery); err != nil || len(all.Items) != 2 {
		t.Error("nothing may be recorded while nothing can be issued:", len(all.Items), err)
	}

	b.dev.Plug(t)
	waitFor(t, func() bool { return b.metric(t, `licet_module_state{state="ok"} 1`) })
	_, err = online.Activate(t.Context(), c, code)
	must(t, err)
	if !c.Has("draw2d") {
		t.Error(c.Features())
	}
}
