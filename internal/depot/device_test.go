package depot_test

import (
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// newest returns the id under which the newest device of a code is freed.
func (w *world) newest(code string) string {
	w.t.Helper()
	v, err := w.Look(w.t.Context(), w.a.System(), code)
	must(w.t, err)
	return v.Holdings[0].Devices[0].ID.String()
}

// Freeing says first what will happen, needs a second step, and may be repeated.
func TestFreeDevice(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 1)
	lost := w.activate(i.Code)
	device := w.newest(i.Code)
	w.post("/ticket", "code", i.Code).want(200, license.ErrNoSeat.Code)

	p := w.post("/device?lang=en", "code", i.Code, "device", device).want(200, "Free this device?", "Drawing Professional", "Linux",
		"Its seat is free at once", "loses this license at its next contact", "you can still free 1 of 2", "licet-activate return")
	form := p.one("form", "action", "/device/free")
	if form == nil || w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 1 in use") == nil {
		t.Fatal("asking has changed something")
	}
	for range 2 { // once more changes nothing
		w.post("/device/free?lang=en", "code", i.Code, "device", device).want(200, "The device is freed", "0 of 1 in use, 1 free",
			"you can free 1 of 2 lost devices", "Activate it again")
	}
	w.post("/device/free?lang=de", "code", i.Code, "device", device).want(200, "Das Gerät ist freigegeben")
	w.post("/device", "code", i.Code, "device", device).want(404, depot.ErrNoDevice.Code)
	w.activate(i.Code) // another device takes the seat

	_, err := lost.NewRequest(client.Ask{})
	must(t, err)
	file, err := lost.RequestFile()
	must(t, err)
	w.uploadFile(file).want(200, "A license is blocked on this machine")
}

// The allowance is shown with the next date, and holds.
func TestAllowance(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore = catalog.Restore{Count: 2, PerDays: 30, WaitDays: 7} }), 2)
	w.activate(i.Code)
	w.activate(i.Code)
	w.post("/device/free", "code", i.Code, "device", w.newest(i.Code)).want(200)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 2 lost devices left to free; the next one from 19 Jan 2027 13:00 CET")
	p := w.post("/device?lang=de", "code", i.Code, "device", w.newest(i.Code)).want(200, "kann im Moment nicht freigegeben werden",
		license.ErrRestoreWait.Code, "19.01.2027")
	if n := len(p.all("form", "action", "/device/free")); n != 0 {
		t.Error("the button is there all the same")
	}
	w.post("/device/free?lang=en", "code", i.Code, "device", w.newest(i.Code)).want(409, license.ErrRestoreWait.Code)
	w.now.Advance(8 * 24 * time.Hour)
	w.post("/device/free", "code", i.Code, "device", w.newest(i.Code)).want(200)
}

func TestDevicesThatCannotBeFreed(t *testing.T) {
	w := newWorld(t)
	i, other := w.sell(item(catalog.Trial), 1), w.sell(item(catalog.Multi), 1)
	w.activate(i.Code)
	w.activate(other.Code)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "a lost device cannot be freed here")
	p := w.post("/device?lang=en", "code", i.Code, "device", w.newest(i.Code)).want(200, "cannot be freed right now", license.ErrNoRestore.Code)
	p.lacks("licet-activate return")
	w.post("/device/free", "code", i.Code, "device", w.newest(i.Code)).want(409, license.ErrNoRestore.Code)

	// Another ticket's device, nonsense, and codes that are wrong.
	for _, path := range []string{"/device", "/device/free"} {
		w.post(path, "code", i.Code, "device", w.newest(other.Code)).want(404, depot.ErrNoDevice.Code)
		w.post(path, "code", i.Code, "device", "7").want(404, depot.ErrNoDevice.Code)
		w.post(path, "code", i.Code[:9], "device", w.newest(other.Code)).want(422, license.ErrCode.Code)
		w.post(path, "code", unknownCode(t), "device", w.newest(other.Code)).want(404, license.ErrUnknownCode.Code)
	}
	w.post("/ticket?lang=en", "code", other.Code).want(200, "1 of 1 in use")
	if _, err := wire.ParseTicket(other.Code); err != nil {
		t.Fatal(err)
	}
}
