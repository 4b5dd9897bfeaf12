package proof_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	sdk "github.com/licet/licet/client"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

// station is a machine on which the product's own client runs, with its container in
// a folder. Its messages go over the wire, as files, or as pictures of QR codes.
type station struct {
	d       *device
	dir     string
	machine string
	spare   bool // there is a copy of the folder
	c       *sdk.Container
	letters map[string]*letter // by token
}

// stationClock is what the machine's clock shows.
type stationClock struct{ b *box }

func (c stationClock) Now() time.Time { return c.b.now().Round(0) }

func (c stationClock) Wait(ctx context.Context, d time.Duration) error {
	return sdk.SystemClock().Wait(ctx, d)
}

var ofStation = map[string]action{
	"station asks": {12, (*game).stationAsks}, "station backed up": {1, (*game).stationBackUp}, "station backwards": {1, (*game).stationBack},
	"station carries": {24, (*game).stationCarries}, "station copied": {1, (*game).stationCopied}, "station returns": {4, (*game).stationReturns},
	"station starts again": {2, (*game).stationStarts},
}

// settle gives a game a machine with the product's sdk.
func (g *game) settle(t *rapid.T) {
	b, err := g.w.box()
	if err != nil {
		t.Fatal(err)
	}
	d := &device{box: b, name: "station", typists: map[*family]bool{}}
	n := machines.Add(1)
	d.station = &station{d: d, dir: filepath.Join(g.w.dir, fmt.Sprint("station", n)), machine: fmt.Sprint("m", n), letters: map[string]*letter{}}
	d.station.start(t)
	t.Cleanup(func() { _ = os.RemoveAll(d.station.dir); _ = os.RemoveAll(d.station.dir + ".copy") })
	g.devices = append(g.devices, d)
	g.station = d.station
}

// opened opens a container as the program does when it starts.
func (s *station) opened(t *rapid.T, dir, machine string) *sdk.Container {
	pins, err := json.Marshal(s.d.w.pins)
	if err != nil {
		t.Fatal(err)
	}
	c, err := sdk.Open(sdk.Config{
		Pins: pins, Dir: dir, Clock: stationClock{s.d.box}, Version: "1.0",
		Machine: func() sdk.Machine {
			return sdk.Machine{Components: []sdk.Component{
				{Name: "machine-id", Value: machine + "-id"}, {Name: "board", Value: machine + "-board"}, {Name: "disk", Value: machine + "-disk"},
			}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *station) start(t *rapid.T) { s.c = s.opened(t, s.dir, s.machine) }

// look notes what the client has.
func (s *station) look() {
	clear(s.d.held)
	for _, l := range s.c.Licenses() {
		one := &copyOf{gen: l.Generation, qty: l.Quantity, blocked: l.State == sdk.Blocked}
		if !l.Expires.IsZero() {
			one.expires = l.Expires.Unix()
		}
		s.d.held[l.ID] = one
	}
}

// said is what a message says, as anybody can read it.
type said struct {
	Action    wire.Action        `json:"act"`
	Nonce     string             `json:"non"`
	Counter   int64              `json:"ctr"`
	IssuedAt  int64              `json:"iat"`
	Container json.RawMessage    `json:"cnt"`
	Held      []wire.Held        `json:"held"`
	License   string             `json:"lid"`
	Gen       int64              `json:"gen"`
	keys      wire.ContainerKeys // of a request
}

// letterOf is the letter that a token is.
func (g *game) letterOf(t *rapid.T, m sdk.Message) *letter {
	s := g.station
	if l := s.letters[m.Token]; l != nil {
		return l
	}
	var v said
	parts := strings.Split(m.Token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[len(parts)-2])
	if err == nil {
		err = json.Unmarshal(raw[:max(0, len(raw)-64)], &v) // the signature is behind it
	}
	if err == nil && m.Type == wire.TypeRequest {
		if err = json.Unmarshal(v.Container, &v.keys); err == nil {
			s.d.keys = v.keys
		}
	}
	if err != nil {
		t.Fatal(m.Token, err)
	}
	l := &letter{
		by: s.d, ctr: v.Counter, at: time.Unix(v.IssuedAt, 0),
		m: message{token: m.Token, nonce: v.Nonce, act: v.Action, held: v.Held, gen: v.Gen},
	}
	switch {
	case m.Type == wire.TypeReceipt:
		l.kind = "receipt"
	case m.Type == wire.TypeReturn:
		l.kind = "return"
		l.of = g.rights[slices.IndexFunc(g.rights, func(r *right) bool { return r.id == v.License })]
	default:
		l.kind = map[wire.Action]string{wire.ActActivate: "activate", wire.ActRefresh: "refresh", wire.ActRestore: "restore"}[v.Action]
	}
	s.letters[m.Token] = l
	s.d.said = append(s.d.said, l)
	return l
}

func (g *game) stationAsks(t *rapid.T) {
	s := g.station
	ask := sdk.Ask{File: rapid.Bool().Draw(t, "file")}
	var r *right
	var lost *device
	var place activationView
	switch rapid.SampledFrom([]string{"activate", "activate", "restore", "refresh"}).Draw(t, "for") {
	case "activate":
		r = g.right(t)
		ask.Action, ask.Code, ask.Want = wire.ActActivate, r.ticket.code, []string{r.id}
	case "restore":
		r, lost = g.spot(t, func(r *right, d *device) bool { return r.family == g.seats && r.live[d] != nil && d != s.d })
		place = g.activation(t, r, lost)
		ask.Action, ask.Code, ask.Want, ask.Lost = wire.ActRestore, r.ticket.code, []string{r.id}, place.ID
	}
	m, err := s.c.NewRequest(ask)
	switch {
	case errors.Is(err, sdk.ErrEmpty), errors.Is(err, sdk.ErrTooMany):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	if s.letters[m.Token] != nil {
		t.Skip("it is the same question")
	}
	l := g.letterOf(t, m)
	if r != nil {
		l.of, l.ticket, l.lost, l.lostGen = r, r.ticket, lost, place.Gen
	}
	s.look()
}

func (g *game) stationReturns(t *rapid.T) {
	s := g.station
	all := s.c.Licenses()
	l := pick(t, "license", all)
	if _, err := s.c.NewReturn(l.ID); err != nil && !errors.Is(err, sdk.ErrTooMany) {
		t.Fatal(err)
	}
	s.look()
}

// stationCarries takes what waits to the server and its answers back. Both may get
// lost; the same message goes again then.
func (g *game) stationCarries(t *rapid.T) {
	s := g.station
	waiting, err := s.c.Complete()
	if err != nil {
		t.Fatal(err)
	}
	first := pick(t, "message", waiting[:min(1, len(waiting))])
	tokens := []string{first.Token}
	carrier := rapid.SampledFrom([]string{"wire", "wire", "wire", "file", "file", "picture"}).Draw(t, "carrier")
	if carrier != "wire" && first.Type != wire.TypeReceipt {
		file, err := s.c.RequestFile()
		if errors.Is(err, sdk.ErrNothing) {
			t.Skip("nothing is for a file")
		}
		if err != nil {
			t.Fatal(err)
		}
		tokens = nil
		for _, line := range s.carry(t, carrier, file).Lines {
			tokens = append(tokens, line.Token)
		}
	}
	way := rapid.IntRange(0, 9).Draw(t, "way")
	for _, token := range tokens {
		i := slices.IndexFunc(waiting, func(m sdk.Message) bool { return m.Token == token })
		if i < 0 {
			t.Fatalf("%s does not wait", token)
		}
		if way == 9 {
			return // it is lost, and everything behind it
		}
		g.stationSends(t, waiting[i], carrier, way < 7)
	}
}

// carry takes a file to where it is read.
func (s *station) carry(t *rapid.T, carrier string, file []byte) wire.File {
	f, err := wire.ParseLines(file)
	if err != nil {
		t.Fatal(err)
	}
	if carrier != "picture" {
		return f
	}
	codes, err := qr.Encode(f, qr.Page)
	if err != nil {
		t.Fatal(err)
	}
	var pictures [][]byte
	for _, c := range codes {
		var b bytes.Buffer
		if err := c.PNG(&b, 3); err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, b.Bytes())
	}
	again, err := qr.ReadFile(pictures...)
	if err != nil || !bytes.Equal(again.Bytes(), f.Bytes()) {
		t.Fatalf("a picture is read as something else: %v", err)
	}
	return again
}

// stationSends hands one message in, and installs its answer unless that is lost.
func (g *game) stationSends(t *rapid.T, m sdk.Message, carrier string, arrives bool) {
	s, l := g.station, g.letterOf(t, m)
	a, err := g.n.exchange(l.m)
	if err != nil {
		t.Fatal(err)
	}
	fresh := l.answer == nil
	if fresh {
		if l.turn = g.hear(l); !l.turn.unheard {
			l.answer = &a
		}
		g.same(t, a, l.turn.refusal, "station, "+l.kind)
	} else if a.status != l.answer.status || a.code() != l.answer.code() || a.ok() && !bytes.Equal(a.body, l.answer.body) {
		t.Fatalf("station, %s again: answered with %v, before with %v", l.kind, a, l.answer)
	}
	switch {
	case !arrives:
	case !a.ok(), l.kind == "receipt":
		if err := s.c.Discard(m.Counter); err != nil {
			t.Fatal(err)
		}
	default:
		g.stationInstalls(t, l, m, s.carry(t, carrier, a.body).Bytes(), fresh)
		g.a.did["installed: "+l.kind+" by "+carrier]++
	}
	s.look()
}

// stationInstalls takes an answer over, and compares what the client has then.
func (g *game) stationInstalls(t *rapid.T, l *letter, m sdk.Message, body []byte, fresh bool) {
	s, before := g.station, map[string]int64{}
	for id, c := range s.d.held {
		before[id] = c.gen
	}
	_, err := s.c.Install(body)
	s.look()
	switch {
	case errors.Is(err, sdk.ErrOld): // it was set back, or something newer is here
		if err := s.c.Discard(m.Counter); err != nil {
			t.Fatal(err)
		}
		return
	case err != nil:
		t.Fatalf("station, %s: %v", l.kind, err)
	case l.kind == "return" || !fresh:
		return
	}
	clear(s.d.back)
	for _, r := range g.rights {
		if l.turn.removed[r] {
			before[r.id] = 0
		}
		if !s.returned(r, l.ctr) {
			g.holds(t, l, r, before[r.id])
		}
	}
}

// returned reports whether a license was given back after a question was asked: its
// answer brings it no more.
func (s *station) returned(r *right, asked int64) bool {
	return slices.ContainsFunc(s.c.Waiting(), func(m sdk.Message) bool { return m.LicenseID == r.id && m.Counter > asked })
}

// stationStarts ends the program at any moment and starts it again.
func (g *game) stationStarts(t *rapid.T) {
	before := fmt.Sprint(g.station.c.Waiting(), len(g.station.c.Licenses()))
	g.station.start(t)
	if after := fmt.Sprint(g.station.c.Waiting(), len(g.station.c.Licenses())); after != before {
		t.Fatalf("before the program started again: %s, then: %s", before, after)
	}
}

func copyFolder(t *rapid.T, from, to string) {
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(from, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func (g *game) stationBackUp(t *rapid.T) {
	if g.station.c.Status().Container == "" {
		t.Skip("it has no keys: set back to this, it would be another one")
	}
	copyFolder(t, g.station.dir, g.station.dir+".copy")
	g.station.spare = true
}

// stationBack restores the folder, as a disk image or a snapshot does.
func (g *game) stationBack(t *rapid.T) {
	s := g.station
	if !s.spare {
		t.Skip("there is no copy")
	}
	copyFolder(t, s.dir+".copy", s.dir)
	s.start(t)
	s.look()
	s.d.back = map[string]bool{}
	for id := range s.d.held {
		s.d.back[id] = true
	}
}

// stationCopied opens a copy of the folder on another machine: nothing runs there.
func (g *game) stationCopied(t *rapid.T) {
	s := g.station
	other := s.dir + ".other"
	copyFolder(t, s.dir, other)
	for _, l := range s.opened(t, other, s.machine+"x").Licenses() {
		if l.Runs {
			t.Fatalf("a copied folder runs %+v", l)
		}
	}
	if err := os.RemoveAll(other); err != nil {
		t.Fatal(err)
	}
}
