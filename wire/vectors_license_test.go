package wire

import (
	"fmt"
	"strings"
)

// scene is one verification of a license, changed from a good one.
type scene struct {
	w       *world
	pins    string
	license *License
	signer  PrivateKey
	lines   []string
	check   Check
}

func (w *world) scene() *scene {
	return &scene{
		w: w, pins: w.short(), license: w.fullLicense(), signer: w.issuing,
		lines: []string{w.sign(w.active, w.cert())}, check: w.check(),
	}
}

func licenseVectors() *book {
	b := newBook("license files held against a program")
	w, other := vectorWorlds()[0], vectorWorlds()[1]
	_, pins := vectorPins()
	put := func(class string, change func(*scene)) {
		s := w.scene()
		change(s)
		lic := must(SignClaims(s.signer, s.license))
		v := vector{
			"pins": s.pins, "now": fmt.Sprint(s.check.Now), "container": s.check.Container, "product": s.check.Product,
			"released": fmt.Sprint(s.check.Released), "lines": strings.Join(append(s.lines, lic), ","), "lic": lic,
		}
		var parts []string
		for _, c := range s.check.Components {
			parts = append(parts, ComponentClaim(c))
		}
		v["components"] = strings.Join(parts, ",")
		b.put(class, "want", judgeVector(nil, v, pins[s.pins]), "pins", v["pins"], "now", v["now"], "released", v["released"],
			"product", v["product"], "container", v["container"], "components", v["components"], "lines", v["lines"], "lic", lic)
	}
	dateScenes(put)
	bindingScenes(w, other, put)
	trustScenes(w, other, put)
	claims := func(payload string) {
		s := w.scene()
		lic := must(seal(w.issuing, TypeLicense, []byte(payload)))
		v := vector{"now": "1750086400", "released": "0", "lines": s.lines[0] + "," + lic, "lic": lic}
		b.put("claims", "want", judgeVector(nil, v, pins["a"]), "pins", "a", "now", v["now"], "released", "0",
			"product", "", "container", "", "components", "", "lines", v["lines"], "lic", lic)
	}
	hostileClaims(w, claims)
	leaseScenes(put, claims)
	return b
}

// leaseScenes are licenses that end unless they are renewed, younger than the
// vectors before them.
func leaseScenes(put func(string, func(*scene)), claims func(string)) {
	l := newWorld("vendor-a").leasedLicense()
	for _, now := range []int64{l.Expires - 1, l.Expires, l.Expires + l.Grace - 1, l.Expires + l.Grace} {
		put("lease", func(s *scene) { s.license, s.check.Now = s.w.leasedLicense(), now })
	}
	const bound = `{"typ":"lic","iss":"vendor-a","lid":"l-1","gen":1,"prd":"cad","iat":1750000000,"exp":1750086401,"enf":"enforce",` +
		`"ser":"AQIDBAUGBwE","cnt":{"t":"soft","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},"lse":{"id":"a","fen":1,"bea":300}}`
	for _, edit := range [][2]string{
		{`"id":"a",`, ``},
		{`"fen":1,`, ``},
		{`,"bea":300`, ``},
		{`"bea":300`, `"bea":86401`},
		{`"fen":1`, `"fen":-1`},
		{`"id":"a"`, `"id":"a b"`},
		{`"exp":1750086401,`, ``},
		{`"cnt":{"t":"soft","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},`, ``},
		{`"fen"`, `"Fen"`},
		{`"lse":{"id":"a","fen":1,"bea":300}`, `"lse":{}`},
		{`"lse":{"id":"a","fen":1,"bea":300}`, `"lse":[]`},
	} {
		claims(strings.Replace(bound, edit[0], edit[1], 1))
	}
}

func vectorPins() (any, map[string]Pins) {
	pins := map[string]Pins{}
	for _, w := range vectorWorlds() {
		pins[w.short()] = w.pins()
	}
	return nil, pins
}

func dateScenes(put func(string, func(*scene))) {
	for _, enf := range []Enforcement{Enforce, Warn, Log} {
		l := newWorld("vendor-a").fullLicense()
		for _, now := range []int64{
			1, l.NotBefore - 1, l.NotBefore, l.Expires - 1, l.Expires, l.Expires + l.Grace - 1, l.Expires + l.Grace, l.Expires + 9999*day,
		} {
			put("date", func(s *scene) { s.check.Now, s.license.Enforce = now, enf })
			put("perpetual", func(s *scene) {
				s.check.Now, s.license.Enforce = now, enf
				s.license.NotBefore, s.license.Expires, s.license.Grace, s.license.Maintenance = 0, 0, 0, 0
			})
		}
	}
	for _, released := range []int64{0, 1, someTime + 365*day - 1, someTime + 365*day, someTime + 999*day} {
		put("maintenance", func(s *scene) { s.check.Released = released })
	}
	for _, now := range []int64{0, -1} {
		put("clock", func(s *scene) { s.check.Now = now })
	}
	for _, iat := range []int64{1, certFrom - 1, certFrom, certUntil, certUntil + 1} {
		put("window", func(s *scene) { s.license.IssuedAt = iat })
	}
}

func bindingScenes(w, other *world, put func(string, func(*scene))) {
	for n := range 5 {
		put("fingerprint", func(s *scene) { s.check.Components = s.check.Components[:n] })
		put("fingerprint", func(s *scene) { s.license.Container.Min = n })
		put("fingerprint", func(s *scene) { s.license.Container.Min = n; s.check.Components = s.check.Components[1:3] })
	}
	put("fingerprint", func(s *scene) {
		c := s.check.Components[0]
		s.check.Components = [][16]byte{c, c, c, c}
	})
	for _, c := range []string{"", other.keys().Hash(), "x"} {
		put("container", func(s *scene) { s.check.Container = c })
		put("unbound", func(s *scene) { s.check.Container, s.license.Container = c, Binding{} })
	}
	for _, p := range []string{"", "cad", "CAD", "cam"} {
		put("product", func(s *scene) { s.check.Product = p })
	}
}

func trustScenes(w, other *world, put func(string, func(*scene))) {
	next := edKey(w.name + " next root")
	serial := [8]byte{1, 2, 3, 4, 5, 6, 7, 1}
	cert := func(k PrivateKey, change func(*IssuerCert)) string {
		c := w.cert()
		change(c)
		return w.sign(k, c)
	}
	same := func(*IssuerCert) {}
	for _, lines := range [][]string{
		nil,
		{other.sign(other.active, other.cert())},
		{cert(w.issuing, same)},
		{cert(next, same)},
		{cert(w.standby, same)},
		{cert(next, same), w.rotate(w.active, next)},
		{cert(next, same), w.rotate(w.active, next), w.fell(w.standby, w.active)},
		{cert(next, same), w.rotate(w.active, next), w.rotate(w.standby, next), w.fell(w.standby, w.active)},
		{cert(next, same), w.rotate(w.active, next), w.fell(next, next)},
		{cert(next, same), w.rotate(next, next)},
		{cert(w.active, same), w.fell(w.active, w.standby)},
		{cert(w.active, same), w.fell(w.standby, w.active)},
		{w.fell(w.standby, w.active), cert(w.active, same), cert(w.standby, same)},
		{cert(w.active, same), w.fell(w.active, w.active)},
		{cert(w.active, same), w.revoke(w.active, 9)},
		{cert(w.active, same), w.revoke(w.active, 9, serial)},
		{w.revoke(w.standby, 9, serial), cert(w.active, same)},
		{cert(w.active, same), w.revoke(w.active, 9, serial), w.revoke(w.standby, 9)},
		{cert(w.active, same), w.revoke(w.active, 9, serial), w.revoke(w.active, 10)},
		{cert(w.active, same), w.revoke(w.active, 10, serial), w.revoke(w.active, 9)},
		{cert(w.active, same), w.part(1), w.part(2, serial)},
		{cert(w.active, same), w.part(1)},
		{cert(w.active, same), w.revoke(w.issuing, 9)},
		{cert(w.active, same), other.revoke(other.active, 9)},
		{cert(w.active, func(c *IssuerCert) { c.Use = []Type{TypeUpdate} })},
		{cert(w.active, func(c *IssuerCert) { c.Use = []Type{TypeUpdate, TypeLicense} })},
		{cert(w.active, func(c *IssuerCert) { c.Issuer = other.name })},
		{cert(w.active, func(c *IssuerCert) { c.NotBefore = someTime + 1 })},
		{cert(w.active, func(c *IssuerCert) { c.Expires = someTime - 1 })},
		{cert(w.active, func(c *IssuerCert) { c.Expires = someTime - 1 }), cert(w.standby, same)},
		{cert(w.active, same), "v9.public.AAAA.AAAA", "anything-else"},
		{flip(cert(w.active, same), 50)},
		{cert(w.active, same) + "."},
	} {
		put("trust", func(s *scene) { s.lines = lines })
	}
	put("trust", func(s *scene) { s.pins = "b" })
	put("trust", func(s *scene) { s.pins, s.lines = "b", []string{other.sign(other.active, other.cert())} })
	put("trust", func(s *scene) { s.license.Issuer = other.name })
	for _, k := range []PrivateKey{w.active, w.standby, w.container, other.issuing} {
		put("signer", func(s *scene) { s.signer = k })
	}
}

// hostileClaims are well signed licenses whose claims are out of bounds.
func hostileClaims(w *world, put func(payload string)) {
	const fine = `{"typ":"lic","iss":"vendor-a","lid":"l-1","gen":1,"prd":"cad","iat":1750000000,"enf":"enforce","ser":"AQIDBAUGBwE"}`
	put(fine)
	for _, edit := range [][2]string{
		{`"iss":"vendor-a"`, `"iss":"vendor-b"`},
		{`"iss":"vendor-a",`, ``},
		{`"iss"`, `"Iss"`},
		{`"lid":"l-1",`, ``},
		{`"l-1"`, `"a b"`},
		{`"l-1"`, `7`},
		{`"gen":1`, `"gen":0`},
		{`"gen":1`, `"gen":-1`},
		{`"gen":1`, `"gen":9007199254740993`},
		{`"gen":1`, `"gen":"1"`},
		{`"prd":"cad",`, ``},
		{`"cad"`, `"` + strings.Repeat("c", 65) + `"`},
		{`"cad"`, `"c\nd"`},
		{`"iat":1750000000`, `"iat":0`},
		{`"iat":1750000000`, `"iat":253402300800`},
		{`"enforce"`, `"stop"`},
		{`"enf":"enforce",`, ``},
		{`,"ser":"AQIDBAUGBwE"`, ``},
		{`AQIDBAUGBwE`, `AQIDBAUGBwF`},
		{`AQIDBAUGBwE`, `AQIDBAUGBwEAAA`},
		{`"enf"`, `"exp":5,"nbf":5,"enf"`},
		{`"enf"`, `"exp":-5,"enf"`},
		{`"enf"`, `"grc":-1,"enf"`},
		{`"enf"`, `"ENF":"log","enf"`},
		{`"enf"`, `"ftr":[""],"enf"`},
		{`"enf"`, `"ftr":"a","enf"`},
		{`"enf"`, `"ftr":[1],"enf"`},
		{`"enf"`, `"lim":{"a":"1"},"enf"`},
		{`"enf"`, `"lim":{"a":1,"a":2},"enf"`},
		{`"enf"`, `"lim":[1],"enf"`},
		{`"enf"`, `"lim":{"a b":1},"enf"`},
		{`"enf"`, `"cnt":{"t":"soft"},"enf"`},
		{`"enf"`, `"cnt":{"k":"AAAA","t":"soft"},"enf"`},
		{`"enf"`, `"cnt":{"n":1},"enf"`},
		{`"enf"`, `"cnt":{"K":"AAAA"},"enf"`},
		{`"enf"`, `"cnt":[],"enf"`},
		{`"enf"`, `"non":"AA","enf"`},
		{`"enf"`, `"sec":"+","enf"`},
		{`"enf"`, `"new":{"later":["claim",1,true]},"enf"`},
		{`"enf"`, `"ftr":["*"],"lim":{"A":1,"a":2},"enf"`},
	} {
		put(strings.Replace(fine, edit[0], edit[1], 1))
	}
}
