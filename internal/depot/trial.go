package depot

import (
	"context"
	"errors"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/trial"
	"github.com/licet/licet/internal/web"
)

// Trials is what the depot needs to give visitors something to try: the doors of
// trial.Service.
type Trials interface {
	// Offers returns what visitors may try now.
	Offers(ctx context.Context, by actor.Actor) ([]trial.Offer, error)
	// Ask sends the mail that confirms a wish.
	Ask(ctx context.Context, by actor.Actor, in trial.Wish) error
	// Confirm gives whoever has the code of the mail the ticket.
	Confirm(ctx context.Context, by actor.Actor, code string) (trial.Taken, error)
}

// The form fields of a wish.
const (
	articleField = "article"
	emailField   = "email"
)

// trialView is the page on which a visitor chooses what to try.
type trialView struct {
	Offers  []trialOffer
	Email   string  // what was typed before
	Problem *notice // why it was not taken
	Keep    int64   // for how many days at most it is known who has taken a trial
	hints
}

// trialOffer is something to choose.
type trialOffer struct {
	Number, Name, Lasts string
	Chosen              bool
}

// lasts says how long a trial lasts.
func lasts(lang text.Lang, o trial.Offer) string {
	months, days := text.N(lang, "depot.change.months", o.Months), text.N(lang, "depot.change.days", o.Days)
	switch {
	case o.Months > 0 && o.Days > 0:
		return text.T(lang, "depot.trial.both", "months", months, "days", days)
	case o.Months > 0:
		return months
	case o.Days > 0:
		return days
	}
	return ""
}

// trials shows what can be tried.
func (d *Depot) trials(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	return d.wish(w, r, by, http.StatusOK, trialView{}, r.URL.Query().Get(articleField))
}

// wish shows the form of a wish, with what is wrong about the one that was sent.
func (d *Depot) wish(w http.ResponseWriter, r *http.Request, by actor.Actor, status int, v trialView, chosen string) error {
	var offers []trial.Offer
	if d.o.Trials != nil {
		var err error
		if offers, err = d.o.Trials.Offers(r.Context(), d.caller(r, by)); err != nil {
			return err
		}
	}
	if len(offers) == 0 {
		return trial.ErrOff
	}
	lang := web.Lang(r)
	v.hints = d.hints()
	for _, o := range offers {
		v.Offers = append(v.Offers, trialOffer{o.Number, o.Name.In(lang), lasts(lang, o), len(offers) == 1 || o.Number == chosen})
		v.Keep = max(v.Keep, o.Keep)
	}
	return d.show(w, r, status, "trial", "depot.trial.title", v)
}

// ask takes a wish. The page that answers is the same for every address.
func (d *Depot) ask(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	began := d.clock()
	if err := readForm(r); err != nil {
		return err
	}
	if d.o.Trials == nil {
		return trial.ErrOff
	}
	lang := web.Lang(r)
	in := trial.Wish{Article: trim(r.PostFormValue(articleField)), Email: trim(r.PostFormValue(emailField)), Lang: lang}
	err := d.o.Trials.Ask(r.Context(), d.caller(r, by), in)
	if earned(err, connect.ErrMailAddress, trial.ErrDomain, catalog.ErrNotOffered) {
		f := fault.As(err)
		v := trialView{Email: in.Email, Problem: newNotice(lang, f.Code, f.Args)}
		if in.Article == "" && errors.Is(err, catalog.ErrNotOffered) {
			v.Problem.Text = text.T(lang, "depot.trial.choose_one")
		}
		return d.wish(w, r, by, route.Status(f.Kind), v, in.Article)
	}
	if err != nil {
		return err
	}
	d.hold(r.Context(), began)
	return d.show(w, r, http.StatusOK, "trialasked", "depot.trial.asked", d.hints())
}

// earned reports whether a refusal belongs into the form that earned it.
func earned(err error, those ...*fault.Error) bool {
	for _, one := range those {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// confirmView is the page with the code of a mail.
type confirmView struct {
	Typed   string  // what was typed before
	Problem *notice // why it was not taken
	hints
}

// confirming shows the field for the code. The link of the mail leads here; the code
// stands behind its #, which no browser sends, so that whoever follows the link to
// look what is behind it confirms nothing.
func (d *Depot) confirming(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	if d.o.Trials == nil {
		return trial.ErrOff
	}
	return d.show(w, r, http.StatusOK, "confirm", "depot.confirm.title", confirmView{hints: d.hints()})
}

// takenView is the ticket of a trial.
type takenView struct {
	Name, Lasts string
	Ticket      string // "" = it was shown before and is not kept
	Again       bool
	hints
}

// confirm shows the ticket to whoever has the code.
func (d *Depot) confirm(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	began, lang := d.clock(), web.Lang(r)
	typed, err := code(r)
	if err != nil {
		return err
	}
	if d.o.Trials == nil {
		return trial.ErrOff
	}
	got, err := d.o.Trials.Confirm(r.Context(), d.caller(r, by), typed)
	if earned(err, trial.ErrUnknown, trial.ErrElapsed, catalog.ErrNotOffered) {
		if errors.Is(err, trial.ErrUnknown) {
			d.hold(r.Context(), began)
		}
		f := fault.As(err)
		return d.show(w, r, route.Status(f.Kind), "confirm", "depot.confirm.title", confirmView{typed, newNotice(lang, f.Code, f.Args), d.hints()})
	}
	if err != nil {
		return err
	}
	v := takenView{Name: got.Name.In(lang), Lasts: lasts(lang, got.Offer), Ticket: got.Code, Again: got.Again, hints: d.hints()}
	return d.show(w, r, http.StatusOK, "taken", "depot.taken.title", v, web.Field{Name: codeField, Value: typed})
}
