package depot

import (
	"errors"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// codeField is the form field that carries the ticket or key.
const codeField = "code"

// notice is a refusal inside a page.
type notice struct {
	Text string
	Code string
}

func newNotice(lang text.Lang, code string, args map[string]any) *notice {
	return &notice{Text: text.Fault(lang, code, args), Code: code}
}

// start is the first page: the one field.
type start struct {
	Typed   string  // what was typed before
	Problem *notice // why it was not taken
	Trials  bool    // there is something to try without one
	hints
}

// start shows the field.
func (d *Depot) start(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	return d.show(w, r, http.StatusOK, "start", "depot.start.title", start{Trials: d.o.Site(r).Trials, hints: d.hints()})
}

// again shows the field with what is wrong about what was typed.
func (d *Depot) again(w http.ResponseWriter, r *http.Request, status int, typed string, n *notice) error {
	return d.show(w, r, status, "start", "depot.start.title", start{Typed: typed, Problem: n, Trials: d.o.Site(r).Trials, hints: d.hints()},
		web.Field{Name: codeField, Value: typed})
}

// typo says in words which typing mistake a code has; nil for none.
func typo(lang text.Lang, code string) *notice {
	_, _, _, err := wire.ParseCode(code)
	if err == nil {
		return nil
	}
	n := &notice{Code: license.ErrCode.Code}
	var ce *wire.CodeError
	switch {
	case code == "":
		n.Text = text.T(lang, "depot.typo.empty")
	case !errors.As(err, &ce):
		n.Text = text.T(lang, "depot.typo.check")
	case ce.Kind == wire.CodeLength:
		n.Text = text.T(lang, "depot.typo.length", "got", ce.Got, "want", ce.Want)
	case ce.Kind == wire.CodeForeign:
		n.Text = text.T(lang, "depot.typo.foreign", "symbol", string(ce.Symbol), "pos", ce.Pos)
	default:
		n.Text = text.T(lang, "depot.typo.check")
	}
	return n
}

// code reads the code of a form.
func code(r *http.Request) (string, error) {
	if err := readForm(r); err != nil {
		return "", err
	}
	return trim(r.PostFormValue(codeField)), nil
}

// look asks what a code holds. done reports that a page was already written,
// because the code is mistyped or unknown.
func (d *Depot) look(w http.ResponseWriter, r *http.Request, by actor.Actor) (typed string, v license.Look, done bool, err error) {
	began, lang := d.clock(), web.Lang(r)
	typed, err = code(r)
	if err != nil {
		return typed, v, false, err
	}
	if n := typo(lang, typed); n != nil {
		return typed, v, true, d.again(w, r, route.Status(fault.Invalid), typed, n)
	}
	v, err = d.o.Licenses.Look(r.Context(), d.caller(r, by), typed)
	if errors.Is(err, license.ErrUnknownCode) {
		d.hold(r.Context(), began)
		return typed, v, true, d.again(w, r, route.Status(fault.NotFound), typed, newNotice(lang, license.ErrUnknownCode.Code, nil))
	}
	return typed, v, false, err
}

// ticket shows what a code holds.
func (d *Depot) ticket(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	typed, v, done, err := d.look(w, r, by)
	if done || err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "ticket", "depot.ticket.title", d.describe(web.Lang(r), typed, v),
		web.Field{Name: codeField, Value: typed})
}

// findDevice returns the device of an activation and the license that it holds.
func findDevice(v license.Look, id license.ActivationID) (license.LookLicense, license.LookDevice, bool) {
	for _, l := range v.Holdings {
		for _, one := range l.Devices {
			if one.ID == id {
				return l, one, true
			}
		}
	}
	return license.LookLicense{}, license.LookDevice{}, false
}

// deviceField is the form field that names a device by its activation.
const deviceField = "device"

func deviceOf(r *http.Request) (license.ActivationID, error) {
	var id license.ActivationID
	if id.UnmarshalText([]byte(r.PostFormValue(deviceField))) != nil {
		return id, ErrNoDevice.At(deviceField)
	}
	return id, nil
}

// device asks whether a device is really to be freed, and says what that does.
func (d *Depot) device(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	typed, v, done, err := d.look(w, r, by)
	if done || err != nil {
		return err
	}
	id, err := deviceOf(r)
	if err != nil {
		return err
	}
	l, one, ok := findDevice(v, id)
	if !ok {
		return ErrNoDevice.At(deviceField)
	}
	lang := web.Lang(r)
	body := deviceView{
		Code: typed, Device: newDevice(l, one), License: newHolding(lang, l), Refusal: noRestore(lang, l),
		Left: max(0, l.RestoreLeft-1), hints: d.hints(),
	}
	return d.show(w, r, http.StatusOK, "device", "depot.device.title", body,
		web.Field{Name: codeField, Value: typed}, web.Field{Name: deviceField, Value: r.PostFormValue(deviceField)})
}

// free frees the seat of a lost device.
func (d *Depot) free(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	typed, _, done, err := d.look(w, r, by)
	if done || err != nil {
		return err
	}
	id, err := deviceOf(r)
	if err != nil {
		return err
	}
	bearer, err := d.o.Licenses.Bearer(r.Context(), d.caller(r, by), typed)
	if err != nil {
		return err
	}
	gone, err := d.o.Licenses.Evict(r.Context(), bearer, id)
	if errors.Is(err, license.ErrNotFound) {
		return ErrNoDevice.At(deviceField)
	}
	if err != nil {
		return err
	}
	v, err := d.o.Licenses.Look(r.Context(), d.caller(r, by), typed)
	if err != nil {
		return err
	}
	body := freedView{Code: typed, hints: d.hints()}
	for _, l := range v.Holdings {
		if l.ID == gone.License {
			body.License = newHolding(web.Lang(r), l)
		}
	}
	return d.show(w, r, http.StatusOK, "freed", "depot.freed.title", body,
		web.Field{Name: codeField, Value: typed}, web.Field{Name: deviceField, Value: r.PostFormValue(deviceField)})
}
