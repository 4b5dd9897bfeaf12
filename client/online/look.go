package online

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// Held is what a ticket or license key holds. It is the server's word, for
// people to look at before they do something; it is not signed, and no program
// runs by it.
type Held struct {
	Refusal  *client.Refusal // why nothing can be activated with the code; nil = something can
	Licenses []HeldLicense
}

// HeldLicense is one license of a code.
type HeldLicense struct {
	ID          string
	Number      string // of the article, as ordered
	Names       map[string]string
	Product     string
	Kind        string
	Limit       int64 // seats, with the overdraft
	Used        int64
	Free        int64
	LastDay     time.Time       // of a seat that is activated now, as a day in UTC; zero = no end
	Refusal     *client.Refusal // why it cannot be activated; nil = it can
	Restores    int64           // the restore allowance: lost devices per window
	RestoreLeft int64
	Granted     int64           // lost devices that support has freed beyond it, in the same window
	NextRestore time.Time       // from when on the next one is possible; zero = now, if any is left
	RestoreBar  *client.Refusal // why nothing can be restored, and no device freed, now; nil = it can
	Devices     []HeldDevice    // newest first
	More        bool            // there are more than are listed
}

// HeldDevice is a device that holds a license.
type HeldDevice struct {
	ID       string // to free it
	State    string
	Quantity int64
	Since    time.Time
	Seen     time.Time // last contact
	OS       string    // "" = not known
	App      string    // version of the program; "" = not known
	Virtual  bool
}

// Name is the license's name in a language; its article number if it has none.
func (l HeldLicense) Name(lang string) string {
	for _, in := range []string{client.Language(lang), "en"} {
		if s := l.Names[in]; s != "" {
			return s
		}
	}
	return l.Number
}

// Look asks what a ticket or license key holds: licenses, seats, the restore
// allowance and the devices. It changes nothing. Errors: *wire.CodeError for a
// typing error, which is not sent; *client.Refusal; client.ErrOffline.
func (t *Transport) Look(ctx context.Context, c *client.Container, code string) (Held, error) {
	return t.held(ctx, c, "/api/v1/look", heldAsk{Code: code})
}

// Free frees the seat of a lost device, which loses the license at its next
// contact, and returns what the code holds then. It draws from the restore
// allowance; the same device again changes nothing. Errors as those of Look.
func (t *Transport) Free(ctx context.Context, c *client.Container, code, device string) (Held, error) {
	return t.held(ctx, c, "/api/v1/look/free", heldAsk{Code: code, Device: device})
}

type heldAsk struct {
	Code   string `json:"code"`
	Device string `json:"device,omitempty"`
}

// heldBody is the server's answer.
type heldBody struct {
	Refusal  *heldRefusal `json:"refusal"`
	Licenses []struct {
		ID          string            `json:"id"`
		Number      string            `json:"number"`
		Name        map[string]string `json:"name"`
		Product     string            `json:"product"`
		Kind        string            `json:"kind"`
		Limit       int64             `json:"limit"`
		Used        int64             `json:"used"`
		Free        int64             `json:"free"`
		LastDay     string            `json:"last_day"`
		Refusal     *heldRefusal      `json:"refusal"`
		Restores    int64             `json:"restores"`
		RestoreLeft int64             `json:"restore_left"`
		Granted     int64             `json:"restore_granted"`
		NextRestore time.Time         `json:"next_restore"`
		RestoreBar  *heldRefusal      `json:"restore_refusal"`
		Devices     []struct {
			ID       string    `json:"id"`
			State    string    `json:"state"`
			Quantity int64     `json:"quantity"`
			Since    time.Time `json:"since"`
			Seen     time.Time `json:"seen"`
			OS       string    `json:"os"`
			App      string    `json:"app"`
			Virtual  bool      `json:"virtual"`
		} `json:"devices"`
		More bool `json:"more_devices"`
	} `json:"licenses"`
}

type heldRefusal struct {
	Code  string            `json:"code"`
	Texts map[string]string `json:"texts"`
}

// refusal is nil for nil. Its status says that it is final: so it stands now.
func (r *heldRefusal) refusal() *client.Refusal {
	if r == nil {
		return nil
	}
	return &client.Refusal{Code: r.Code, Texts: r.Texts, Status: 409}
}

func (t *Transport) held(ctx context.Context, c *client.Container, path string, ask heldAsk) (Held, error) {
	if _, _, _, err := wire.ParseCode(ask.Code); err != nil {
		return Held{}, err
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return Held{}, err
	}
	raw, err := t.post(ctx, c, path, "application/json", "application/json", body)
	if err != nil {
		return Held{}, err
	}
	var in heldBody
	if err := json.Unmarshal(raw, &in); err != nil {
		return Held{}, fmt.Errorf("%w: this is no answer of a license server", client.ErrOffline)
	}
	out := Held{Refusal: in.Refusal.refusal()}
	for _, l := range in.Licenses {
		one := HeldLicense{
			ID: l.ID, Number: l.Number, Names: l.Name, Product: l.Product, Kind: l.Kind, Limit: l.Limit, Used: l.Used, Free: l.Free,
			Refusal: l.Refusal.refusal(), Restores: l.Restores, RestoreLeft: l.RestoreLeft, NextRestore: l.NextRestore,
			RestoreBar: l.RestoreBar.refusal(), Granted: l.Granted, More: l.More,
		}
		if day, err := time.Parse(time.DateOnly, l.LastDay); err == nil {
			one.LastDay = day
		}
		for _, d := range l.Devices {
			one.Devices = append(one.Devices, HeldDevice(d))
		}
		out.Licenses = append(out.Licenses, one)
	}
	return out, nil
}
