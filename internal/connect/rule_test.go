package connect

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/fault"
)

// The vector is the one that the specification publishes.
func TestSignatureVector(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || FormatSecret(raw) != secret {
		t.Fatalf("secret does not survive a round trip: %v", err)
	}
	at := time.Unix(1614265330, 0)
	const id, body, want = "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := Sign([][]byte{raw}, id, at, []byte(body)); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if got := Sign([][]byte{raw, []byte("old")}, id, at, []byte(body)); !strings.HasPrefix(got, want+" v1,") {
		t.Fatalf("two secrets sign as %s", got)
	}
}

func TestPublicAddresses(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
		"224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.192", "::", "::1", "::7f00:1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1", "fe80::1",
		"fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "100::1", "3fff::1",
	} {
		if Public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range []string{"8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"} {
		if !Public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as private", a)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

func TestCheckURL(t *testing.T) {
	for _, c := range []struct {
		url     string
		private bool
		want    *fault.Error
	}{
		{"https://erp.example.com/hooks?x=1", false, nil},
		{"http://erp.example.com/hooks", false, ErrURL},
		{"http://erp.example.com/hooks", true, nil},
		{"https://127.0.0.1/hooks", false, ErrPrivate},
		{"https://[::ffff:10.0.0.1]/hooks", false, ErrPrivate},
		{"https://127.0.0.1/hooks", true, nil},
		{"https://user:secret@erp.example.com/", false, ErrURL},
		{"https://erp.example.com/#x", false, ErrURL},
		{"https:///hooks", false, ErrURL},
		{"file:///etc/passwd", true, ErrURL},
		{"gopher://erp.example.com", true, ErrURL},
		{"https://erp.example.com/" + strings.Repeat("x", maxURL), false, ErrURL},
		{"://", false, ErrURL},
	} {
		err := checkURL(c.url, c.private)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%q (private %v): got %v, want %v", c.url, c.private, err, c.want)
		}
	}
}

func TestEvents(t *testing.T) {
	for _, bad := range [][]string{nil, {""}, {"license*"}, {"License.*"}, {"license.**"}, {".*x"}, {"a b"}} {
		if err := checkEvents(bad); !errors.Is(err, ErrEvents) {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
	if err := checkEvents(make([]string, maxEvents+1)); !errors.Is(err, ErrEvents) {
		t.Error("a list without end is taken")
	}
	list := []string{"ticket.issued", "license.*"}
	if err := checkEvents(append(list, "*")); err != nil {
		t.Fatal(err)
	}
	for event, want := range map[string]bool{"ticket.issued": true, "ticket.blocked": false, "license.activated": true, "licenses.x": false} {
		if Wants(list, event) != want {
			t.Errorf("wants %s = %v", event, !want)
		}
	}
	if !Wants([]string{"*"}, "anything.at_all") {
		t.Error("the star wants everything")
	}
}
