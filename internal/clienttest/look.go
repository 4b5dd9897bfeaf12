package clienttest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// Restores is the allowance of every license of this server, per window of 30
// days.
const Restores = 2

// bearer answers whoever asks what a code holds, or frees a device of it.
func (s *Server) bearer(w http.ResponseWriter, free bool, body []byte) {
	var q struct{ Code, Device string }
	if json.Unmarshal(body, &q) != nil {
		refuse(w, &No{"api.malformed", http.StatusUnprocessableEntity})
		return
	}
	normal, _, _, err := wire.ParseCode(q.Code)
	if err != nil {
		refuse(w, &No{"license.code_typo", http.StatusUnprocessableEntity})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	offers, known := s.codes[string(normal)]
	switch {
	case !known:
		refuse(w, &No{"license.unknown_code", http.StatusNotFound})
	case free && !s.freed(offers, q.Device):
		refuse(w, &No{"license.not_found", http.StatusNotFound})
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.contents(offers))
	}
}

// device is the id under which a bearer sees a container that holds an offer.
func device(hash string, o *Offer) string {
	h := sha256.Sum256([]byte(hash + o.ID))
	return fmt.Sprintf("%x-%x-7%03x-8%03x-%x", h[:4], h[4:6], h[6], h[7], h[8:14])
}

// freed shuts a device out of its license; one that is shut out stays so.
func (s *Server) freed(offers []*Offer, id string) bool {
	for hash, b := range s.boxes {
		for _, o := range offers {
			a := b.act(o.ID)
			if a == nil || device(hash, o) != id {
				continue
			}
			if a.live {
				a.live, a.state = false, "restored"
				o.used--
				o.lost++
			}
			return true
		}
	}
	return false
}

// contents is what offers hold, as the server says it.
func (s *Server) contents(offers []*Offer) map[string]any {
	licenses := []any{}
	for _, o := range offers {
		seats := max(o.Seats, 1)
		one := map[string]any{
			"id": o.ID, "number": o.Article, "name": map[string]string{"de": o.Article, "en": o.Article}, "product": o.Product, "kind": kindOf(o),
			"limit": seats, "used": o.used, "free": seats - o.used, "restores": Restores, "restore_left": max(0, Restores-o.lost),
			"devices": s.devices(o),
		}
		if !o.Expires.IsZero() {
			one["last_day"] = o.Expires.Add(-time.Hour).Format(time.DateOnly)
		}
		if o.used >= seats {
			one["refusal"] = said(&No{Code: "license.no_seat"})
		}
		if o.lost >= Restores {
			one["next_restore"], one["restore_refusal"] = s.Now().AddDate(0, 0, 30), said(&No{Code: "license.restore_wait"})
		}
		licenses = append(licenses, one)
	}
	return map[string]any{"licenses": licenses}
}

// kindOf is the kind of an offer's license, as far as somebody has to know it.
func kindOf(o *Offer) string {
	if o.Lends {
		return "floating"
	}
	return "multi"
}

func (s *Server) devices(o *Offer) []map[string]any {
	out := []map[string]any{}
	for hash, b := range s.boxes {
		if a := b.act(o.ID); a != nil && a.live {
			out = append(out, map[string]any{
				"id": device(hash, o), "state": "confirmed", "quantity": max(1, a.qty), "since": s.Now(), "seen": s.Now(), "os": "linux", "app": "14.2",
			})
		}
	}
	slices.SortFunc(out, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	return out
}
