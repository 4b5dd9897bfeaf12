package api

import (
	"net/http"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// bearing is what the bearer of a code asks.
type bearing struct {
	Code   string `json:"code" maxLength:"64" doc:"The ticket or license key as typed."`
	Device string `json:"device,omitempty" maxLength:"64" doc:"The device that is lost, by its id; only to free it."`
}

// held is what a code holds, for its bearer: nothing in it names a customer, an
// organization or a machine.
type held struct {
	Refusal  *barred       `json:"refusal,omitempty" doc:"Why nothing can be activated with the code; absent = something can."`
	Licenses []heldLicense `json:"licenses"`
}

type heldLicense struct {
	ID          string        `json:"id"`
	Number      string        `json:"number" doc:"The article number, as ordered."`
	Name        catalog.Names `json:"name"`
	Product     string        `json:"product"`
	Kind        string        `json:"kind"`
	Limit       int64         `json:"limit" doc:"Seats, with the overdraft."`
	Used        int64         `json:"used"`
	Free        int64         `json:"free"`
	LastDay     day.Day       `json:"last_day,omitzero" doc:"Of a seat that is activated now; absent = no end."`
	Refusal     *barred       `json:"refusal,omitempty" doc:"Why it cannot be activated; absent = it can."`
	Restores    int64         `json:"restores" doc:"The restore allowance: lost devices per window."`
	RestoreLeft int64         `json:"restore_left"`
	NextRestore time.Time     `json:"next_restore,omitzero" doc:"From when on the next one is possible; absent = now, if any is left."`
	RestoreBar  *barred       `json:"restore_refusal,omitempty" doc:"Why no device can be freed and nothing restored now; absent = it can."`
	Devices     []heldDevice  `json:"devices" doc:"Newest first."`
	More        bool          `json:"more_devices,omitempty" doc:"There are more than are listed."`
}

type heldDevice struct {
	ID       string    `json:"id" doc:"To free it, or to name it as lost."`
	State    string    `json:"state"`
	Quantity int64     `json:"quantity"`
	Since    time.Time `json:"since"`
	Seen     time.Time `json:"seen" doc:"The last contact."`
	OS       string    `json:"os,omitempty"`
	App      string    `json:"app,omitempty"`
	Virtual  bool      `json:"virtual,omitempty"`
}

// barred is a refusal inside an answer.
type barred struct {
	Code  string            `json:"code" example:"license.no_seat"`
	Texts map[string]string `json:"texts" doc:"The sentence by language: de, en."`
}

func newBarred(err error) *barred {
	if err == nil {
		return nil
	}
	f := fault.As(err)
	return &barred{f.Code, map[string]string{"de": text.Fault(text.DE, f.Code, f.Args), "en": text.Fault(text.EN, f.Code, f.Args)}}
}

// bearers registers what the bearer of a code may ask of it: what it holds, and
// to free a device that is lost. The depot's pages offer the same to people.
func (a *API) bearers() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/look", ID: "look", Tag: tagGateway, Class: route.Activate, MaxBody: 4 << 10,
		Summary: "See what a ticket or license key holds",
		Description: "The code is the proof. A blocked, expired or used up code is answered, with its refusal. " +
			"It changes nothing; it is a POST so that no code stands in an address.",
	}, media{"application/json": bearing{}}, media{"application/json": held{}}, a.look)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/look/free", ID: "free-device", Tag: tagGateway, Class: route.Activate, MaxBody: 4 << 10,
		Summary: "Free the seat of a lost device",
		Description: "It draws from the restore allowance, and the device loses the license at its next contact. " +
			"A device that was freed stays freed. The answer is what the code holds then.",
	}, media{"application/json": bearing{}}, media{"application/json": held{}}, a.freeDevice)
}

// bearer reads the question of a code's bearer. Whatever else the caller is does
// not count here: the code is the only proof.
func bearer(r *http.Request, by actor.Actor) (in bearing, as actor.Actor, err error) {
	as = actor.Anonymous(by.Addr)
	as.RequestID = by.RequestID
	raw, err := route.ReadBody(r, 4<<10)
	if err != nil {
		return in, as, err
	}
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return in, as, ErrMalformed.Wrap(err)
	}
	return in, as, nil
}

func (a *API) look(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	in, as, err := bearer(r, by)
	if err != nil {
		return err
	}
	return a.held(w, r, as, in.Code)
}

func (a *API) held(w http.ResponseWriter, r *http.Request, as actor.Actor, code string) error {
	v, err := a.Licenses.Look(r.Context(), as, code)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, newHeld(v))
}

func (a *API) freeDevice(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	in, as, err := bearer(r, by)
	if err != nil {
		return err
	}
	holder, err := a.Licenses.Bearer(r.Context(), as, in.Code)
	if err != nil {
		return err
	}
	var id license.ActivationID
	if id.UnmarshalText([]byte(in.Device)) != nil {
		return license.ErrNotFound.At("device")
	}
	if _, err := a.Licenses.Evict(r.Context(), holder, id); err != nil {
		return err
	}
	return a.held(w, r, as, in.Code)
}

// newHeld writes the days of the publisher's time zone, in which it means them.
func newHeld(v license.Look) held {
	out := held{Refusal: newBarred(v.Why), Licenses: []heldLicense{}}
	for _, l := range v.Holdings {
		one := heldLicense{
			ID: l.ID.String(), Number: l.Number, Name: l.Name, Product: l.Product, Kind: string(l.Kind), Limit: l.Limit, Used: l.Used,
			Free: l.Free, LastDay: l.LastDay, Refusal: newBarred(l.Why), Restores: l.Restores, RestoreLeft: l.RestoreLeft,
			NextRestore: l.NextRestore, RestoreBar: newBarred(l.NoRestore()), Devices: []heldDevice{}, More: l.More,
		}
		zone := l.Zone
		if zone == nil {
			zone = time.UTC
		}
		for _, d := range l.Devices {
			one.Devices = append(one.Devices, heldDevice{
				ID: d.ID.String(), State: string(d.State), Quantity: d.Quantity, Since: d.Since.In(zone), Seen: d.Seen.In(zone), OS: d.OS, App: d.App, Virtual: d.Virtual,
			})
		}
		out.Licenses = append(out.Licenses, one)
	}
	return out
}
