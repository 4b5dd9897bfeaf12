package client_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// lines returns the tokens of a file of some type.
func lines(t *testing.T, file []byte, typ wire.Type) []string {
	t.Helper()
	f, err := wire.ParseLines(file)
	if err != nil {
		t.Fatal(err)
	}
	return f.Of(typ)
}

func join(tokens ...[]string) []byte { return []byte(strings.Join(slices.Concat(tokens...), "\n")) }

func TestInstallTwice(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	lines := w.ask(c, client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1), offer(2))})
	in, err := c.Install(lines)
	w.must(err)
	if len(in.Licenses) != 2 || in.Repeat {
		t.Fatalf("first %+v", in)
	}
	before := c.Status()
	in, err = w.open().Install(lines)
	w.must(err)
	if !in.Repeat || len(in.Licenses) != 0 {
		t.Fatalf("second %+v", in)
	}
	w.must(c.Reload())
	if after := c.Status(); !reflect.DeepEqual(before, after) {
		t.Errorf("a repeat has changed something:\n%+v\n%+v", before, after)
	}
	// A part of it, as when a file was cut by a mail program, is a repeat too.
	in, err = c.Install(lines[:bytes.LastIndexByte(bytes.TrimSpace(lines), '\n')])
	if err != nil || !in.Repeat {
		t.Errorf("a part of it: %+v %v", in, err)
	}
}

func TestInstallRefusesOldAndForeign(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	first := w.ask(c, client.Ask{Action: wire.ActActivate, Code: code})
	_, err := c.Install(first)
	w.must(err)
	second := w.ask(c, client.Ask{})
	_, err = c.Install(second)
	w.must(err)
	if in, err := c.Install(first); err != nil || !in.Repeat {
		t.Errorf("what was installed before is a repeat: %+v %v", in, err)
	}
	if only(t, c).Generation != 1 || !c.Has("draw") {
		t.Fatal("a repeat has changed the license")
	}

	// Another answer to a question that was answered: only the server could make
	// it, and a replayed one looks like this.
	forged := w.pub.License(clienttest.ID(1), "cad")
	old := lines(t, first, wire.TypeLicense)[0]
	claims, _, err := wire.Open[wire.License](old, wire.Keys(w.pub.Issuing.Public()))
	w.must(err)
	*forged = *claims
	forged.Features = []string{"*"}
	_, err = c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, forged)))
	wantErr(t, err, client.ErrOld)

	// An answer to a question that nobody asked here.
	forged.Nonce, forged.Seq = wire.Nonce([16]byte{1}), 99
	_, err = c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, forged)))
	wantErr(t, err, client.ErrNotAsked)

	// Another container's.
	other := w.open(func(cfg *client.Config) { cfg.Dir = filepath.Join(w.dir, "other") })
	_, err = other.Install(second) // it has no keys yet
	wantErr(t, err, wire.ErrContainer)
	w.activate(other, w.server.Sell(offer(2)))
	_, err = other.Install(second)
	wantErr(t, err, wire.ErrContainer)
	// Another publisher's.
	_, err = c.Install(clienttest.New("evil").File(clienttest.Sign(clienttest.New("evil").Issuing, clienttest.New("evil").License("l", "cad"))))
	wantErr(t, err, wire.ErrUnknownKey)
	_, err = c.Install([]byte("hello\n"))
	wantErr(t, err, client.ErrNothing)
	_, err = c.Install([]byte(w.pub.Cert()))
	wantErr(t, err, client.ErrNothing)
	damaged := slices.Clone(second)
	damaged[len(damaged)-100] ^= 1
	if _, err = c.Install(damaged); err == nil {
		t.Error("a damaged file was installed")
	}
}

// TestCommandsCannotBeCutAway: a recall that comes with a new license.
func TestCommandsCannotBeCutAway(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	w.server.Recall(clienttest.ID(1))
	both := w.ask(c, client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(2))})
	upd, lic := lines(t, both, wire.TypeUpdate), lines(t, both, wire.TypeLicense)
	if len(upd) != 1 || len(lic) != 1 {
		t.Fatalf("%d updates, %d licenses", len(upd), len(lic))
	}
	_, err := c.Install(join([]string{w.pub.Cert()}, lic))
	wantErr(t, err, client.ErrCut)
	_, err = c.Install(join([]string{w.pub.Cert()}, lic, upd, upd))
	wantErr(t, err, client.ErrUpdate)
	if !c.Has("draw") {
		t.Fatal("a refused update has changed something")
	}
	in, err := c.Install(join([]string{w.pub.Cert()}, lic, upd)) // the order of lines does not matter
	w.must(err)
	if !reflect.DeepEqual(in.Removed, []string{clienttest.ID(1)}) || !reflect.DeepEqual(in.Licenses, []string{clienttest.ID(2)}) {
		t.Errorf("%+v", in)
	}
	w.send(c) // the receipt
	if gen, used := w.server.Live(c.Status().Container, clienttest.ID(1)); gen != 0 || used != 0 {
		t.Errorf("after the receipt: generation %d, %d used", gen, used)
	}
}

// TestMixedAnswers: lines of two answers make none.
func TestMixedAnswers(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1), offer(2))
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	body, _ := w.server.Exchange(m.Token)
	lic := lines(t, []byte(body), wire.TypeLicense)
	claims, _, err := wire.Open[wire.License](lic[1], wire.Keys(w.pub.Issuing.Public()))
	w.must(err)
	for name, change := range map[string]func(l *wire.License){
		"sequence": func(l *wire.License) { l.Seq += 5 },
		"epoch":    func(l *wire.License) { l.Epoch++ },
		"twice":    func(l *wire.License) { l.ID = clienttest.ID(1) },
	} {
		other := *claims
		change(&other)
		_, err = c.Install(w.pub.File(lic[0], clienttest.Sign(w.pub.Issuing, &other)))
		if err == nil {
			t.Errorf("%s: installed", name)
			continue
		}
		wantErr(t, err, client.ErrUpdate)
	}
	_, err = c.Install([]byte(body))
	w.must(err)
}

func TestRecallReplaceBlock(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1), offer(2), offer(3)))
	w.server.Recall(clienttest.ID(1))
	successor := w.server.Replace(clienttest.ID(2), "fly")
	w.server.Block(clienttest.ID(3), true)
	in, err := c.Install(w.ask(c, client.Ask{}))
	w.must(err)
	slices.Sort(in.Removed)
	if !reflect.DeepEqual(in.Removed, []string{clienttest.ID(1), clienttest.ID(2)}) ||
		!reflect.DeepEqual(in.Blocked, []string{clienttest.ID(3)}) || !reflect.DeepEqual(in.Licenses, []string{successor}) {
		t.Fatalf("%+v", in)
	}
	if c.Has("draw") || !c.Has("fly") {
		t.Errorf("features %v", c.Features())
	}
	w.send(c)
	w.server.Block(clienttest.ID(3), false)
	w.refresh(c)
	if !c.Has("draw") || w.server.Suspects() {
		t.Errorf("the lifted block: %v, states %v", c.Features(), states(c))
	}
}

func TestUnknownCommandIsReported(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	m, err := c.NewRequest(client.Ask{})
	w.must(err)
	in, err := c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, &wire.Update{
		Issuer: "acme", Container: c.Status().Container, Nonce: m.Nonce, Seq: 50, IssuedAt: clienttest.Start.Unix(),
		Commands: []wire.Command{{Do: "dance"}, {Do: wire.CmdAck}},
	})))
	w.must(err)
	if !reflect.DeepEqual(in.Unknown, []string{"dance"}) || !c.Has("draw") {
		t.Errorf("%+v", in)
	}
}

// TestEpoch: after the server came back from a backup its sequences begin again.
func TestEpoch(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	w.activate(c, code)
	for range 3 {
		w.refresh(c)
	}
	w.server.NewEpoch()
	w.clock.Add(day)
	w.refresh(c)
	if !c.Has("draw") {
		t.Fatal("the container does not follow into the new epoch")
	}
	w.server.NewEpoch()
	w.clock.Add(day)
	if _, err := c.NewReturn(clienttest.ID(1)); err != nil {
		t.Fatal(err)
	}
	w.send(c) // an acknowledgment, which names no epoch
	if len(c.Waiting()) != 0 {
		t.Error("the return still waits")
	}
}

// TestLowerSequence: an answer to a question that waits, but older than what is
// installed.
func TestLowerSequence(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	w.refresh(c)
	m, err := c.NewRequest(client.Ask{})
	w.must(err)
	_, err = c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, &wire.Update{
		Issuer: "acme", Container: c.Status().Container, Nonce: m.Nonce, Seq: 1, IssuedAt: clienttest.Start.Unix(),
	})))
	wantErr(t, err, client.ErrOld)
}

// TestSeveralAnswersInOneFile: a return and a request that were handed in
// together.
func TestSeveralAnswersInOneFile(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	_, err := c.NewReturn(clienttest.ID(1))
	w.must(err)
	_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(2)), File: true})
	w.must(err)
	file, err := c.RequestFile()
	w.must(err)
	if n := bytes.Count(file, []byte("\n")); n != 2 {
		t.Fatalf("%d lines in the request file", n)
	}
	if again, err := c.RequestFile(); err != nil || !bytes.Equal(again, file) {
		t.Fatalf("the file written again is another one: %v", err)
	}
	answer, err := w.server.Depot(file)
	w.must(err)
	in, err := c.Install(answer)
	w.must(err)
	if !reflect.DeepEqual(in.Returned, []string{clienttest.ID(1)}) || !reflect.DeepEqual(in.Licenses, []string{clienttest.ID(2)}) {
		t.Errorf("%+v", in)
	}
	if in, err := c.Install(answer); err != nil || !in.Repeat {
		t.Errorf("again: %+v %v", in, err)
	}
	w.send(c)
	if w.server.Suspects() {
		t.Error("taken for a copy")
	}
}

func TestRequestFileSealsTheCode(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code}) // for the wire
	w.must(err)
	_, err = c.RequestFile()
	wantErr(t, err, client.ErrNothing)
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code, File: true})
	w.must(err)
	r, _, err := wire.OpenRequest(m.Token)
	w.must(err)
	if r.Code != "" || r.Sealed == "" || len(c.Waiting()) != 1 {
		t.Fatalf("the code is readable: %+v; %d wait", r, len(c.Waiting()))
	}
	file, err := c.RequestFile()
	w.must(err)
	answer, err := w.server.Depot(file)
	w.must(err)
	// Handed in, and then sent all the same: the same bytes, the same answer.
	m2, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	if m2.Token != m.Token {
		t.Fatal("the same question is another message")
	}
	if body, no := w.server.Exchange(m2.Token); no != nil || body != string(answer) {
		t.Fatalf("another answer: %v", no)
	}
	_, err = c.Install(answer)
	w.must(err)
	if only(t, c).CodeHint != code[len(code)-5:] {
		t.Errorf("hint %q of %q", only(t, c).CodeHint, code)
	}
	pins := w.config()
	pins.Pins = []byte(strings.Replace(string(pins.Pins), `"depot": "`, `"none": "`, 1))
	pins.Dir = filepath.Join(w.dir, "other")
	other, err := client.Open(pins)
	w.must(err)
	_, err = other.NewRequest(client.Ask{Action: wire.ActActivate, Code: code, File: true})
	wantErr(t, err, client.ErrNoDepot)
}

// TestRevocationStays: what a root says is kept even when the rest of the file is
// refused.
func TestRevocationStays(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	next := clienttest.New("acme 2").Issuing
	foreign := w.pub.License("l-9", "cad")
	foreign.Container = wire.Binding{Kind: wire.ContainerSoft, Key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
	_, err := c.Install([]byte(w.pub.Revoke() + "\n" + w.pub.CertOf(next) + "\n" + clienttest.Sign(next, foreign)))
	wantErr(t, err, wire.ErrContainer)
	for _, c := range []*client.Container{c, w.open()} {
		l := only(t, c)
		if c.Has("draw") || l.State != client.Refused {
			t.Fatalf("a license under a revoked key holds: %+v", l)
		}
		wantErr(t, l.Err, wire.ErrRevoked)
	}
	w.server.P.Issuing = next
	m, err := c.NewRequest(client.Ask{})
	w.must(err)
	body, no := w.server.Exchange(m.Token)
	if no != nil {
		t.Fatal(no.Code)
	}
	_, err = c.Install([]byte(w.pub.CertOf(next) + "\n" + body))
	w.must(err)
	if !c.Has("draw") || len(c.Licenses()) != 1 {
		t.Fatal("the license under the new key does not hold")
	}
}

func TestBlockList(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1), offer(2)))
	list := func(seq int64, part, parts int, held ...wire.Held) string {
		return clienttest.Sign(w.pub.Issuing, &wire.BlockList{
			Issuer: "acme", Seq: seq, IssuedAt: clienttest.Start.Unix(), Licenses: held, Part: part, Parts: parts,
		})
	}
	one := wire.Held{LicenseID: clienttest.ID(1), Generation: 1}
	_, err := c.Install(w.pub.File(list(5, 1, 2, one)))
	wantErr(t, err, client.ErrUpdate)
	whole := w.pub.File(list(5, 1, 2, one), list(5, 2, 2))
	_, err = c.Install(whole)
	w.must(err)
	for _, c := range []*client.Container{c, w.open()} {
		if got := states(c); !reflect.DeepEqual(got, []client.State{client.Blocked, client.Valid}) {
			t.Fatalf("states %v", got)
		}
	}
	if in, err := c.Install(whole); err != nil || !in.Repeat {
		t.Errorf("again: %+v %v", in, err)
	}
	_, err = c.Install(w.pub.File(list(4, 0, 0)))
	wantErr(t, err, client.ErrOld)
	_, err = c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, &wire.BlockList{
		Issuer: "acme", Seq: 6, IssuedAt: clienttest.Start.Unix(), Containers: []string{c.Status().Container},
	})))
	w.must(err)
	if got := states(c); !reflect.DeepEqual(got, []client.State{client.Blocked, client.Blocked}) {
		t.Errorf("states %v", got)
	}
	wantErr(t, c.Licenses()[0].Err, client.ErrListed)
	if l := c.Licenses()[0]; client.Code(l.Err) != "client.listed" || !errors.Is(l.Err, client.ErrBlocked) {
		t.Errorf("%+v", l)
	}

	// What the server issues after the list was issued by somebody who knew of it.
	w.clock.Add(time.Minute)
	w.refresh(c)
	if got := states(c); !reflect.DeepEqual(got, []client.State{client.Valid, client.Valid}) {
		t.Errorf("after a refresh: states %v", got)
	}
}

// TestBlockListInAnswer: an answer brings a newer list, and one with an older, a
// broken or an unbelieved list is taken all the same.
func TestBlockListInAnswer(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	list := func(seq int64, part, parts int, boxes ...string) string {
		return clienttest.Sign(w.pub.Issuing, &wire.BlockList{
			Issuer: "acme", Seq: seq, IssuedAt: w.clock.Now().Unix() + 3600, Containers: boxes, Part: part, Parts: parts,
		})
	}
	here := c.Status().Container
	answer := func(lists ...string) (client.Installed, error) {
		t.Helper()
		in, err := c.Install(slices.Concat(w.ask(c, client.Ask{}), []byte("\n"+strings.Join(lists, "\n"))))
		w.send(c)
		return in, err
	}
	want := func(state client.State) {
		t.Helper()
		if got := states(c); !reflect.DeepEqual(got, []client.State{state}) {
			t.Fatalf("states %v, want %s", got, state)
		}
	}
	_, err := answer(list(7, 0, 0, here))
	w.must(err)
	want(client.Blocked)
	for _, old := range []string{list(6, 0, 0), list(9, 1, 2), clienttest.Sign(w.pub.Active, &wire.BlockList{Issuer: "acme", Seq: 9, IssuedAt: 1})} {
		in, err := answer(old)
		w.must(err)
		if len(in.Licenses) != 1 {
			t.Errorf("%+v", in)
		}
		want(client.Blocked)
	}
	_, err = answer(list(8, 1, 2), list(8, 2, 2), list(6, 0, 0, here))
	w.must(err)
	want(client.Valid)
	_, err = c.Install(w.pub.File(list(7, 0, 0, here)))
	wantErr(t, err, client.ErrOld)
	want(client.Valid)
}

// TestOrderOfMessages: a later answer settles what was asked before it.
func TestOrderOfMessages(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	first, err := c.NewRequest(client.Ask{})
	w.must(err)
	code := w.server.Sell(offer(2))
	second, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	again, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: strings.ToLower(code)})
	w.must(err)
	if again != second || second.Counter <= first.Counter {
		t.Fatalf("%+v %+v", again, second)
	}
	_, no := w.server.Exchange(first.Token)
	body, no2 := w.server.Exchange(second.Token)
	if no != nil || no2 != nil {
		t.Fatal("refused")
	}
	_, err = c.Install([]byte(body))
	w.must(err)
	if waiting := c.Waiting(); len(waiting) != 1 || waiting[0].Type != wire.TypeReceipt {
		t.Fatalf("waiting %+v", waiting)
	}
	r, err := c.NewReceipt()
	w.must(err)
	if r.Nonce != second.Nonce || r.Counter <= second.Counter {
		t.Errorf("receipt %+v", r)
	}
	w.send(c)
	_, err = c.NewReceipt()
	wantErr(t, err, client.ErrNotHeld)
}

func TestAskRefusals(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	_, err := c.NewRequest(client.Ask{})
	wantErr(t, err, client.ErrEmpty)
	_, err = c.NewRequest(client.Ask{Action: wire.ActActivate})
	wantErr(t, err, client.ErrNoCode)
	for code, want := range map[string]string{
		"7H2KM-7H2KM":                         "code.length",
		"7H2KM-7H2KM-7H2KM-7H2KM-7H2KU":       "code.foreign",
		"7H2KM-7H2KM-7H2KM-7H2KM-7H2K1":       "code.check",
		"CADP-7H2KM-7H2KM-7H2KM-7H2KM-7H2K12": "code.length",
	} {
		_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
		if got := client.Code(err); got != want {
			t.Errorf("%s: %q (%v), want %s", code, got, err, want)
		}
	}
	if len(c.Waiting()) != 0 || c.Status().Container != "" {
		t.Error("a refused question has left something behind")
	}
	for i := range 70 {
		_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: clienttest.Ticket()})
		if err != nil && i < 60 {
			t.Fatal(err)
		}
	}
	wantErr(t, err, client.ErrTooMany)
}
