package catalog

import (
	"slices"
	"strings"

	"github.com/licet/licet/internal/frame"
)

// The bounds of an offer of trials.
const (
	maxTrialDomains  = 200
	maxRemember      = 3650
	standardRemember = 730
)

// TrialOffer lets visitors of the depot take the article for trying. Only articles
// of a trial model can be offered; its zero value offers nothing.
type TrialOffer struct {
	Open     bool     `json:"open"`                    // whether it is offered
	Days     int64    `json:"days,omitempty"`          // how long a visitor's trial lasts; 0 = as the model or the option of days says, which it never exceeds
	Allow    []string `json:"allow,omitempty"`         // domains of mail addresses that may take one; empty = all
	Block    []string `json:"block,omitempty"`         // domains that may not, and what is below them
	Remember int64    `json:"remember_days,omitempty"` // days for which an address gets no second one; 0 = 730
}

// IsZero reports whether nothing is said about trials.
func (o TrialOffer) IsZero() bool {
	return !o.Open && o.Days == 0 && len(o.Allow) == 0 && len(o.Block) == 0 && o.Remember == 0
}

// Keep is for how many days it is known that an address has taken the trial.
func (o TrialOffer) Keep() int64 {
	if o.Remember == 0 {
		return standardRemember
	}
	return o.Remember
}

// Takes reports whether an address of a domain (small letters, ASCII) may take the
// trial. A domain stands for what is below it, too; Block goes before Allow.
func (o TrialOffer) Takes(domain string) bool {
	within := func(of string) bool { return domain == of || strings.HasSuffix(domain, "."+of) }
	if slices.ContainsFunc(o.Block, within) {
		return false
	}
	return len(o.Allow) == 0 || slices.ContainsFunc(o.Allow, within)
}

func (o TrialOffer) check() (bad refusals) {
	bad.within("/days", o.Days, 0, maxTrialDays)
	bad.within("/remember_days", o.Remember, 0, maxRemember)
	for _, list := range []struct {
		at      string
		domains []string
	}{{"/allow", o.Allow}, {"/block", o.Block}} {
		if !bad.atMost(list.at, len(list.domains), maxTrialDomains) {
			continue
		}
		bad.distinct(list.at, list.domains, strings.ToLower)
		for i, d := range list.domains {
			if !domainForm.MatchString(d) {
				bad.add(index(list.at, i), ErrDomain.With("value", clip(d)))
			}
		}
	}
	return bad
}

// fitsTrial checks an open offer against the article and its model.
func (a Article) fitsTrial(m ModelSpec) (bad refusals) {
	if !a.Trial.Open {
		return nil
	}
	if m.Kind != Trial || a.Kind != Base || m.Duration.From != FromFirstActivation {
		bad.add("/trial/open", ErrOfferKind.With("model", a.Model, "kind", string(m.Kind)))
		return bad
	}
	if o, ok := a.daysOption(); ok && a.Trial.Days > 0 {
		bad.under("/trial/days", o.checkValue(frame.OfInt(a.Trial.Days), o.Frame))
	} else if most := m.Duration.Months*31 + m.Duration.Days; !ok && a.Trial.Days > most {
		bad.add("/trial/days", ErrRange.With("value", a.Trial.Days, "min", int64(0), "max", most))
	}
	for i, o := range a.Options {
		if o.Default == nil {
			bad.add(index("/options", i), ErrOfferOption.With("option", o.Name))
		}
	}
	return bad
}

func (o TrialOffer) fields() []field {
	if o.IsZero() {
		return nil
	}
	return fieldsOf("trial.open", o.Open, "trial.days", o.Days, "trial.allow", folded(o.Allow, strings.ToLower),
		"trial.block", folded(o.Block, strings.ToLower), "trial.remember_days", o.Remember)
}

// Offered is an article that visitors may take for trying now.
type Offered struct {
	Article ArticleID
	Number  string
	Name    Names
	Product string   // code
	Lasts   Duration // from the first activation
	Offer   TrialOffer
}

// offered is how a visitor gets the article.
func (a Article) offered(m ModelSpec) Offered {
	out := Offered{Article: a.ID, Number: a.Number, Name: a.Name, Product: a.Product, Lasts: m.Duration, Offer: a.Trial}
	for _, o := range a.Options {
		if o.Default == nil {
			continue
		}
		switch n, _ := o.Default.Int(); o.Sets {
		case SetMonths:
			out.Lasts.Months = n
		case SetDays:
			out.Lasts.Days = n
		}
	}
	if a.Trial.Days > 0 {
		out.Lasts = Duration{Days: a.Trial.Days, From: FromFirstActivation}
	}
	return out
}

// daysOption is the option that sets for how many days a license lasts.
func (a Article) daysOption() (Option, bool) {
	i := slices.IndexFunc(a.Options, func(o Option) bool { return o.Sets == SetDays })
	if i < 0 {
		return Option{}, false
	}
	return a.Options[i], true
}

// trialOptions are the values that a visitor's trial is resolved with.
func (a Article) trialOptions() map[string]frame.Value {
	o, ok := a.daysOption()
	if !ok || a.Trial.Days == 0 {
		return nil
	}
	return map[string]frame.Value{o.Name: frame.OfInt(a.Trial.Days)}
}
