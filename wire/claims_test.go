package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// The canonical payloads, byte for byte; sizes in the formats page rely on them.
func TestCanonicalPayloads(t *testing.T) {
	w := newWorld("a")
	got := map[Type]string{}
	for _, s := range w.all() {
		got[s.claims.Kind()] = string(must(s.claims.Encode()))
	}
	h := w.keys().Hash()
	for typ, want := range map[Type]string{
		TypeReceipt:    `{"typ":"rcp","iss":"a","cnt":"` + h + `","non":"AAAAAAAAAAAAAAAAAAAACg","ctr":4,"iat":1750000000,"held":[{"lid":"l-1","gen":1}]}`,
		TypeReturn:     `{"typ":"ret","iss":"a","cnt":"` + h + `","non":"AAAAAAAAAAAAAAAAAAAACw","ctr":5,"iat":1750000000,"lid":"l-1","gen":1}`,
		TypeUpdate:     `{"typ":"upd","iss":"a","cnt":"` + h + `","non":"AAAAAAAAAAAAAAAAAAAACQ","seq":7,"iat":1750000000,"cmd":[{"c":"recall","lid":"l-0","gen":2,"why":"reversed"},{"c":"ack"}]}`,
		TypeBlockList:  `{"typ":"blk","iss":"a","seq":2,"iat":1750000000,"lic":[{"lid":"l-9","gen":3}],"cnt":["` + h + `"]}`,
		TypeCheckpoint: `{"typ":"chk","iss":"a","seq":4711,"hsh":"` + b64.EncodeToString(newStream("a journal").bytes(32)) + `","iat":1750000000}`,
		TypeValidation: `{"typ":"val","iss":"a","non":"AAAAAAAAAAAAAAAAAAAADA","iat":1750000000,"ok":true,"lid":"l-1","prd":"cad","ftr":["*"],` +
			`"lim":{"parts":10},"exp":1750086400}`,
		TypeLeaseRequest: `{"typ":"lsr","iss":"a","non":"AAAAAAAAAAAAAAAAAAAADQ","iat":1750000000,"cnt":{"t":"soft","s":"` + w.keys().Sign + `","e":"` + w.keys().Encrypt + `"},` +
			`"fp":[{"n":"machine-id","h":"` + ComponentClaim(w.components()[0]) + `"},{"n":"disk","h":"` + ComponentClaim(w.components()[1]) + `"},` +
			`{"n":"mac","h":"` + ComponentClaim(w.components()[2]) + `"},{"n":"board","h":"` + ComponentClaim(w.components()[3]) + `"}],` +
			`"code":"` + w.leaseRequest().Code + `","lid":"l-1","hol":{"t":"person","h":"` + w.leaseRequest().Holder.Hash + `"},"lbl":"cad-room","qty":2,"que":true,` +
			`"prd":"cad","app":{"v":"14.2","os":"linux","arch":"amd64"}}`,
	} {
		if got[typ] != want {
			t.Errorf("%s:\n%s\n%s", typ, got[typ], want)
		}
	}
	plain := string(must(w.plainLicense().Encode()))
	if want := `{"typ":"lic","iss":"a","lid":"l-1","gen":1,"prd":"cad","iat":1750000000,"enf":"enforce","ser":"AQIDBAUGBwE"}`; plain != want {
		t.Errorf("%s\n%s", plain, want)
	}
	refused := string(must((&Validation{Issuer: "a", Nonce: w.nonce(1), IssuedAt: 1, Why: "unknown"}).Encode()))
	if !strings.Contains(refused, `"ok":false`) {
		t.Error("a refusal does not say so: " + refused)
	}
}

func TestClaimsSurviveTheWire(t *testing.T) {
	w := newWorld("a")
	for _, s := range w.all() {
		payload := must(s.claims.Encode())
		back := reflect.New(reflect.TypeOf(s.claims).Elem()).Interface().(Claims)
		if err := decodeClaims(payload, back); err != nil {
			t.Fatal(err)
		}
		if again := must(back.Encode()); !bytes.Equal(again, payload) {
			t.Errorf("%s:\n%s\n%s", s.claims.Kind(), payload, again)
		}
		var anything map[string]any
		if err := json.Unmarshal(payload, &anything); err != nil || anything["typ"] != string(s.claims.Kind()) {
			t.Errorf("%s is no ordinary JSON", s.claims.Kind())
		}
	}
}

func TestTextIsNotEscapedForHTML(t *testing.T) {
	l := newWorld("a").plainLicense()
	l.Article = `<Größe & "µ">`
	payload := string(must(l.Encode()))
	if !strings.Contains(payload, `"art":"<Größe & \"µ\">"`) {
		t.Fatal(payload)
	}
}

func TestEncodeDoesNotChangeTheClaims(t *testing.T) {
	l := newWorld("a").plainLicense()
	must(l.Encode())
	if l.Type != "" {
		t.Fatal("Encode wrote into the claims")
	}
	l.Type = TypeUpdate
	_, err := l.Encode()
	wantReason(t, err, "claim")
}

func TestDecodePayload(t *testing.T) {
	w := newWorld("a")
	payload := must(w.fullLicense().Encode())
	l, err := DecodePayload[License](payload)
	if err != nil || l.ID != w.fullLicense().ID {
		t.Fatal(err)
	}
	_, err = DecodePayload[Update](payload)
	wantReason(t, err, "type")
	_, err = DecodePayload[License]([]byte(`{"typ":"lic"}`))
	wantReason(t, err, "claim")
	if PayloadHash(payload) == PayloadHash(payload[1:]) {
		t.Fatal("hash")
	}
}

func TestOpenRequestTakesItsOwnKey(t *testing.T) {
	w, other := newWorld("a"), newWorld("b")
	for _, k := range []PrivateKey{w.container, w.token} {
		r := w.request()
		r.Container.Sign = k.Public().String()
		token := w.sign(k, r)
		got, pub, err := OpenRequest(token)
		if err != nil || pub.KID() != k.KID() || got.Container.Hash() != r.Container.Hash() {
			t.Fatal(err)
		}
		_, _, err = OpenRequest(flip(token, 60))
		if err == nil {
			t.Fatal("an altered request")
		}
	}
	r := w.request() // names w's key, signed by another
	_, _, err := OpenRequest(w.sign(other.container, r))
	wantReason(t, err, "unknown_key")
	for token, want := range map[string]string{
		"x":                                    "malformed",
		w.sign(w.container, w.all()[7].claims): "type",
		must(seal(w.container, TypeRequest, []byte(`{"typ":"req"}`))):                                                 "malformed",
		must(seal(w.container, TypeRequest, []byte(`{"typ":"req","Cnt":{}}`))):                                        "duplicate_key",
		must(seal(w.container, TypeRequest, []byte(`{"typ":"req"`))):                                                  "malformed",
		must(seal(w.container, TypeRequest, []byte(`{"typ":"req","cnt":{"s":"`+w.container.Public().String()+`"}}`))): "claim",
	} {
		_, _, err := OpenRequest(token)
		wantReason(t, err, want)
	}
}

func TestOpenLeaseRequestTakesItsOwnKey(t *testing.T) {
	w, other := newWorld("a"), newWorld("b")
	for _, k := range []PrivateKey{w.container, w.token} {
		r := w.leaseRequest()
		r.Container.Sign = k.Public().String()
		token := w.sign(k, r)
		got, pub, err := OpenLeaseRequest(token)
		if err != nil || pub.KID() != k.KID() || got.Holder != r.Holder {
			t.Fatal(err)
		}
		_, _, err = OpenRequest(token)
		wantReason(t, err, "type")
	}
	_, _, err := OpenLeaseRequest(w.sign(other.container, w.leaseRequest()))
	wantReason(t, err, "unknown_key")
}

func TestContainerHash(t *testing.T) {
	w := newWorld("a")
	k := w.keys()
	seen := map[string]bool{"": true}
	for _, c := range []ContainerKeys{
		k, {Sign: k.Encrypt, Encrypt: k.Sign}, {Sign: k.Sign}, {Sign: w.token.Public().String(), Encrypt: k.Encrypt},
	} {
		if seen[c.Hash()] {
			t.Errorf("%+v: %q again", c, c.Hash())
		}
		seen[c.Hash()] = true
	}
	if (ContainerKeys{Sign: "x"}).Hash() != "" || (ContainerKeys{Sign: k.Sign, Encrypt: "!"}).Hash() != "" {
		t.Error("a malformed key has a hash")
	}
}

func TestSerials(t *testing.T) {
	joined := JoinSerials([][8]byte{{9}, {1}, {9}, {1, 2}})
	raw, err := splitSerials(joined)
	if err != nil || !bytes.Equal(raw, []byte("\x01\x00\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00")) {
		t.Fatal(raw, err)
	}
	for _, bad := range []string{"AA", b64.EncodeToString(make([]byte, 16)), b64.EncodeToString([]byte("bbbbbbbbaaaaaaaa")), "!"} {
		if _, err := splitSerials(bad); err == nil {
			t.Errorf("%q taken", bad)
		}
	}
	many := make([][8]byte, 1100)
	for i := range many {
		many[i] = [8]byte{byte(i >> 8), byte(i)}
	}
	w := newWorld("a")
	if token := w.revoke(w.active, 1, many...); len(token) > MaxToken {
		t.Fatal("1,100 serials do not fit one token")
	}
}

func TestTypes(t *testing.T) {
	for _, s := range newWorld("a").all() {
		if !s.claims.Kind().Known() {
			t.Errorf("%s is not known", s.claims.Kind())
		}
	}
	if Type("xyz").Known() || Type("").Known() || Suite(0).header() != "" {
		t.Fatal("unknown types")
	}
}
