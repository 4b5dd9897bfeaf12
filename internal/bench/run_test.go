package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
)

// TestRun lets the whole harness run in this process, on SQLite: its figures
// mean nothing, its proofs do.
func TestRun(t *testing.T) {
	for _, s := range []Scenario{Validate, Activate, Heartbeat, Pool, Mixed, List} {
		t.Run(string(s), func(t *testing.T) {
			r, err := Run(t.Context(), RunOptions{
				Options: Options{Dir: t.TempDir(), Inside: true}, Scenario: s, Callers: 8, Time: 150 * time.Millisecond, Rounds: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Samples[1]
			if got.OK == 0 || got.Errors != 0 || got.Ratio == 0 {
				t.Errorf("%+v", got)
			}
			if s == Activate && (got.Proof == nil || got.Proof.Acked != int64(got.OK) || got.Proof.Used < got.Proof.Acked || got.Proof.Lost != 0) {
				t.Errorf("%+v of %d activations", got.Proof, got.OK)
			}
			if (got.Alone > 0) != (s == Pool) {
				t.Errorf("%f commits per second of one alone", got.Alone)
			}
			if err := PrintReport(io.Discard, r); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOverload: what is not answered is refused with 503 and a Retry-After, and
// nothing that was accepted is lost.
func TestOverload(t *testing.T) {
	for _, s := range []Scenario{Heartbeat, Activate} {
		r, err := Run(t.Context(), RunOptions{
			Options: Options{Dir: t.TempDir(), Inside: true}, Scenario: s, Callers: 8, Time: 150 * time.Millisecond, Rounds: 1, Overload: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		over := r.Over[0]
		if over.OK == 0 || over.Errors != 0 || over.Refused != over.Shed || over.Proof.Lost != 0 {
			t.Errorf("%s: %+v", s, over)
		}
		if err := PrintReport(io.Discard, r); err != nil {
			t.Error(err)
		}
	}
}

// TestJudge: what a stretch may not leave behind.
func TestJudge(t *testing.T) {
	l := &lab{}
	s := &station{}
	file := filepath.Join(t.TempDir(), "answers")
	if err := writeKept(file, []kept{{Status: 200}, {Status: 500, Body: []byte("oops")}}); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]struct {
		load   load
		sample Sample
	}{
		"2 requests failed":     {load{}, Sample{Scenario: Activate, OK: 1, Errors: 2}},
		"no request":            {load{}, Sample{Scenario: Activate}},
		"answered with 500":     {load{overload: true}, Sample{Scenario: Activate, OK: 1}},
		"answered with 500: oo": {load{}, Sample{Scenario: Heartbeat, OK: 1}},
	} {
		if err := l.judge(t.Context(), s, c.load, file, &c.sample); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := writeKept(file, []kept{{Status: 200}, {Status: 503}}); err != nil {
		t.Fatal(err)
	}
	bare := Sample{Scenario: Activate, OK: 1, Refused: 1}
	if err := l.judge(t.Context(), s, load{overload: true}, file, &bare); err == nil || !strings.Contains(err.Error(), "Retry-After") {
		t.Errorf("a 503 that does not say when to come again: %v", err)
	}
}

func TestRunBulk(t *testing.T) {
	r, err := Run(t.Context(), RunOptions{Options: Options{Dir: t.TempDir(), Inside: true}, Scenario: Bulk, Tickets: 2_500, Rounds: 1})
	if err != nil || len(r.Bulk) != 1 || !r.Bulk[0].Proof.Sound() {
		t.Fatalf("%+v %v", r.Bulk, err)
	}
	if err := PrintReport(io.Discard, r); err != nil {
		t.Error(err)
	}
}

func TestGrowth(t *testing.T) {
	list, err := Growth(t.Context(), Options{Dir: t.TempDir(), Inside: true}, 1_000)
	if err != nil || len(list) != 5 {
		t.Fatalf("%+v %v", list, err)
	}
	if err := PrintGrowth(io.Discard, list); err != nil {
		t.Error(err)
	}
}

func TestAnchors(t *testing.T) {
	anchors, samples, err := Anchors(t.Context(), Options{Dir: t.TempDir(), Inside: true}, 1)
	if err != nil || len(anchors) != 6 || len(samples) != 3 {
		t.Fatalf("%+v %v", anchors, err)
	}
	var out strings.Builder
	if err := PrintAnchors(&out, anchors, samples); err != nil || !strings.Contains(out.String(), "sqlite commit of one row") {
		t.Errorf("%v %s", err, out.String())
	}
}

// TestProof: each thing that may go wrong is seen.
func TestProof(t *testing.T) {
	if !(Proof{Used: 7, Acked: 7}).Sound() {
		t.Error("nothing is wrong here")
	}
	for _, p := range []Proof{{Uneven: 1}, {Oversold: 1}, {Duplicates: 1}, {Lost: 1}} {
		if p.Sound() {
			t.Errorf("%+v is not sound", p)
		}
	}
	l, err := newLab(t.Context(), Options{Dir: t.TempDir(), Inside: true}, db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	var lost Proof
	gone := told{Leases: []leaseAck{{Fence: 1}}}
	if err := l.benches[0].server.call(t.Context(), "prove", gone, &lost); err != nil || lost.Lost != 1 || lost.Acked != 1 {
		t.Errorf("a lease that nobody was given: %+v %v", lost, err)
	}
	var p Proof
	if err := l.benches[0].server.call(t.Context(), "prove", told{Acks: []ack{{Gen: 1}}}, &p); err != nil || p.Lost != 1 {
		t.Errorf("an activation that nobody made: %+v %v", p, err)
	}
}

func TestObey(t *testing.T) {
	h := func(_ context.Context, do string, with json.RawMessage) (any, error) {
		if do == "twice" {
			n, err := take[int](with)
			return 2 * n, err
		}
		return nil, unknown(do)
	}
	var out strings.Builder
	err := obey(t.Context(), strings.NewReader(`{"do":"twice","with":21}`+"\n"+`{"do":"sing"}`+"\n"), &out, h)
	if err != nil || !strings.Contains(out.String(), `"out":42`) || !strings.Contains(out.String(), "unknown command") {
		t.Errorf("%v %s", err, out.String())
	}
	if err := obey(t.Context(), strings.NewReader("{"), &out, h); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("half a command: %v", err)
	}
}

func TestChildRefusesUnknownRoles(t *testing.T) {
	if err := Child(t.Context(), strings.NewReader(""), io.Discard, []string{"singer"}); err == nil {
		t.Error("a singer was hired")
	}
	if err := Child(t.Context(), strings.NewReader(""), io.Discard, []string{"driver"}); err != nil {
		t.Error(err)
	}
}
