package depot

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
)

// The form fields of a pairing.
const (
	pairField    = "pair"    // the pairing code, to look again
	licenseField = "license" // one that is chosen; several times
	chooseField  = "choose"  // there was something to choose from
	askedField   = "asked"   // names the ticket page that asks, so that a reload makes no second code
)

// pairView is a pairing code and what has become of it.
type pairView struct {
	Code     string // the ticket or key, for the forms of the page
	Pairing  string
	State    license.PairingState
	Minutes  int64    // that are left, rounded up
	Licenses []string // what the machine will get
	Devices  []pairedDevice
	Refusal  *notice // of the machine's last attempt
	hints
}

// pairedDevice is a license that a machine has collected.
type pairedDevice struct {
	License string
	device
}

// Stage is what the script compares: the page is shown anew when it changes.
func (v pairView) Stage() string {
	stage := string(v.State)
	if v.Refusal != nil {
		stage += " " + v.Refusal.Code
	}
	return stage
}

// pair makes a pairing code and shows it; with the code in the form it shows what
// has become of it. So the page can be asked again, by a button, by the script
// and by the language switch, and no address holds anything. A reload sends the
// form of the ticket's page again, which has a name: the code is the same.
func (d *Depot) pair(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	typed, v, done, err := d.look(w, r, by)
	if done || err != nil {
		return err
	}
	p, err := d.pairing(r, by, typed)
	if err != nil {
		return err
	}
	if p.State == license.PairingUsed { // the device came after the first look
		if v, err = d.o.Licenses.Look(r.Context(), d.caller(r, by), typed); err != nil {
			return err
		}
	}
	lang := web.Lang(r)
	title := map[license.PairingState]string{
		license.PairingOpen: "depot.pair.title", license.PairingUsed: "depot.pair.done", license.PairingExpired: "depot.pair.expired",
	}[p.State]
	return d.show(w, r, http.StatusOK, "pair", title, d.describePairing(lang, typed, p, v),
		web.Field{Name: codeField, Value: typed}, web.Field{Name: pairField, Value: p.Code})
}

// pairing is the one of the form, or a new one for what the form chooses.
func (d *Depot) pairing(r *http.Request, by actor.Actor, typed string) (license.Pairing, error) {
	if code := trim(r.PostFormValue(pairField)); code != "" {
		return d.o.Licenses.Pairing(r.Context(), d.caller(r, by), typed, code)
	}
	var chosen []license.LicenseID
	for _, one := range r.PostForm[licenseField] {
		var id license.LicenseID
		if id.UnmarshalText([]byte(one)) != nil {
			return license.Pairing{}, license.ErrNotWanted.At(licenseField)
		}
		chosen = append(chosen, id)
	}
	if len(chosen) == 0 && r.PostFormValue(chooseField) != "" {
		return license.Pairing{}, ErrNotChosen.At(licenseField)
	}
	who := d.caller(r, by)
	if asked := r.PostFormValue(askedField); len(asked) <= 100 {
		who.Retry = actor.Retry{Key: asked, Route: "/pair"}
	}
	return d.o.Licenses.Pair(r.Context(), who, typed, chosen)
}

// describePairing puts a pairing into words.
func (d *Depot) describePairing(lang text.Lang, typed string, p license.Pairing, v license.Look) pairView {
	out := pairView{
		Code: typed, Pairing: p.Code, State: p.State, Minutes: int64((p.Left + time.Minute - 1) / time.Minute), hints: d.hints(),
	}
	for _, l := range v.Holdings {
		if slices.Contains(p.Licenses, l.ID) {
			out.Licenses = append(out.Licenses, l.Name.In(lang))
		}
		for _, one := range l.Devices {
			if slices.Contains(p.Activations, one.ID) {
				out.Devices = append(out.Devices, pairedDevice{l.Name.In(lang), newDevice(l, one)})
			}
		}
	}
	var f *fault.Error
	if errors.As(p.Refusal, &f) {
		out.Refusal = newNotice(lang, f.Code, f.Args)
	}
	return out
}
