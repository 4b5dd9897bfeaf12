package license_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// Every bad input of an activation has its own refusal, and leaves nothing behind.
func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		multi := item(catalog.Multi)
		good := w.sell(multi, 3)
		wrong := []byte(good.Code)
		wrong[2] = map[bool]byte{true: 'Z', false: 'A'}[wrong[2] == 'A']

		a := w.box()
		_, err := a.activate(string(wrong))
		want(t, err, license.ErrCode)
		_, err = a.activate(good.Code[:20])
		want(t, err, license.ErrCode)
		if f := fault.As(err); f.Args["kind"] != "length" {
			t.Fatalf("%v", f.Args)
		}

		t.Run("unknown and foreign alike", func(t *testing.T) {
			code, err := wire.NewTicket(randomReader{})
			must(t, err)
			_, unknown := a.activate(code.String())
			_, foreign := w.box(w.b).activate(good.Code)
			want(t, unknown, license.ErrUnknownCode)
			want(t, foreign, license.ErrUnknownCode)
			if u, f := fault.As(unknown), fault.As(foreign); u.Kind != f.Kind || u.Code != f.Code || len(u.Args)+len(f.Args) > 0 || u.Field != f.Field {
				t.Fatalf("%+v and %+v", u, f)
			}
			nowhere := w.box()
			nowhere.iss = "no-such-publisher"
			_, err = nowhere.activate(good.Code)
			want(t, err, license.ErrUnknownCode)
		})
		t.Run("blocked ticket", func(t *testing.T) {
			_, err := w.BlockTicket(ctx, w.a.All(), good.Ticket)
			must(t, err)
			_, err = a.activate(good.Code)
			want(t, err, license.ErrTicketBlocked)
			_, err = w.UnblockTicket(ctx, w.a.All(), good.Ticket)
			must(t, err)
		})
		t.Run("expired ticket", func(t *testing.T) {
			i := w.issue(license.IssueInput{Item: multi, Quantity: 1, ValidUntil: day.Of(2027, 1, 10)})[0]
			_, err := a.activate(i.Code)
			want(t, err, license.ErrTicketExpired)
		})
		t.Run("expired license", func(t *testing.T) {
			i := w.sell(item(catalog.TimeLimited, func(s *catalog.Snapshot) {
				s.Model.Duration = catalog.Duration{Days: 10, From: catalog.FromFirstActivation}
			}), 2)
			_, err := w.box().activate(i.Code)
			must(t, err)
			w.now.Advance(11 * 24 * time.Hour)
			_, err = w.box().activate(i.Code)
			want(t, err, license.ErrLicenseExpired)
		})
		t.Run("used up", func(t *testing.T) {
			i := w.sell(item(catalog.SingleUse), 1)
			_, err := w.box().activate(i.Code)
			must(t, err)
			_, err = w.box().activate(i.Code)
			want(t, err, license.ErrUsedUp)
		})
		t.Run("no seat", func(t *testing.T) {
			i := w.sell(multi, 2)
			_, err := w.box().activate(i.Code, func(r *wire.Request) { r.Quantity = 3 })
			want(t, err, license.ErrNoSeat)
			w.used(i, 0)
		})
		t.Run("quantity", func(t *testing.T) {
			_, err := w.box().activate(good.Code, func(r *wire.Request) { r.Quantity = 1 << 40 })
			want(t, err, license.ErrBadQuantity)
		})
		t.Run("other product", func(t *testing.T) {
			_, err := w.box().activate(good.Code, func(r *wire.Request) { r.Product = "PAINT" })
			want(t, err, license.ErrOtherProduct)
		})
		t.Run("container kind", func(t *testing.T) {
			b := w.box()
			b.keys.Kind = wire.ContainerCloud
			_, err := b.activate(good.Code)
			want(t, err, license.ErrContainerKind)
		})
		t.Run("no fingerprint", func(t *testing.T) {
			_, err := w.boxOn(nil).activate(good.Code)
			want(t, err, license.ErrFingerprint)
		})
		t.Run("not in ticket", func(t *testing.T) {
			_, err := w.box().activate(good.Code, func(r *wire.Request) { r.Want = []string{db.MakeID[license.License](w.d.Now()).String()} })
			want(t, err, license.ErrNotWanted)
			_, err = w.box().activate(good.Code, func(r *wire.Request) { r.Want = []string{"x"} })
			want(t, err, license.ErrNotWanted)
		})
		t.Run("clock", func(t *testing.T) {
			_, err := w.box().activate(good.Code, func(r *wire.Request) { r.IssuedAt -= int64((9 * year).Seconds()) })
			want(t, err, license.ErrClock)
			got, err := w.box().activate(good.Code, func(r *wire.Request) { r.IssuedAt += int64((80 * time.Hour).Seconds()) })
			must(t, err)
			if got.commands() != wire.CmdTime || got.licenses[0].Commands != 1 {
				t.Fatalf("commands %q", got.commands())
			}
		})
		w.used(good, 1)
	})
}

type randomReader struct{}

func (randomReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i * 7)
	}
	return len(p), nil
}

// A message that was changed on its way, or is none, is refused before anything.
func TestBadMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		token := a.sign(a.request(wire.ActActivate, withCode(i.Code)))
		parts := strings.Split(string(token), ".")
		body, err := base64.RawURLEncoding.DecodeString(parts[2])
		must(t, err)
		for at := 0; at < len(body)-64; at += 9 {
			changed := append([]byte(nil), body...)
			changed[at] ^= 1
			parts[2] = base64.RawURLEncoding.EncodeToString(changed)
			_, err := w.Exchange(t.Context(), anyone(), []byte(strings.Join(parts, ".")))
			if !errors.Is(err, license.ErrSignature) && !errors.Is(err, license.ErrMessage) {
				t.Fatalf("byte %d: %v", at, err)
			}
		}
		body[len(body)-1] ^= 1
		parts[2] = base64.RawURLEncoding.EncodeToString(body)
		_, err = w.Exchange(t.Context(), anyone(), []byte(strings.Join(parts, ".")))
		want(t, err, license.ErrSignature)
		for _, junk := range []string{"", "x", "v4.public.x.y", strings.Repeat("a", 20_000), string(token) + "\n" + string(token)} {
			_, err := w.Exchange(t.Context(), anyone(), []byte(junk))
			want(t, err, license.ErrMessage)
		}
		l, err := a.activate(i.Code)
		must(t, err)
		_, err = w.Exchange(t.Context(), anyone(), []byte(l.lines[len(l.lines)-1])) // a license is no message
		want(t, err, license.ErrMessage)
		_, err = w.Exchange(t.Context(), w.b.All(), a.sign(a.request(wire.ActRefresh)))
		want(t, err, license.ErrUnknownCode)

		b := w.box() // somebody else signs for a
		b.keys, b.ctr = a.keys, a.ctr
		_, err = b.send(b.request(wire.ActRefresh))
		want(t, err, license.ErrSignature)
		_, err = b.send(b.receipt())
		want(t, err, license.ErrSignature)
		_, err = b.send(b.giveBack(i.Licenses[0].String()))
		want(t, err, license.ErrSignature)
		stranger := w.box()
		_, err = stranger.send(stranger.receipt())
		want(t, err, license.ErrUnknownContainer)
		_, err = stranger.refresh()
		want(t, err, license.ErrUnknownContainer)
		_, err = a.send(a.request(wire.ActRefresh, func(r *wire.Request) { r.Held = append(r.Held, r.Held...) }))
		want(t, err, license.ErrMessage)
		w.used(i, 1)
	})
}

// Counters and generations never fall; whoever tells otherwise is a copy.
func TestSuspect(t *testing.T) {
	start := func(t *testing.T, w *world) (*box, license.Issued) {
		i := w.sell(item(catalog.Multi), 5)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = a.send(a.receipt())
		must(t, err)
		return a, i
	}
	for name, play := range map[string]func(t *testing.T, w *world) (*box, string){
		"counter": func(t *testing.T, w *world) (*box, string) {
			a, _ := start(t, w)
			b := a.clone()
			_, err := a.refresh()
			must(t, err)
			_, err = b.refresh()
			want(t, err, license.ErrSuspect)
			return b, "counter"
		},
		"nonce": func(t *testing.T, w *world) (*box, string) {
			a, _ := start(t, w)
			r := a.request(wire.ActRefresh)
			_, err := a.send(r)
			must(t, err)
			r.App.Version = "2.0"
			_, err = a.send(r)
			want(t, err, license.ErrSuspect)
			return a, "nonce"
		},
		"returned license": func(t *testing.T, w *world) (*box, string) {
			a, i := start(t, w)
			b := a.clone()
			_, err := a.send(a.giveBack(i.Licenses[0].String()))
			must(t, err)
			b.ctr = a.ctr
			_, err = b.refresh()
			want(t, err, license.ErrSuspect)
			return b, "removed_license"
		},
		"old generation": func(t *testing.T, w *world) (*box, string) {
			a, i := start(t, w)
			b := a.clone()
			_, err := a.send(a.giveBack(i.Licenses[0].String()))
			must(t, err)
			got, err := a.activate(i.Code)
			must(t, err)
			if got.licenses[0].Generation != 2 {
				t.Fatalf("generation %d", got.licenses[0].Generation)
			}
			b.ctr = a.ctr
			_, err = b.refresh()
			want(t, err, license.ErrSuspect)
			return b, "generation"
		},
		"unknown license": func(t *testing.T, w *world) (*box, string) {
			a, _ := start(t, w)
			a.held[db.MakeID[license.License](w.d.Now()).String()] = 1
			_, err := a.refresh()
			want(t, err, license.ErrSuspect)
			return a, "unknown_license"
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				a, reason := play(t, w)
				c, err := w.GetContainer(t.Context(), w.a.All(), a.id())
				must(t, err)
				if c.State != license.ContainerSuspect || c.Reason != reason {
					t.Fatalf("%s: %s", c.State, c.Reason)
				}
				_, err = a.refresh()
				want(t, err, license.ErrSuspect)
				list, err := w.ListContainers(t.Context(), w.a.All(), license.ContainerQuery{Trouble: true})
				must(t, err)
				if len(list.Items) != 1 || list.Items[0].ID != a.id() {
					t.Fatalf("%+v", list)
				}
				decide(t, w, a)
			})
		})
	}
}

// decide walks a suspect container through what a human may decide.
func decide(t *testing.T, w *world, a *box) {
	t.Helper()
	ctx := t.Context()
	_, err := w.Decide(ctx, w.a.All(), a.id(), license.Accept)
	want(t, err, license.ErrCaseOpen)
	w.decide(a, license.Accept)
	_, err = w.Decide(ctx, w.a.All(), a.id(), "perhaps")
	want(t, err, license.ErrBadDecision)
	_, err = w.Decide(ctx, w.a.All(), a.id(), license.Accept)
	want(t, err, license.ErrContainerState)
	a.held = map[string]int64{} // it lost what it claimed to have
	_, err = a.refresh()
	must(t, err)
	_, err = w.Decide(ctx, w.a.All(), a.id(), license.Block)
	must(t, err)
	_, err = a.refresh()
	want(t, err, license.ErrContainerBlocked)
}

// A container that speaks from another machine is refused and left alone; the
// original goes on.
func TestOtherMachine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 5)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		b := a.clone()
		b.parts = w.box().parts
		_, err = b.refresh()
		want(t, err, license.ErrOtherMachine)
		b.parts = nil
		_, err = b.refresh()
		want(t, err, license.ErrFingerprint)
		_, err = a.refresh()
		must(t, err)
		changed := map[string]string{"machine-id": a.parts["machine-id"], "board": a.parts["board"], "disk": "new"}
		a.parts = changed // one of three was replaced
		_, err = a.refresh()
		must(t, err)
	})
}

// A return frees one seat, of the current generation, once.
func TestReturns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		lid := i.Licenses[0].String()
		a, b := w.box(), w.box()
		for _, x := range []*box{a, b} {
			_, err := x.activate(i.Code)
			must(t, err)
		}
		ret := a.sign(a.giveBack(lid))
		for range 3 {
			_, err := w.Exchange(t.Context(), anyone(), ret)
			must(t, err)
		}
		w.used(i, 1)
		a.held[lid] = 1
		_, err := a.send(a.giveBack(lid)) // a new message about what is gone
		want(t, err, license.ErrGeneration)
		w.used(i, 1)
		_, err = a.activate(i.Code)
		must(t, err)
		a.held[lid] = 1 // the old generation
		late := a.giveBack(lid)
		_, err = a.send(late)
		want(t, err, license.ErrGeneration)
		_, err = a.send(late) // the refusal is remembered, too
		want(t, err, license.ErrGeneration)
		w.used(i, 2)
		a.held[lid] = 2
		_, err = a.send(a.giveBack(lid))
		must(t, err)
		_, err = a.send(a.giveBack(db.MakeID[license.License](w.d.Now()).String()))
		if err == nil {
			t.Fatal("something was returned that never was here")
		}
		w.used(i, 1)
		w.sound(i.Licenses[0])
	})
}
