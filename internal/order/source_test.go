package order_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// anonymous is a shop somewhere in the net.
func anonymous() actor.Actor { return actor.Anonymous(netip.MustParseAddr("198.51.100.7")) }

func signed(secret string, raw []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(raw)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const shopSecret = "a secret of the shop"

func (w *world) shop(in order.NewSource) order.AddedSource {
	w.t.Helper()
	if in.Name == "" {
		in.Name = "shop"
	}
	if in.Secret == "" {
		in.Secret = shopSecret
	}
	src, err := w.orders.AddSource(w.t.Context(), w.A.All(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return src
}

func (w *world) call(id order.SourceID, secret string, raw []byte) order.HookCall {
	return order.HookCall{
		Publisher: w.A.Publisher, Source: id, Topic: "order.updated", Signature: signed(secret, raw),
		ContentType: "application/json", Raw: raw,
	}
}

// TestHook takes the captured message of a running shop.
func TestHook(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-created.json")
		src := w.shop(order.NewSource{})
		ping, err := w.orders.Hook(t.Context(), anonymous(), order.HookCall{
			Publisher: w.A.Publisher, Source: src.ID, ContentType: "application/x-www-form-urlencoded", Raw: []byte("webhook_id=5"),
		})
		if err != nil || ping.Result != nil {
			t.Fatalf("the announcement: %+v %v", ping, err)
		}
		got, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw))
		if err != nil || got.Result == nil {
			t.Fatal(fault.All(err))
		}
		r := *got.Result
		if r.Source != "shop" || r.Number != "6" || r.Issued != 3 || len(codesOf(r.Lines[0])) != 1 {
			t.Fatalf("%+v", r)
		}
		again, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw))
		if err != nil || again.Result.Outcome != order.Unchanged || !slices.Equal(codesOf(again.Result.Lines[0]), codesOf(r.Lines[0])) {
			t.Fatalf("%+v %v", again, err)
		}
		deleted := w.call(src.ID, shopSecret, []byte(`{"id":6}`))
		deleted.Topic = "order.deleted"
		if a, err := w.orders.Hook(t.Context(), anonymous(), deleted); err != nil || a.Result != nil {
			t.Fatalf("%+v %v", a, err)
		}
		refunded := bytes.Replace(raw, []byte(`"status":"completed"`), []byte(`"status":"refunded"`), 1)
		refunded = bytes.Replace(refunded, []byte(`"date_modified_gmt":"2026-11-21T22:50:35"`), []byte(`"date_modified_gmt":"2026-11-22T08:00:00"`), 1)
		back, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, refunded))
		if err != nil || back.Result.State != order.Reversed || w.sold(back.Result.Lines[0]) != 0 {
			t.Fatalf("%+v %v", back, err)
		}
		late, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, bytes.Replace(raw, []byte(`"Anna"`), []byte(`"Eva"`), 1)))
		if err != nil || late.Result.State != order.Reversed {
			t.Fatalf("%+v %v", late, err)
		}
	})
}

// TestHookRefusals: an unknown source cannot be told from a wrong signature, and
// nothing is read before it is checked.
func TestHookRefusals(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-created.json")
		src, off := w.shop(order.NewSource{}), w.shop(order.NewSource{Name: "off"})
		if _, err := w.orders.ChangeSource(t.Context(), w.A.All(), order.SourceChange{ID: off.ID, State: order.SourceDisabled}); err != nil {
			t.Fatal(err)
		}
		good := w.call(src.ID, shopSecret, raw)
		before := w.orderCount()
		for name, change := range map[string]func(*order.HookCall){
			"another secret":    func(c *order.HookCall) { c.Signature = signed("another secret!!", raw) },
			"another body":      func(c *order.HookCall) { c.Raw = append([]byte(" "), raw...) },
			"no signature":      func(c *order.HookCall) { c.Signature = "" },
			"no JSON":           func(c *order.HookCall) { c.Raw = []byte("{") },
			"unknown source":    func(c *order.HookCall) { c.Source[3]++ },
			"no source":         func(c *order.HookCall) { c.Source = order.SourceID{} },
			"another publisher": func(c *order.HookCall) { c.Publisher = w.B.Publisher },
			"a disabled source": func(c *order.HookCall) { c.Source = off.ID },
		} {
			c := good
			change(&c)
			if _, err := w.orders.Hook(t.Context(), anonymous(), c); err == nil || err.Error() != format.ErrSignature.Error() {
				t.Errorf("%s: %v", name, err)
			}
		}
		topic := good
		topic.Topic = "product.updated"
		if _, err := w.orders.Hook(t.Context(), anonymous(), topic); !format.ErrTopic.Is(err) {
			t.Error(err)
		}
		long := good
		long.Raw = make([]byte, format.MaxBytes+1)
		if _, err := w.orders.Hook(t.Context(), anonymous(), long); !format.ErrTooLarge.Is(err) {
			t.Error(err)
		}
		broken := w.call(src.ID, shopSecret, []byte(`{"id":6,"id":7}`))
		if _, err := w.orders.Hook(t.Context(), anonymous(), broken); !format.ErrKeyTwice.Is(err) {
			t.Error(err)
		}
		if w.orderCount() != before {
			t.Error("a refused message left something behind")
		}
	})
}

// TestHookLimit: guessing signatures is slowed down per address.
func TestHookLimit(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-created.json")
		src := w.shop(order.NewSource{})
		bad := w.call(src.ID, "not the secret!!", raw)
		var err error
		for range 30 {
			if _, err = w.orders.Hook(context.Background(), anonymous(), bad); order.ErrHookTries.Is(err) {
				break
			}
		}
		if !order.ErrHookTries.Is(err) || fault.As(err).RetryAfter <= 0 {
			t.Fatal(err)
		}
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw)); !order.ErrHookTries.Is(err) {
			t.Fatal(err)
		}
		other := actor.Anonymous(netip.MustParseAddr("2001:db8::1"))
		if _, err := w.orders.Hook(t.Context(), other, w.call(src.ID, shopSecret, raw)); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestUnknownArticles: a shop that sells mugs, too.
func TestUnknownArticles(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-refunded.json")
		strict := w.shop(order.NewSource{Name: "strict"})
		_, err := w.orders.Hook(t.Context(), anonymous(), w.call(strict.ID, shopSecret, raw))
		if got := codesIn(err); !strings.Contains(got, "catalog.article_unknown") {
			t.Fatal(got)
		}
		src := w.shop(order.NewSource{Name: "mugs", Unknown: order.SkipUnknown})
		a, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw))
		if err != nil {
			t.Fatal(fault.All(err))
		}
		if r := a.Result; len(r.Lines) != 1 || r.Issued != 3 || !slices.Equal(r.Skipped, []order.Skipped{{No: "33"}}) {
			t.Fatalf("%+v", r)
		}
	})
}

func TestSources(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-created.json")
		made, err := w.orders.AddSource(t.Context(), w.A.All(), order.NewSource{Name: "made"})
		if err != nil || len(made.Secret) < 40 {
			t.Fatal(made, err)
		}
		theirs, err := w.orders.AddSource(t.Context(), w.A.Below(w.A.Reseller), order.NewSource{Name: "theirs", Secret: shopSecret})
		if err != nil || theirs.Org != w.A.Reseller {
			t.Fatal(theirs, err)
		}
		r, err := w.orders.Hook(t.Context(), anonymous(), w.call(theirs.ID, shopSecret, raw))
		if err != nil || !strings.HasSuffix(r.Result.Source, "/theirs") {
			t.Fatal(r, fault.All(err))
		}
		for name, c := range map[string]struct {
			by    actor.Actor
			in    order.NewSource
			want  *fault.Error
			field string
		}{
			"name taken":      {w.A.All(), order.NewSource{Name: "made"}, order.ErrSourceTaken, "/name"},
			"no name":         {w.A.All(), order.NewSource{}, format.ErrMissing, "/name"},
			"slash":           {w.A.All(), order.NewSource{Name: "a/b"}, format.ErrCharacters, "/name"},
			"short secret":    {w.A.All(), order.NewSource{Name: "x", Secret: "short"}, order.ErrSecret, "/secret"},
			"unknown setting": {w.A.All(), order.NewSource{Name: "x", Unknown: "maybe"}, order.ErrSourceValue, "/unknown"},
			"no key.manage":   {w.A.At(w.A.Root, actor.OrderWrite, actor.OrgWrite), order.NewSource{Name: "x"}, actor.ErrDenied, ""},
			"no order.write":  {w.A.At(w.A.Root, actor.KeyManage, actor.OrgWrite), order.NewSource{Name: "x"}, actor.ErrDenied, ""},
			"beside the tree": {w.A.Below(w.A.Reseller), order.NewSource{Name: "x", Org: w.A.Direct}, actor.ErrNotFound, ""},
		} {
			_, err := w.orders.AddSource(t.Context(), c.by, c.in)
			if f := fault.As(err); f == nil || !c.want.Is(err) || f.Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		all, err := w.orders.Sources(t.Context(), w.A.All())
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		own, err := w.orders.Sources(t.Context(), w.A.Below(w.A.Reseller))
		if err != nil || len(own) != 1 || own[0].ID != theirs.ID {
			t.Fatal(own, err)
		}
		if _, err := w.orders.ChangeSource(t.Context(), w.A.Below(w.A.Reseller), order.SourceChange{ID: made.ID}); !order.ErrSourceNotFound.Is(err) {
			t.Fatal(err)
		}
		if _, err := w.orders.ChangeSource(t.Context(), w.A.All(), order.SourceChange{ID: made.ID, State: "asleep"}); !order.ErrSourceValue.Is(err) {
			t.Fatal(err)
		}
		if _, err := w.orders.ChangeSource(t.Context(), w.A.All(), order.SourceChange{ID: made.ID, Secret: "short"}); !order.ErrSecret.Is(err) {
			t.Fatal(err)
		}
		w.rotate(made, raw)
	})
}

// rotate changes a source's secret: both are taken until the old one is dropped.
func (w *world) rotate(src order.AddedSource, raw []byte) {
	w.t.Helper()
	const next = "the next secret of the shop"
	works := func(secret string) bool {
		_, err := w.orders.Hook(w.t.Context(), anonymous(), w.call(src.ID, secret, raw))
		if err != nil && !errors.Is(err, format.ErrSignature) {
			w.t.Fatal(fault.All(err))
		}
		return err == nil
	}
	change := func(c order.SourceChange) {
		c.ID = src.ID
		if _, err := w.orders.ChangeSource(w.t.Context(), w.A.All(), c); err != nil {
			w.t.Fatal(err)
		}
	}
	change(order.SourceChange{Secret: next, Unknown: order.SkipUnknown})
	if !works(src.Secret) || !works(next) {
		w.t.Fatal("a secret stopped working before it was dropped")
	}
	change(order.SourceChange{Forget: true})
	if works(src.Secret) || !works(next) {
		w.t.Fatal("the old secret still works")
	}
}

// A repeated AddSource shows the secret that it made, until another takes its
// place.
func TestRepeatedAddSource(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		by := w.A.All().With(actor.Retry{Key: "k", Route: "r", Body: [32]byte{1}})
		add := func() order.AddedSource {
			s, err := w.orders.AddSource(t.Context(), by, order.NewSource{Name: "shop"})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		first := add()
		if again := add(); again.ID != first.ID || again.Secret != first.Secret || again.Note != nil || first.Secret == "" {
			t.Errorf("%+v, then %+v", first, again)
		}
		if _, err := w.orders.ChangeSource(t.Context(), w.A.All(), order.SourceChange{ID: first.ID, Secret: shopSecret}); err != nil {
			t.Fatal(err)
		}
		late := add()
		if late.ID != first.ID || late.Secret != "" || late.Note == nil || late.Note.Code != "actor.shown_once" || late.Note.Texts["de"] == late.Note.Texts["en"] {
			t.Errorf("after a change: %+v", late)
		}
		by.Retry.Body = [32]byte{2}
		if _, err := w.orders.AddSource(t.Context(), by, order.NewSource{Name: "shop2"}); !errors.Is(err, actor.ErrKeyReused) {
			t.Errorf("another body: %v", err)
		}
	})
}
