//go:build unix

package verbs_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// refusals are the rows, by the verb that meets them. Each verb has a world of its
// own, because codes that nobody knows are counted there.
func refusals() map[string][]refusal {
	return map[string][]refusal{
		"activate": append(ofCodes("activate"), activations()...),
		"restore":  slices.Concat(ofCodes("restore"), losses("restore"), restores()),
		"free":     losses("free"),
		"borrow":   append(ofCodes("borrow"), borrows()...),
		"return":   returns(),
		"move": {
			{what: "not movable", code: "license.used_up", bring: func(w *world) situation {
				s := w.sell("STAY", 1)
				c := w.elsewhere(s.code)
				_, err := online.Return(w.t.Context(), c, s.license.String())
				must(w.t, err)
				return situation{verb: "activate", code: s.code, cfg: w.here()}
			}},
			{what: "not here", local: client.ErrNotHeld, bring: func(w *world) situation {
				return situation{verb: "move", license: w.sell("YEAR", 1).license.String(), cfg: w.holding(w.sell("YEAR", 1).code)}
			}},
		},
		"refresh": contacts(),
		"lease": {
			{what: "no place free", code: "license.no_seat", bring: func(w *world) situation {
				s := w.sell("FLOAT", 1)
				_, err := online.Borrow(w.t.Context(), open(w.t, w.config(w.t)), s.code, time.Time{})
				must(w.t, err)
				return situation{verb: "lease", code: s.code, license: s.license.String(), cfg: w.here()}
			}},
			{what: "blocked license", code: "license.blocked", bring: func(w *world) situation {
				s := w.sell("FLOAT", 1)
				_, err := w.a.Lic.BlockLicense(w.t.Context(), w.by, s.license)
				must(w.t, err)
				return situation{verb: "lease", code: s.code, license: s.license.String(), cfg: w.here()}
			}},
			{what: "not floating", code: "license.not_floating", not: offWizard, bring: plain("lease", "YEAR")},
		},
		"refresh with a wrong clock": {
			{what: "clock off", code: "license.clock_off", not: offPage, bring: plain("activate", "YEAR")},
		},
		"typed": {
			{what: "no seat", code: "license.no_seat", bring: taken("typed")},
			{what: "not to be typed", code: "license.not_typed", bring: plain("typed", "ADD")},
			{what: "floating", code: "license.floating", bring: plain("typed", "FLOAT")},
			{what: "unknown", code: "license.unknown_code", bring: nobodys("typed")},
		},
	}
}

// plain is a machine on which a new ticket of an article is tried.
func plain(verb, article string) func(*world) situation {
	return func(w *world) situation {
		return situation{verb: verb, code: w.sell(article, 1).code, cfg: w.here()}
	}
}

// nobodys is a machine on which a code is tried that nobody has sold.
func nobodys(verb string) func(*world) situation {
	return func(w *world) situation { return situation{verb: verb, code: unknown(w.t), cfg: w.here()} }
}

// taken is one on which a ticket is tried whose only seat is taken.
func taken(verb string) func(*world) situation {
	return func(w *world) situation {
		s := w.sell("YEAR", 1)
		w.elsewhere(s.code)
		return situation{verb: verb, code: s.code, cfg: w.here()}
	}
}

// elsewhere is another machine, on which a code is activated.
func (w *world) elsewhere(code string) *client.Container {
	w.t.Helper()
	c := open(w.t, w.config(w.t))
	_, err := online.Activate(w.t.Context(), c, code)
	must(w.t, err)
	return c
}

// ofCodes are the refusals of a code, whatever is asked with it.
func ofCodes(verb string) []refusal {
	article := "YEAR"
	if verb == "borrow" {
		article = "FLOAT"
	}
	return []refusal{
		{what: "unknown code", code: "license.unknown_code", bring: nobodys(verb)},
		{what: "typing error", code: "license.code_typo", local: &wire.CodeError{Kind: wire.CodeCheck}, bring: func(w *world) situation {
			return situation{verb: verb, code: swapped(w.sell(article, 1).code), cfg: w.here()}
		}},
		{what: "blocked ticket", code: "license.ticket_blocked", bring: func(w *world) situation {
			s := w.sell(article, 1)
			_, err := w.a.Lic.BlockTicket(w.t.Context(), w.by, s.ticket)
			must(w.t, err)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
		{what: "blocked license", code: "license.blocked", bring: func(w *world) situation {
			s := w.sell(article, 2)
			if verb == "restore" {
				w.elsewhere(s.code)
			}
			_, err := w.a.Lic.BlockLicense(w.t.Context(), w.by, s.license)
			must(w.t, err)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
		{what: "recalled license", code: "license.recalled", bring: func(w *world) situation {
			s := w.sell(article, 1)
			if verb == "restore" {
				w.elsewhere(s.code)
			}
			_, err := w.a.Lic.Recall(w.t.Context(), w.by, license.RecallInput{Licenses: []license.LicenseID{s.license}})
			must(w.t, err)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
	}
}

func activations() []refusal {
	return []refusal{
		{what: "no seat", code: "license.no_seat", bring: taken("activate")},
		{what: "used up", code: "license.used_up", bring: func(w *world) situation {
			s := w.sell("ONCE", 1)
			w.elsewhere(s.code)
			return situation{verb: "activate", code: s.code, cfg: w.here()}
		}},
		{what: "past its last day", code: "license.ticket_expired", bring: plain("activate", "PAST")},
		{what: "another product", code: "license.other_product", not: offPage, bring: plain("activate", "SIM")},
		{what: "another kind of container", code: "license.container_kind", not: offPage, bring: plain("activate", "STICK")},
		{what: "nothing to change", code: "license.no_base", not: offPage, bring: plain("activate", "ADD")},
		{what: "floating", code: "license.floating", not: offWizard, bring: plain("activate", "FLOAT")},
		{what: "which one to change", code: "license.base_which", not: offPage, differs: true, bring: func(w *world) situation {
			cfg := w.holding(w.sell("YEAR", 1).code)
			_, err := online.Activate(w.t.Context(), open(w.t, cfg), w.sell("YEAR", 1).code)
			must(w.t, err)
			return situation{verb: "activate", code: w.sell("ADD", 1).code, cfg: cfg}
		}},
		{what: "taken and given back too often", code: "license.too_often", not: offPage, differs: true, bring: func(w *world) situation {
			s, cfg := w.sell("YEAR", 1), w.here()
			c := open(w.t, cfg)
			for range 5 {
				_, err := online.Activate(w.t.Context(), c, s.code)
				must(w.t, err)
				_, err = online.Return(w.t.Context(), c, s.license.String())
				must(w.t, err)
			}
			return situation{verb: "activate", code: s.code, cfg: cfg}
		}},
		{what: "merged ticket", code: "license.ticket_into", differs: true, bring: func(w *world) situation {
			s := w.sell("YEAR", 2)
			part, err := w.a.Lic.Split(w.t.Context(), w.because(), s.ticket, 1)
			must(w.t, err)
			_, err = w.a.Lic.Merge(w.t.Context(), w.because(), part.Ticket.ID, s.ticket)
			must(w.t, err)
			return situation{verb: "activate", code: s.code, cfg: w.here()}
		}},
		{what: "unknown pairing code", code: "license.unknown_pairing", bring: func(w *world) situation {
			p, err := wire.NewPairing(rand.Reader)
			must(w.t, err)
			return situation{verb: "activate", code: p.String(), pairing: true, cfg: w.here()}
		}},
		{what: "another publisher's", code: "license.unknown_code", not: offPage, bring: func(w *world) situation {
			other := w.of(w.t)
			other.settle("other-" + time.Now().Format("150405.000000000")[7:])
			return situation{verb: "activate", code: other.sell("YEAR", 1).code, cfg: w.here()}
		}},
	}
}

// losses are the refusals of whoever has lost a device.
func losses(verb string) []refusal {
	return []refusal{
		{what: "no allowance left, until a day", code: "license.restore_wait", bring: func(w *world) situation {
			s := w.sell("YEAR", 1)
			w.elsewhere(s.code)
			_, err := online.Restore(w.t.Context(), open(w.t, w.config(w.t)), s.code, "")
			must(w.t, err)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
		{what: "no allowance at all", code: "license.no_restore", bring: func(w *world) situation {
			s := w.sell("ONCE", 1)
			w.elsewhere(s.code)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
		{what: "while it is blocked", code: "license.blocked", bring: func(w *world) situation {
			s := w.sell("YEAR", 1)
			w.elsewhere(s.code)
			_, err := w.a.Lic.BlockLicense(w.t.Context(), w.by, s.license)
			must(w.t, err)
			return situation{verb: verb, code: s.code, cfg: w.here()}
		}},
	}
}

func restores() []refusal {
	return []refusal{
		{what: "nothing lost", code: "license.not_lost", not: offPage, bring: plain("restore", "YEAR")},
		{what: "which one", code: "license.restore_which", not: offPage, bring: func(w *world) situation {
			s := w.sell("YEAR", 2)
			w.elsewhere(s.code)
			w.elsewhere(s.code)
			return situation{verb: "restore", code: s.code, cfg: w.here()}
		}},
	}
}

// borrowing is a machine on which a place is to be borrowed of an article that is sold
// for so many, where another machine has borrowed one.
func borrowing(article string, quantity int64) func(*world) situation {
	return func(w *world) situation {
		s := w.sell(article, quantity)
		_, err := online.Borrow(w.t.Context(), open(w.t, w.config(w.t)), s.code, time.Time{})
		must(w.t, err)
		return situation{verb: "borrow", code: s.code, cfg: w.here()}
	}
}

func borrows() []refusal {
	year := time.Now().UTC().Truncate(24*time.Hour).AddDate(1, 0, 0)
	return []refusal{
		{what: "not floating", code: "license.not_floating", not: offWizard, bring: plain("borrow", "YEAR")},
		{what: "not lent", code: "license.not_lent", not: offPage, bring: plain("borrow", "BOUND")},
		{what: "not yet", code: "license.not_yet", not: offPage, bring: func(w *world) situation {
			begins := day.FromTime(time.Now(), time.UTC).AddDays(30)
			s := w.sell("FLOAT", 1, func(in *license.IssueInput) { in.ValidFrom = begins })
			return situation{verb: "borrow", code: s.code, cfg: w.here()}
		}},
		{what: "as many lent as may be", code: "license.lent_out", not: offPage, bring: borrowing("FEW", 2)},
		{what: "no place free", code: "license.no_seat", bring: borrowing("FLOAT", 1)},
		{what: "too long", code: "license.lent_until", not: offPage, bring: func(w *world) situation {
			return situation{verb: "borrow", code: w.sell("FLOAT", 1).code, until: year, cfg: w.here()}
		}},
		{what: "kept too long", code: "license.lent_until", bring: func(w *world) situation {
			s, cfg := w.sell("FLOAT", 1), w.here()
			_, err := online.Borrow(w.t.Context(), open(w.t, cfg), s.code, time.Time{})
			must(w.t, err)
			return situation{verb: "borrow", license: s.license.String(), until: year, cfg: cfg}
		}},
	}
}

func returns() []refusal {
	return []refusal{
		{what: "not here", local: client.ErrNotHeld, bring: func(w *world) situation {
			return situation{verb: "return", license: w.sell("YEAR", 1).license.String(), cfg: w.holding(w.sell("YEAR", 1).code)}
		}},
		{what: "blocked container", code: "license.container_blocked", bring: func(w *world) situation { return w.shut("return") }},
		{what: "copied container", code: "license.suspect", bring: func(w *world) situation { return w.copied("return") }},
	}
}

func contacts() []refusal {
	return []refusal{
		{what: "nothing here", local: client.ErrEmpty, bring: func(w *world) situation { return situation{verb: "refresh", cfg: w.here()} }},
		{what: "blocked container", code: "license.container_blocked", bring: func(w *world) situation { return w.shut("refresh") }},
		{what: "copied container", code: "license.suspect", bring: func(w *world) situation { return w.copied("refresh") }},
	}
}

// shut is a machine whose container the publisher has blocked.
func (w *world) shut(verb string) situation {
	w.t.Helper()
	s := w.sell("YEAR", 1)
	cfg := w.holding(s.code)
	boxes, err := w.a.Lic.ListContainers(w.t.Context(), w.by, license.ContainerQuery{License: s.license})
	must(w.t, err)
	_, err = w.a.Lic.Decide(w.t.Context(), w.by, boxes.Items[0].ID, license.Block)
	must(w.t, err)
	return w.about(verb, s, cfg)
}

// copied is a machine with an old copy of its container.
func (w *world) copied(verb string) situation {
	w.t.Helper()
	s := w.sell("YEAR", 1)
	cfg := w.holding(s.code)
	image := filepath.Join(w.t.TempDir(), "image")
	must(w.t, os.CopyFS(image, os.DirFS(cfg.Dir)))
	_, err := online.Refresh(w.t.Context(), open(w.t, cfg))
	must(w.t, err)
	cfg.Dir = image
	return w.about(verb, s, cfg)
}

func (w *world) about(verb string, s sold, cfg client.Config) situation {
	if verb == "refresh" {
		return situation{verb: verb, cfg: cfg}
	}
	return situation{verb: verb, license: s.license.String(), cfg: cfg}
}
