package clienttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/licet/licet/wire"
)

// Typed answers what somebody types on the publisher's page: the request that a
// machine shows, and a code. It returns the answer and the code of the issuing key.
// The first license of the code is meant, for which alone this test's publisher prints
// answers.
func (s *Server) Typed(request, code string) (answer, key string, no *No) {
	key, err := wire.PrintTypedKey(s.P.Cert())
	check(err)
	asked, err := wire.ParseTypedRequest(request)
	if err != nil {
		return "", "", &No{"license.typed_typo", 422}
	}
	keys, err := asked.Keys()
	check(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	m := msg{typ: wire.TypeTyped, box: keys.Hash(), code: code, req: &wire.Request{Action: wire.ActActivate, Container: keys}}
	if _, known := s.opened(m); !known {
		return "", "", unknown(m)
	}
	b := s.boxes[m.box]
	if b == nil {
		b = &box{keys: keys, said: map[string]*reply{}}
		s.boxes[m.box] = b
	}
	if b.suspect {
		return "", "", &No{"license.suspect", 409}
	}
	made, no := s.place(b, m)
	if no != nil {
		return "", "", no
	}
	said := fmt.Sprint(asked.Number, "|", made[0].offer.ID, "|", made[0].gen)
	if b.said[said] == nil {
		b.said[said] = &reply{body: s.print(m, made[0], asked.Number)}
	}
	return b.said[said].body, key, nil
}

// print signs a typed answer.
func (s *Server) print(m msg, a *activation, number int) string {
	o, now := a.offer, s.Now().Truncate(time.Hour)
	l := wire.License{
		Issuer: s.P.Name, ID: o.ID, Generation: a.gen, Product: o.Product, Article: o.Article, Features: o.Features,
		Limits: o.Limits, Quantity: max(1, a.qty), IssuedAt: now.Unix(), Grace: int64(o.Grace.Seconds()), Enforce: wire.Enforce,
		Container: wire.Binding{Kind: wire.ContainerSoft, Key: m.box, Min: max(o.Min, 2)},
	}
	if !o.Expires.IsZero() {
		l.Expires = o.Expires.Unix()
	}
	if o.Enforce != "" {
		l.Enforce = o.Enforce
	}
	if days := o.Contact.Truncate(24 * time.Hour); days != 0 { // it cannot say less
		l.NextContact = now.Add(days).Unix()
	}
	payload, err := (&wire.TypedAnswer{License: l, Number: number}).Encode()
	check(err)
	answer, err := wire.SignTyped(s.P.Issuing, payload)
	check(err)
	return answer
}

// typed is Typed over HTTP.
func (s *Server) typed(w http.ResponseWriter, body []byte) {
	var q struct{ Code, Request string }
	if json.Unmarshal(body, &q) != nil {
		refuse(w, &No{"license.bad_message", http.StatusUnprocessableEntity})
		return
	}
	answer, key, no := s.Typed(q.Request, q.Code)
	if no != nil {
		refuse(w, no)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"answer": answer, "key": key})
}
