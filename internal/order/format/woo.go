package format

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// VerifyWoo checks the header X-WC-Webhook-Signature: the base64 of
// HMAC-SHA-256 over the raw body, before anything of it is read. It returns
// ErrSignature for every mismatch, an empty secret included.
func VerifyWoo(secret, raw []byte, header string) error {
	got, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(header))
	mac := hmac.New(sha256.New, secret)
	mac.Write(raw)
	if err != nil || len(secret) == 0 || !hmac.Equal(got, mac.Sum(nil)) {
		return ErrSignature
	}
	return nil
}

// IsWooPing reports whether raw is the unsigned, form-encoded message with
// which a shop announces a new hook; it wants a 2xx and says nothing else.
func IsWooPing(contentType string, raw []byte) bool {
	if len(raw) > 100 {
		return false
	}
	if media, _, err := declared(contentType); err != nil || (media != "" && media != "application/x-www-form-urlencoded") {
		return false
	}
	form, err := url.ParseQuery(strings.TrimSpace(string(raw)))
	if err != nil || len(form) != 1 {
		return false
	}
	_, err = strconv.ParseUint(form.Get("webhook_id"), 10, 63)
	return err == nil
}

// WooTopic says what a hook's topic means for orders: take it, or nothing is
// to be done. Deleting an order in the shop tidies the shop; a sale is undone
// there by a refund or a cancellation, which come as order.updated.
func WooTopic(topic string) (take bool, err error) {
	switch topic {
	case "order.created", "order.updated", "order.restored":
		return true, nil
	case "order.deleted":
		return false, nil
	}
	return false, with(ErrTopic, "", "topic", clip(topic))
}

// wooReader fills a builder from a shop's order. Unknown keys are the shop's
// own business.
type wooReader struct {
	*jsonReader
	*builder
	status, customer, email, key string
	lines                        []wooLine
	refunded                     map[string]int64 // by line id
}

type wooLine struct {
	Line
	quantity string
}

// ParseWoo reads the order JSON of WooCommerce (REST API v1 to v3, which is
// the body of its order hooks). The order is keyed by its id: plug-ins change
// the visible number after the first hook has left. The body is the current
// state, so the document is complete and date_modified_gmt its revision.
// Refunded quantities are taken off their lines.
func ParseWoo(raw []byte, o Options) (Document, error) {
	_, charset, err := declared(o.ContentType)
	if err != nil {
		return Document{}, err
	}
	data, err := decodeJSON(raw, charset)
	if err != nil {
		return Document{}, err
	}
	j, err := newJSON(data)
	if err != nil {
		return Document{}, err
	}
	r := &wooReader{jsonReader: j, builder: newBuilder(WooCommerce, Complete), refunded: map[string]int64{}}
	t, err := r.token()
	if err != nil {
		return Document{}, err
	}
	if err := r.object(t, r.header); err != nil {
		return Document{}, err
	}
	if r.doc.Number == "" || r.doc.Number == "0" {
		r.refuse(with(ErrMissing, "/id"))
	}
	r.buyer(o)
	cancelled := r.state()
	for _, l := range r.lines {
		if err := r.settle(l, cancelled); err != nil {
			return Document{}, err
		}
	}
	return r.finish(o)
}

func (r *wooReader) header(key string, t json.Token) error {
	switch key {
	case "line_items":
		return r.array(t, func(_ int, t json.Token) error { return r.readLine(t) })
	case "refunds":
		return r.array(t, func(_ int, t json.Token) error { return r.readRefund(t) })
	case "billing":
		return r.object(t, func(key string, t json.Token) error {
			if key == "email" {
				return r.into(&r.email, t)
			}
			return r.skip(t)
		})
	case "id":
		return r.into(&r.doc.Number, t)
	case "status":
		return r.into(&r.status, t)
	case "customer_id":
		return r.into(&r.customer, t)
	case "order_key":
		return r.into(&r.key, t)
	case "currency":
		s, f := r.scalar(t)
		if f != nil {
			return f
		}
		r.doc.Currency = r.currency(r.at(), s)
		return nil
	case "date_modified_gmt":
		s, f := r.scalar(t)
		if f != nil {
			return f
		}
		if at, err := time.Parse("2006-01-02T15:04:05", s); err == nil {
			seconds := at.Unix()
			r.doc.Revision = &seconds
		} else if s != "" {
			r.refuse(with(ErrValue, r.at(), "value", clip(s), "allowed", "2026-01-31T12:00:00"))
		}
		return nil
	}
	return r.skip(t)
}

func (r *wooReader) into(v *string, t json.Token) error {
	s, f := r.scalar(t)
	if f != nil {
		return f
	}
	*v = r.text(r.at(), s, maxNumber, false)
	return nil
}

// buyer numbers the shop's customer inside the shop, so that number 17 of one
// shop is not number 17 of another. A guest is known by a keyed hash of his
// e-mail address, or of the order itself where there is none.
func (r *wooReader) buyer(o Options) {
	switch {
	case r.customer != "" && r.customer != "0":
		r.doc.Buyer = Party{Number: r.text("/customer_id", o.Source+":"+r.customer, maxParty, true)}
	case o.Blind == nil:
		r.refuse(with(ErrGuest, "/customer_id"))
	case r.email != "":
		r.doc.Buyer = r.guest(o, strings.ToLower(r.email))
	default:
		r.doc.Buyer = r.guest(o, r.doc.Number+"/"+r.key)
	}
}

func (r *wooReader) guest(o Options, who string) Party {
	return Party{Number: r.text("/billing/email", o.Source+":g-"+o.Blind(who), maxParty, true)}
}

// state reads the order's status. Only a paid order is carried out; a refunded
// or cancelled one is taken back; the others wait and change nothing.
func (r *wooReader) state() (cancelled bool) {
	switch strings.TrimPrefix(r.status, "wc-") {
	case "processing", "completed":
	case "cancelled", "refunded":
		return true
	case "":
		r.refuse(with(ErrMissing, "/status"))
	default: // pending, on-hold, failed, checkout-draft, trash, a plug-in's own
		r.doc.Unpaid = true
	}
	return false
}

func (r *wooReader) readLine(t json.Token) error {
	if len(r.lines) >= MaxLines {
		return with(ErrLines, r.at(), "limit", MaxLines)
	}
	l := wooLine{Line: Line{Field: r.at()}}
	err := r.object(t, func(key string, t json.Token) error {
		switch key {
		case "id":
			return r.into(&l.No, t)
		case "sku":
			return r.into(&l.Article, t)
		case "quantity":
			return r.into(&l.quantity, t)
		case "meta_data":
			return r.meta(t, func(name, value string) {
				if !strings.HasPrefix(name, "_") { // what the shop hides is not an option
					r.pair(&l.Properties, r.at(), name, value)
				}
			})
		}
		return r.skip(t)
	})
	if l.No == "" && err == nil {
		r.refuse(with(ErrMissing, l.Field+"/id"))
	}
	r.lines = append(r.lines, l)
	return err
}

// meta calls each with the pairs whose value is a scalar.
func (r *wooReader) meta(t json.Token, each func(name, value string)) error {
	return r.array(t, func(_ int, t json.Token) error {
		var name, value string
		err := r.object(t, func(key string, t json.Token) error {
			switch key {
			case "key":
				return r.plain(&name, t)
			case "value":
				return r.plain(&value, t)
			}
			return r.skip(t)
		})
		if name != "" && value != "" {
			each(name, value)
		}
		return err
	})
}

// plain takes a short printable scalar and passes over everything else: what
// plug-ins keep in their fields is no reason to refuse an order.
func (r *wooReader) plain(v *string, t json.Token) error {
	if s, f := r.scalar(t); f == nil {
		if s = strings.TrimSpace(s); len(s) <= maxNumber && printable(s) {
			*v = s
		}
		return nil
	}
	return r.skip(t)
}

// readRefund adds up what was refunded of each line. A refund by amount alone
// takes no quantity back.
func (r *wooReader) readRefund(t json.Token) error {
	return r.object(t, func(key string, t json.Token) error {
		if key != "line_items" {
			return r.skip(t)
		}
		return r.array(t, func(_ int, t json.Token) error {
			var line, quantity string
			at := r.at()
			err := r.object(t, func(key string, t json.Token) error {
				switch key {
				case "quantity":
					return r.into(&quantity, t)
				case "meta_data":
					return r.meta(t, func(name, value string) {
						if name == "_refunded_item_id" {
							line = value
						}
					})
				}
				return r.skip(t)
			})
			quantity = strings.TrimPrefix(quantity, "-")
			if err == nil && line != "" && quantity != "" && quantity != "0" {
				r.refunded[line] += r.quantity(at+"/quantity", quantity)
			}
			return err
		})
	})
}

func (r *wooReader) settle(l wooLine, cancelled bool) error {
	l.Cancelled = cancelled
	if l.quantity == "" {
		l.quantity = "0"
	}
	if !cancelled {
		l.Quantity = r.quantity(l.Field+"/quantity", l.quantity)
		if l.Quantity -= r.refunded[l.No]; l.Quantity <= 0 && r.refunded[l.No] > 0 {
			l.Cancelled = true
		}
	}
	return r.line(l.Line)
}
