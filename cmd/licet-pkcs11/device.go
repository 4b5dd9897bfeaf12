package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"

	"github.com/licet/licet/client/pkcs11/line"
)

// What PKCS#11 3.0 added and the binding does not name.
const (
	mechEdwardsPair = 0x1055 // CKM_EC_EDWARDS_KEY_PAIR_GEN
	mechEdDSA       = 0x1057 // CKM_EDDSA
	keyEdwards      = 0x40   // CKK_EC_EDWARDS
)

// device is a loaded module and the session with the device that was logged in
// to. One process serves one device, one call at a time.
type device struct {
	module  *pkcs11.Ctx
	slot    uint
	session pkcs11.SessionHandle
	in      bool
	serial  string // of the device that was logged in to
	found   map[string]known
}

// open loads a module.
func open(path string) (*device, error) {
	m := pkcs11.New(path)
	if m == nil {
		return nil, refusal{line.NoModule, "it is no PKCS#11 module of this system: " + path}
	}
	if err := m.Initialize(); err != nil {
		m.Destroy()
		return nil, err
	}
	return &device{module: m}, nil
}

func (d *device) close() {
	if d.in {
		_ = d.module.Logout(d.session)
		_ = d.module.CloseSession(d.session)
	}
	_ = d.module.Finalize()
	d.module.Destroy()
}

// slots lists the devices that are initialized.
func (d *device) slots(_ line.Call, a *line.Answer) error {
	numbers, err := d.module.GetSlotList(true)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		info, err := d.module.GetTokenInfo(n)
		if err != nil || info.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			continue // pulled meanwhile, or nobody's yet
		}
		a.Slots = append(a.Slots, d.describe(n, info))
	}
	return nil
}

func (d *device) describe(n uint, info pkcs11.TokenInfo) line.Slot {
	s := line.Slot{
		Number: uint64(n), Label: tidy(info.Label), Serial: tidy(info.SerialNumber), Maker: tidy(info.ManufacturerID), Model: tidy(info.Model),
		LastTry: info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0, Locked: info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0,
		ReadOnly: info.Flags&pkcs11.CKF_WRITE_PROTECTED != 0,
	}
	list, err := d.module.GetMechanismList(n)
	if err != nil {
		return s
	}
	has := func(mech uint) bool {
		return slices.ContainsFunc(list, func(m *pkcs11.Mechanism) bool { return m.Mechanism == mech })
	}
	s.Ed25519 = has(mechEdDSA) && has(mechEdwardsPair)
	s.P256 = has(pkcs11.CKM_ECDSA) && has(pkcs11.CKM_EC_KEY_PAIR_GEN)
	s.ECDH = has(pkcs11.CKM_ECDH1_DERIVE) && has(pkcs11.CKM_EC_KEY_PAIR_GEN)
	return s
}

// tidy makes text of a field that a module has padded, if it did.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// login logs in to one device. Who is logged in already is logged out first.
func (d *device) login(c line.Call, _ *line.Answer) error {
	pin := c.PIN
	if c.PINFile != "" {
		raw, err := os.ReadFile(c.PINFile)
		if err != nil {
			return refusal{line.NoPIN, "the file with the PIN cannot be read"}
		}
		pin, _, _ = strings.Cut(string(raw), "\n")
		pin = strings.TrimSuffix(pin, "\r")
	}
	if pin == "" || len(pin) > line.MaxPIN {
		return refusal{line.NoPIN, "no PIN, or one that is too long"}
	}
	s, err := d.find(c.Slot)
	if err != nil {
		return err
	}
	switch {
	case s.Locked:
		return refusal{line.LockedPIN, "after too many wrong PINs"}
	case s.LastTry && !c.Last:
		return refusal{line.LastPIN, "one more wrong PIN would lock the device"}
	}
	if d.in {
		_ = d.module.Logout(d.session)
		_ = d.module.CloseSession(d.session)
		d.in = false
	}
	return d.enter(s, pin)
}

// find returns the device of a label or serial.
func (d *device) find(wanted string) (line.Slot, error) {
	var a line.Answer
	if err := d.slots(line.Call{}, &a); err != nil {
		return line.Slot{}, err
	}
	fits := slices.DeleteFunc(a.Slots, func(s line.Slot) bool { return wanted != "" && s.Label != wanted && s.Serial != wanted })
	switch {
	case len(fits) == 0 && wanted == "":
		return line.Slot{}, refusal{line.NoSlot, "no initialized device"}
	case len(fits) == 0:
		return line.Slot{}, refusal{line.NoSlot, "no device with this label or serial"}
	case len(fits) > 1:
		return line.Slot{}, refusal{line.ManySlots, "several devices fit; name one by its serial"}
	}
	return fits[0], nil
}

func (d *device) enter(s line.Slot, pin string) error {
	flags := uint(pkcs11.CKF_SERIAL_SESSION)
	if !s.ReadOnly {
		flags |= pkcs11.CKF_RW_SESSION
	}
	session, err := d.module.OpenSession(uint(s.Number), flags)
	if err != nil {
		return err
	}
	err = d.module.Login(session, pkcs11.CKU_USER, pin)
	if err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
		_ = d.module.CloseSession(session)
		return err
	}
	d.slot, d.session, d.in, d.serial, d.found = uint(s.Number), session, true, s.Serial, map[string]known{}
	return nil
}

// look says whether the device is still there.
func (d *device) look(line.Call, *line.Answer) error {
	if d.gone() {
		return refusal{line.Removed, "the device does not answer any more"}
	}
	return nil
}

// gone reports whether the device that was logged in to is not there any more.
// Modules say it in different ways: the session has ended, the slot is empty,
// another device is in it, or nothing can be found on it.
func (d *device) gone() bool {
	if _, err := d.module.GetSessionInfo(d.session); err != nil {
		return true
	}
	info, err := d.module.GetTokenInfo(d.slot)
	if err != nil || tidy(info.SerialNumber) != d.serial {
		return true
	}
	return !d.answers()
}

// reallyEmpty holds an empty list against whether the device is still there: some
// modules find nothing on a device that was pulled.
func (d *device) reallyEmpty(n int) error {
	if n > 0 {
		return nil
	}
	return d.look(line.Call{}, nil)
}

// answers asks the device for something that only it can do.
func (d *device) answers() bool {
	_, err := d.search([]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_LABEL, "licet")}, 1)
	return err == nil
}

// search returns up to so many objects that fit.
func (d *device) search(like []*pkcs11.Attribute, most int) ([]pkcs11.ObjectHandle, error) {
	if err := d.module.FindObjectsInit(d.session, like); err != nil {
		return nil, err
	}
	var out []pkcs11.ObjectHandle
	for len(out) < most {
		some, _, err := d.module.FindObjects(d.session, min(64, most-len(out)))
		if err != nil {
			return nil, errors.Join(err, d.module.FindObjectsFinal(d.session))
		}
		if len(some) == 0 {
			break
		}
		out = append(out, some...)
	}
	return out, d.module.FindObjectsFinal(d.session)
}
