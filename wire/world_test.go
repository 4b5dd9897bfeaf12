package wire

import (
	"testing"
)

// world is one publisher with its keys and one container, the same in every
// run. The vectors are made from worlds, so its values never change.
type world struct {
	name             string
	active, standby  PrivateKey
	issuing          PrivateKey
	container, token PrivateKey // Ed25519 and P-256
	salt             []byte
}

// The world's times: the certificate's window and a moment inside it.
const (
	certFrom  = 1_700_000_000
	certUntil = 1_800_000_000
	someTime  = 1_750_000_000
	day       = 86400
)

func newWorld(name string) *world {
	return &world{
		name:    name,
		active:  edKey(name + " active root"),
		standby: edKey(name + " standby root"),
		issuing: edKey(name + " issuing key"), container: edKey(name + " container"),
		token: p256Key(name + " hardware container"),
		salt:  newStream(name + " salt").bytes(16),
	}
}

func (w *world) pins() Pins {
	return Pins{
		Issuer: w.name,
		Roots:  []PinnedRoot{PinRoot(w.active.Public()), PinRoot(w.standby.Public())},
		Salt:   b64.EncodeToString(w.salt),
	}
}

func (w *world) cert() *IssuerCert {
	return &IssuerCert{
		Issuer: w.name, KID: w.issuing.KID(), Public: w.issuing.Public().String(),
		Use:       []Type{TypeLicense, TypeUpdate, TypeValidation, TypeBlockList},
		NotBefore: certFrom, Expires: certUntil, IssuedAt: certFrom,
	}
}

// trust knows the certificate of the issuing key.
func (w *world) trust(t testing.TB, more ...string) *Trust {
	t.Helper()
	trust, err := NewTrust(w.pins())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range append([]string{w.sign(w.active, w.cert())}, more...) {
		if err := trust.Extend(line); err != nil {
			t.Fatal(err)
		}
	}
	return trust
}

func (w *world) sign(k PrivateKey, c Claims) string { return must(SignClaims(k, c)) }

func (w *world) license(l *License) string { return w.sign(w.issuing, l) }

func (w *world) keys() ContainerKeys {
	return ContainerKeys{
		Kind: ContainerSoft, Sign: w.container.Public().String(),
		Encrypt: b64.EncodeToString(must(x25519(w.name + " box")).PublicKey().Bytes()),
	}
}

func (w *world) serial(n byte) string { return Serial([8]byte{1, 2, 3, 4, 5, 6, 7, n}) }

func (w *world) nonce(n byte) string { return Nonce([16]byte{15: n}) }

func (w *world) components() [][16]byte {
	return [][16]byte{
		Component(w.salt, "machine-id", "4c1f00e7"), Component(w.salt, "disk", "WD-77"),
		Component(w.salt, "mac", "02:00:5e:10:00:01"), Component(w.salt, "board", "ACME-9"),
	}
}

// plainLicense is the smallest license: bound to nothing, without end.
func (w *world) plainLicense() *License {
	return &License{
		Issuer: w.name, ID: "l-1", Generation: 1, Product: "cad", IssuedAt: someTime,
		Enforce: Enforce, Serial: w.serial(1),
	}
}

// fullLicense has what a usual license has, and is bound to the container.
func (w *world) fullLicense() *License {
	l := w.plainLicense()
	l.ID, l.Article, l.Model = "019a2f4e-7c11-7d3a-9b52-6f1e0c4d8a77", "CAD-PRO-1Y", "multi"
	l.Features = []string{"draw", "render", "export.step"}
	l.Limits = map[string]int64{"parts": 5000, "layers": 64}
	l.Quantity, l.Seq, l.Epoch, l.Holder = 1, 7, 1, "C-100482"
	l.NotBefore, l.Expires, l.Grace, l.Maintenance = someTime-day, someTime+365*day, 14*day, someTime+365*day
	l.NextContact, l.Nonce = someTime+30*day, w.nonce(9)
	l.Container = Binding{Kind: ContainerSoft, Key: w.keys().Hash(), Min: 3}
	for _, c := range w.components() {
		l.Container.Fingerprint = append(l.Container.Fingerprint, Short(c))
	}
	return l
}

func (w *world) check() Check {
	return Check{
		Now: someTime + day, Container: w.keys().Hash(), Components: w.components(),
		Product: "cad", Released: someTime,
	}
}

func (w *world) request() *Request {
	r := &Request{
		Issuer: w.name, Action: ActActivate, Nonce: w.nonce(9), Counter: 3, IssuedAt: someTime,
		Container: w.keys(), Code: must(NewTicket(newStream(w.name + " ticket"))).String(),
		Held: []Held{{LicenseID: "l-0", Generation: 2}}, Product: "cad", App: App{"14.2", "linux", "amd64"},
	}
	for i, c := range w.components() {
		r.Fingerprint = append(r.Fingerprint, FingerprintPart{[]string{"machine-id", "disk", "mac", "board"}[i], ComponentClaim(c)})
	}
	return r
}

// all returns one token of each type with the key that signs it.
func (w *world) all() []signed {
	hash := w.keys().Hash()
	list := []signed{
		{w.issuing, w.fullLicense()},
		{w.active, w.cert()},
		{w.standby, &Revocation{Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime, Why: "stolen", Known: JoinSerials([][8]byte{{9}, {1}})}},
		{w.active, &Rotation{Issuer: w.name, KID: edKey(w.name + " next root").KID(), Public: edKey(w.name + " next root").Public().String(), IssuedAt: someTime}},
		{w.active, w.depotKey()},
		{w.issuing, &Update{Issuer: w.name, Container: hash, Nonce: w.nonce(9), Seq: 7, IssuedAt: someTime, Commands: []Command{{Do: CmdRecall, LicenseID: "l-0", Generation: 2, Why: "reversed"}, {Do: CmdAck}}}},
		{w.container, w.request()},
		{w.container, &Receipt{Issuer: w.name, Container: hash, Nonce: w.nonce(10), Counter: 4, IssuedAt: someTime, Held: []Held{{LicenseID: "l-1", Generation: 1}}}},
		{w.container, &Return{Issuer: w.name, Container: hash, Nonce: w.nonce(11), Counter: 5, IssuedAt: someTime, LicenseID: "l-1", Generation: 1}},
		{w.issuing, &Validation{Issuer: w.name, Nonce: w.nonce(12), IssuedAt: someTime, OK: true, LicenseID: "l-1", Product: "cad", Features: []string{AllFeatures}, Limits: map[string]int64{"parts": 10}, Expires: someTime + day}},
		{w.issuing, &BlockList{Issuer: w.name, Seq: 2, IssuedAt: someTime, Licenses: []Held{{LicenseID: "l-9", Generation: 3}}, Containers: []string{hash}}},
		{w.issuing, &Checkpoint{Issuer: w.name, Seq: 4711, Hash: b64.EncodeToString(newStream(w.name + " journal").bytes(32)), IssuedAt: someTime}},
		{w.container, w.leaseRequest()},
	}
	return list
}

func (w *world) leaseRequest() *LeaseRequest {
	r := w.request()
	return &LeaseRequest{
		Issuer: w.name, Nonce: w.nonce(13), IssuedAt: someTime, Container: r.Container, Fingerprint: r.Fingerprint, Code: r.Code,
		LicenseID: "l-1", Holder: Holder{PerPerson, b64.EncodeToString(newStream(w.name + " person").bytes(16))}, Label: "cad-room",
		Quantity: 2, Queue: true, Product: "cad", App: r.App,
	}
}

// leasedLicense is a license that its holder has to renew every five minutes.
func (w *world) leasedLicense() *License {
	l := w.fullLicense()
	l.Expires, l.Grace, l.NextContact = someTime+900, 60, 0
	l.Lease = Lease{"d6jx0Zq2S0yN3xEwVQmQ3A", 4711, 300}
	return l
}

func (w *world) depotKey() *DepotKey {
	pub := must(x25519(w.name + " depot")).PublicKey().Bytes()
	return &DepotKey{Issuer: w.name, KID: KID(pub), Public: b64.EncodeToString(pub), IssuedAt: someTime, Expires: someTime + 900*day}
}

type signed struct {
	key    PrivateKey
	claims Claims
}

// publics returns every key of the world that may sign the type.
func (w *world) publics(typ Type) KeySet {
	switch typ.signer() {
	case byRoot:
		return Keys(w.active.Public(), w.standby.Public())
	case byIssuer:
		return Keys(w.issuing.Public())
	}
	return Keys(w.container.Public(), w.token.Public())
}

// everyKey is a careless set: whatever the world owns.
func (w *world) everyKey() KeySet {
	return Keys(w.active.Public(), w.standby.Public(), w.issuing.Public(), w.container.Public(), w.token.Public())
}
