package main

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/pkcs11"

	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/wire"
)

// helper is a running licet-pkcs11.
type helper struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *line.Reader
	last int64
}

// start runs the helper on a device.
func start(t *testing.T, d *p11test.Device) *helper {
	t.Helper()
	cmd := exec.Command(p11test.Helper(t), "--module", d.Module)
	cmd.Env = append(os.Environ(), d.Env())
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	h := &helper{t: t, cmd: cmd, in: in, out: line.NewReader(out)}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	var hello line.Answer
	must(t, h.out.Next(&hello))
	if hello.Version != line.Version || hello.Code != "" {
		t.Fatalf("%+v", hello)
	}
	return h
}

// ask sends a call and returns the answer.
func (h *helper) ask(c line.Call) (a line.Answer) {
	h.t.Helper()
	h.last++
	c.ID = h.last
	must(h.t, line.Send(h.in, c))
	must(h.t, h.out.Next(&a))
	if a.ID != c.ID {
		h.t.Fatalf("call %d was answered by %+v", c.ID, a)
	}
	return a
}

// do wants a call to succeed.
func (h *helper) do(c line.Call) line.Answer {
	h.t.Helper()
	a := h.ask(c)
	if a.Code != "" {
		h.t.Fatalf("%s: %s (%s)", c.Do, a.Code, a.Why)
	}
	return a
}

// refused wants a call to fail with a code.
func (h *helper) refused(c line.Call, code line.Code) {
	h.t.Helper()
	if a := h.ask(c); a.Code != code {
		h.t.Errorf("%s: %q (%s), want %q", c.Do, a.Code, a.Why, code)
	} else if strings.Contains(a.Why, p11test.PIN) {
		h.t.Errorf("%s: the PIN is told: %s", c.Do, a.Why)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in starts the helper and logs in.
func in(t *testing.T, d *p11test.Device) *helper {
	t.Helper()
	h := start(t, d)
	h.do(line.Call{Do: line.Login, Slot: d.Label, PIN: p11test.PIN})
	return h
}

// signer is a key in the device, as the standard library has signers.
type signer struct {
	h   *helper
	key line.Key
}

func (s signer) Public() crypto.PublicKey {
	if s.key.Suite == line.Ed25519 {
		return ed25519.PublicKey(s.key.Public)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), s.key.Public)
	must(s.h.t, err)
	return k
}

func (s signer) Sign(_ io.Reader, m []byte, _ crypto.SignerOpts) ([]byte, error) {
	sig := s.h.do(line.Call{Do: line.Sign, Key: s.key.ID, Data: m}).Data
	if s.key.Suite == line.Ed25519 {
		return sig, nil
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
}

// What the module signs is believed by our own verifier and by OpenSSL, and
// Ed25519 signs the same bytes the same way.
func TestSign(t *testing.T) {
	d := p11test.New(t)
	h := in(t, d)
	for _, suite := range []string{line.Ed25519, line.P256} {
		t.Run(suite, func(t *testing.T) {
			h.t = t
			made := h.do(line.Call{Do: line.Make, Suite: suite, Use: line.UseSign, Label: "of " + suite}).Keys
			if len(made) != 1 || made[0].Suite != suite || made[0].Use != line.UseSign || made[0].Label != "of "+suite {
				t.Fatalf("%+v", made)
			}
			s := signer{h, made[0]}
			key, err := wire.SignerKey(s)
			must(t, err)
			payload := []byte(`{"typ":"rcp","iss":"p"}`)
			token, err := wire.Sign(key, wire.TypeReceipt, payload)
			must(t, err)
			got, kid, err := wire.Verify(token, wire.TypeReceipt, wire.Keys(key.Public()))
			if err != nil || !bytes.Equal(got, payload) || kid != key.KID() {
				t.Fatalf("%s: %v", token, err)
			}
			again, err := wire.Sign(key, wire.TypeReceipt, payload)
			must(t, err)
			if (again == token) != (suite == line.Ed25519) {
				t.Error("Ed25519 signs the same bytes alike, P-256 does not")
			}
			openssl(t, s, []byte("some bytes of any kind"))
		})
	}
}

// openssl verifies a signature with OpenSSL.
func openssl(t *testing.T, s signer, message []byte) {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKIXPublicKey(s.Public())
	must(t, err)
	toSign := message
	if s.key.Suite == line.P256 {
		sum := sha256.Sum256(message)
		toSign = sum[:]
	}
	sig, err := s.Sign(nil, toSign, nil)
	must(t, err)
	for name, content := range map[string][]byte{
		"key": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "sig": sig, "message": message, "digest": toSign,
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	args := []string{"pkeyutl", "-verify", "-pubin", "-inkey", "key", "-sigfile", "sig", "-rawin", "-in", "message"}
	if s.key.Suite == line.P256 {
		args = []string{"pkeyutl", "-verify", "-pubin", "-inkey", "key", "-sigfile", "sig", "-in", "digest"}
	}
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Verified Successfully") {
		t.Errorf("%v\n%s", err, out)
	}
}

// What is sealed to a key in the device is opened with it, and by nothing else.
func TestDerive(t *testing.T) {
	h := in(t, p11test.New(t))
	key := h.do(line.Call{Do: line.Make, Suite: line.P256, Use: line.UseDerive, Label: "box"}).Keys[0]
	peer, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	public, err := ecdh.P256().NewPublicKey(key.Public)
	must(t, err)
	want, err := peer.ECDH(public)
	must(t, err)
	if got := h.do(line.Call{Do: line.Derive, Key: key.ID, Data: peer.PublicKey().Bytes()}).Data; !bytes.Equal(got, want) {
		t.Fatalf("%x, want %x", got, want)
	}
	h.refused(line.Call{Do: line.Derive, Key: key.ID, Data: make([]byte, 65)}, line.Failed)
	h.refused(line.Call{Do: line.Sign, Key: key.ID, Data: make([]byte, 32)}, line.NoKey) // it is for something else
}

// Private keys do not leave the device, whoever asks it for them.
func TestKeysStay(t *testing.T) {
	dev := p11test.New(t)
	t.Setenv("SOFTHSM2_CONF", dev.Conf)
	d, err := open(dev.Module)
	must(t, err)
	defer d.close()
	must(t, d.login(line.Call{Slot: dev.Label, PIN: p11test.PIN}, nil))
	for _, suite := range []string{line.Ed25519, line.P256} {
		var a line.Answer
		must(t, d.make(line.Call{Suite: suite, Use: line.UseSign, Label: suite}, &a))
		k, err := d.handle(a.Keys[0].ID)
		must(t, err)
		_, err = d.module.GetAttributeValue(d.session, k, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
		if !errors.Is(err, pkcs11.Error(pkcs11.CKR_ATTRIBUTE_SENSITIVE)) {
			t.Errorf("%s: the private half can be asked for: %v", suite, err)
		}
		at, err := d.module.GetAttributeValue(d.session, k, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_NEVER_EXTRACTABLE, nil), pkcs11.NewAttribute(pkcs11.CKA_ALWAYS_SENSITIVE, nil), pkcs11.NewAttribute(pkcs11.CKA_LOCAL, nil),
		})
		must(t, err)
		for _, one := range at {
			if !bytes.Equal(one.Value, []byte{1}) {
				t.Errorf("%s: attribute %#x is %x", suite, one.Type, one.Value)
			}
		}
	}
}

// Keys are listed with what they are for, survive the process, and can be
// destroyed.
func TestKeys(t *testing.T) {
	d := p11test.New(t)
	h := in(t, d)
	a := h.do(line.Call{Do: line.Make, Suite: line.Ed25519, Use: line.UseSign, Label: "a"}).Keys[0]
	b := h.do(line.Call{Do: line.Make, Suite: line.P256, Use: line.UseDerive, Label: "b"}).Keys[0]
	h = in(t, d)
	all := h.do(line.Call{Do: line.Keys}).Keys
	if len(all) != 2 || all[0].ID != a.ID || all[1].ID != b.ID || !bytes.Equal(all[0].Public, a.Public) || all[0].Suite != line.Ed25519 {
		t.Fatalf("%+v", all)
	}
	h.do(line.Call{Do: line.Sign, Key: a.ID, Data: []byte("m")})
	h.do(line.Call{Do: line.Drop, Key: a.ID})
	h.refused(line.Call{Do: line.Sign, Key: a.ID, Data: []byte("m")}, line.NoKey)
	h.refused(line.Call{Do: line.Drop, Key: a.ID}, line.NoKey)
	if all := h.do(line.Call{Do: line.Keys}).Keys; len(all) != 1 {
		t.Fatalf("%+v", all)
	}
}

// Data objects are written once, read by other processes, and deleted.
func TestObjects(t *testing.T) {
	d := p11test.New(t)
	h := in(t, d)
	big := make([]byte, line.MaxObject)
	_, _ = rand.Read(big)
	h.do(line.Call{Do: line.Write, Name: "a", Data: []byte("first")})
	h.do(line.Call{Do: line.Write, Name: "big", Data: big})
	h.refused(line.Call{Do: line.Write, Name: "a", Data: []byte("second")}, line.Exists)
	h.refused(line.Call{Do: line.Read, Name: "b"}, line.NoObject)
	h = in(t, d)
	if got := h.do(line.Call{Do: line.Names}).Names; strings.Join(got, " ") != "a big" {
		t.Fatal(got)
	}
	if got := h.do(line.Call{Do: line.Read, Name: "a"}).Data; string(got) != "first" {
		t.Fatalf("%s", got)
	}
	if got := h.do(line.Call{Do: line.Read, Name: "big"}).Data; !bytes.Equal(got, big) {
		t.Fatal("the largest object comes back as another")
	}
	h.do(line.Call{Do: line.Delete, Name: "a"})
	h.do(line.Call{Do: line.Delete, Name: "a"})
	if got := h.do(line.Call{Do: line.Names}).Names; strings.Join(got, " ") != "big" {
		t.Fatal(got)
	}
}

// A login says which device is meant, and with which PIN; the PIN may be in a
// file.
func TestLogin(t *testing.T) {
	d := p11test.New(t)
	d.Init(t, "another")
	h := start(t, d)
	slots := h.do(line.Call{Do: line.Slots}).Slots
	if len(slots) != 2 || !slots[0].Ed25519 || !slots[0].P256 || !slots[0].ECDH || slots[0].Locked || slots[0].LastTry {
		t.Fatalf("%+v", slots)
	}
	for _, c := range []struct {
		call line.Call
		code line.Code
	}{
		{line.Call{Do: line.Look}, line.NoLogin},
		{line.Call{Do: line.Keys}, line.NoLogin},
		{line.Call{Do: line.Login, PIN: p11test.PIN}, line.ManySlots},
		{line.Call{Do: line.Login, Slot: "nobody's", PIN: p11test.PIN}, line.NoSlot},
		{line.Call{Do: line.Login, Slot: d.Label}, line.NoPIN},
		{line.Call{Do: line.Login, Slot: d.Label, PINFile: "/nowhere"}, line.NoPIN},
		{line.Call{Do: line.Login, Slot: d.Label, PIN: "0000"}, line.WrongPIN},
		{line.Call{Do: line.Login, Slot: d.Label, PINFile: p11test.PINFile(t, "0000")}, line.WrongPIN},
		{line.Call{Do: line.Names}, line.NoLogin},
		{line.Call{Do: line.Login, Slot: slots[0].Serial, PINFile: p11test.PINFile(t, p11test.PIN)}, ""},
		{line.Call{Do: line.Look}, ""},
		{line.Call{Do: line.Login, Slot: slots[1].Serial, PIN: p11test.PIN}, ""},
		{line.Call{Do: line.Names}, ""},
		{line.Call{Do: line.Login, Slot: d.Label, PIN: "0000"}, line.WrongPIN},
		{line.Call{Do: line.Names}, line.NoLogin}, // who was in is out
	} {
		h.refused(c.call, c.code)
	}
}

// A device that is pulled is told from one that refuses.
func TestRemoved(t *testing.T) {
	d := p11test.New(t)
	h := in(t, d)
	key := h.do(line.Call{Do: line.Make, Suite: line.Ed25519, Use: line.UseSign, Label: "k"}).Keys[0]
	h.do(line.Call{Do: line.Write, Name: "a", Data: []byte("first")})
	d.Pull(t)
	for _, c := range []line.Call{
		{Do: line.Sign, Key: key.ID, Data: []byte("m")},
		{Do: line.Look},
		{Do: line.Read, Name: "a"},
		{Do: line.Names},
		{Do: line.Keys},
		{Do: line.Write, Name: "b", Data: []byte("lost")},
	} {
		h.refused(c, line.Removed)
	}
	start(t, d).refused(line.Call{Do: line.Login, Slot: d.Label, PIN: p11test.PIN}, line.NoSlot)
	d.Plug(t)
	h = in(t, d)
	h.do(line.Call{Do: line.Sign, Key: key.ID, Data: []byte("m")})
	if got := h.do(line.Call{Do: line.Names}).Names; strings.Join(got, " ") != "a" {
		t.Fatal(got)
	}
}

// What is no line of the protocol ends the helper, and so does the end of its
// input; it takes no PIN as an argument.
func TestEnds(t *testing.T) {
	d := p11test.New(t)
	for in, want := range map[string]string{
		"":        "",
		"hello\n": string(line.BadCall),
		`{"id":1,"do":"format"}` + "\n" + `{"id":2,"do":"slots"}` + "\n": string(line.BadCall),
		`{"id":0,"do":"slots"}` + "\n":                                   string(line.BadCall),
		`{"id":1,"do":"slots"}`:                                          string(line.BadCall),
	} {
		code, out := once(t, d, in, "--module", d.Module)
		if bad := strings.Contains(out, string(line.BadCall)); bad != (want != "") || (code == 2) != (want != "") || strings.Count(out, "\n") > 2 {
			t.Errorf("%q: exit %d\n%s", in, code, out)
		}
	}
	for _, args := range [][]string{{}, {"--module"}, {"--module="}, {"--pin", "1"}, {"--module", d.Module, "1234"}} {
		if code, out := once(t, d, "", args...); code != 2 || out != "" {
			t.Errorf("%q: exit %d\n%s", args, code, out)
		}
	}
	for _, path := range []string{"/nowhere.so", d.Conf} {
		if code, out := once(t, d, "", "--module="+path); code != 1 || !strings.Contains(out, string(line.NoModule)) {
			t.Errorf("%s: exit %d\n%s", path, code, out)
		}
	}
}

// once runs the helper on one input.
func once(t *testing.T, d *p11test.Device, in string, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.Command(p11test.Helper(t), args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), d.Env()), strings.NewReader(in)
	b, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), string(b)
	}
	must(t, err)
	return 0, string(b)
}
