package clienttest

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/licet/licet/wire"
)

// Fate is what happens to a message on its way.
type Fate int

// The fates.
const (
	Arrive     Fate = iota
	LoseAsked       // the connection breaks before the server has it
	LoseAnswer      // the server has worked it off; the connection breaks before the answer
	Busy            // 503
	Limited         // 429
	Broken          // 500 from something that is no license server
	Foreign         // 200 from something that is no license server
)

// Expect sets what happens to the next messages; the ones after arrive.
func (s *Server) Expect(fates ...Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fates = append(s.fates, fates...)
}

func (s *Server) fate() Fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fates) == 0 {
		return Arrive
	}
	f := s.fates[0]
	s.fates = s.fates[1:]
	return f
}

// ServeHTTP is the gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	list := r.Method == http.MethodGet && r.URL.Path == "/api/v1/blocklist/"+s.P.Name
	if err != nil || r.Method != http.MethodPost && !list {
		http.Error(w, "no", http.StatusMethodNotAllowed)
		return
	}
	f := s.fate()
	switch f {
	case LoseAsked:
		panic(http.ErrAbortHandler)
	case Busy:
		w.Header().Set("Retry-After", "1")
		refuse(w, &No{"route.overloaded", http.StatusServiceUnavailable})
		return
	case Limited:
		w.Header().Set("Retry-After", "60")
		refuse(w, &No{"license.too_many_tries", http.StatusTooManyRequests})
		return
	case Broken:
		http.Error(w, "<html>bad gateway", http.StatusBadGateway)
		return
	case Foreign:
		_, _ = io.WriteString(w, "<html>welcome to the hotel's network</html>")
		return
	}
	if list {
		s.sendList(w)
		return
	}
	if r.URL.Path == "/api/v1/validate" {
		s.validate(w, body)
		return
	}
	if free := r.URL.Path == "/api/v1/look/free"; free || r.URL.Path == "/api/v1/look" {
		s.bearer(w, free, body)
		return
	}
	if r.URL.Path == "/api/v1/typed" {
		s.typed(w, body)
		return
	}
	if leases := s.leasing(r.URL.Path); leases != nil {
		answer, no := leases(body)
		switch {
		case f == LoseAnswer:
			panic(http.ErrAbortHandler)
		case no != nil:
			refuse(w, no)
		case answer == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
		}
		return
	}
	lines, no := s.Exchange(string(body))
	if f == LoseAnswer {
		panic(http.ErrAbortHandler)
	}
	switch {
	case no != nil:
		refuse(w, no)
	case lines == "":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, lines)
	}
}

func refuse(w http.ResponseWriter, no *No) {
	w.Header().Set("Content-Type", "application/problem+json")
	if no.Code == "license.queued" {
		w.Header().Set("Retry-After", "30")
	}
	w.WriteHeader(no.Status)
	problem := said(no)
	problem["type"], problem["title"], problem["status"], problem["detail"] = "/errors#"+no.Code, "refused", no.Status, "The server refuses: "+no.Code+"."
	_ = json.NewEncoder(w).Encode(problem)
}

// said is a refusal with its sentences.
func said(no *No) map[string]any {
	return map[string]any{
		"code":  no.Code,
		"texts": map[string]string{"en": "The server refuses: " + no.Code + ".", "de": "Der Server lehnt ab: " + no.Code + "."},
	}
}

// validate answers about a license key.
func (s *Server) validate(w http.ResponseWriter, body []byte) {
	var q struct{ Key, Nonce, Product string }
	if json.Unmarshal(body, &q) != nil {
		refuse(w, &No{"license.bad_message", http.StatusUnprocessableEntity})
		return
	}
	normal, _, _, err := wire.ParseCode(q.Key)
	if err != nil {
		refuse(w, &No{"license.code_typo", http.StatusUnprocessableEntity})
		return
	}
	s.mu.Lock()
	offers := s.codes[string(normal)]
	s.mu.Unlock()
	v := &wire.Validation{Issuer: s.P.Name, Nonce: q.Nonce, IssuedAt: s.Now().Unix(), Why: "unknown_code"}
	if len(offers) > 0 && (q.Product == "" || q.Product == offers[0].Product) {
		v.OK, v.Why, v.LicenseID, v.Product, v.Features = true, "", offers[0].ID, offers[0].Product, offers[0].Features
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": Sign(s.P.Issuing, v), "chain": []string{s.P.Cert()}})
}
