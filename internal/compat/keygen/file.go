package keygen

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
)

// How long a file is good, in seconds.
const (
	usualTTL = 30 * 86_400
	leastTTL = 3_600
	mostTTL  = 366 * 86_400
)

// The kinds of files: how their lines begin, and what stands before what is signed.
const (
	licenseFile = "license"
	machineFile = "machine"
)

// order is what a program wants in a file.
type order struct {
	encrypt bool
	include []string
	ttl     int64 // seconds
}

// order reads what the program wants, of the query or of the body.
func (c *call) order() (order, error) {
	var body struct {
		Meta struct {
			Encrypt bool            `json:"encrypt"`
			Include []string        `json:"include"`
			TTL     json.RawMessage `json:"ttl"`
		} `json:"meta"`
	}
	if err := c.decode(&body); err != nil {
		return order{}, err
	}
	q := c.URL.Query()
	out := order{encrypt: body.Meta.Encrypt, include: body.Meta.Include, ttl: usualTTL}
	if v := q.Get("encrypt"); v != "" {
		on, err := strconv.ParseBool(v)
		if err != nil {
			return out, ErrParameter.At("encrypt").With("limit", "true, false")
		}
		out.encrypt = on
	}
	if q.Has("include") {
		out.include = strings.Split(q.Get("include"), ",")
	}
	ttl, given := string(body.Meta.TTL), len(body.Meta.TTL) > 0
	if q.Has("ttl") {
		ttl, given = q.Get("ttl"), true
	}
	if !given {
		return out, nil
	}
	if ttl == "" || ttl == "null" { // without an end: as long as there can be
		out.ttl = mostTTL
		return out, nil
	}
	n, err := strconv.ParseInt(ttl, 10, 64)
	if err != nil || n < leastTTL {
		return out, ErrParameter.At("ttl").With("limit", strconv.Itoa(leastTTL)+" …")
	}
	out.ttl = min(n, mostTTL)
	return out, nil
}

// span is the time of a file.
type span struct {
	Issued time.Time `json:"issued"`
	Expiry time.Time `json:"expiry"`
	TTL    int64     `json:"ttl"`
}

// spanOf ends a file with whatever ends first.
func spanOf(now time.Time, ttl int64, ends ...time.Time) span {
	now = now.UTC().Truncate(time.Second)
	end := now.Add(time.Duration(ttl) * time.Second)
	for _, e := range ends {
		if !e.IsZero() && e.Before(end) {
			end = e.UTC().Truncate(time.Second)
		}
	}
	return span{Issued: now, Expiry: end, TTL: int64(end.Sub(now) / time.Second)}
}

func (a *API) checkOutLicense(c *call) (int, any, error) {
	want, err := c.order()
	if err != nil {
		return 0, nil, err
	}
	l, err := a.look(c, license.KeyInput{})
	if err == nil {
		err = l.Refusal
	}
	if err != nil {
		return 0, nil, err
	}
	ends := []time.Time{l.Bound}
	if l.Floats { // whoever holds it holds it for one lease
		ends = append(ends, a.Now().Add(time.Duration(l.Lease)*time.Second))
	}
	s := spanOf(a.Now(), want.ttl, ends...)
	var included []resource
	if slices.Contains(want.include, "entitlements") {
		included = l.features()
	}
	cert, err := certificate(l.to.key, licenseFile, document{Data: l.license(nil), Included: included, Meta: s}, want.secret(l.key))
	return http.StatusOK, document{Data: fileOf(licenseFile, cert, s, l, "")}, err
}

func (a *API) checkOutMachine(c *call) (int, any, error) {
	want, err := c.order()
	if err != nil {
		return 0, nil, err
	}
	l, m, err := a.asked(c)
	if err == nil {
		err = l.Refusal
	}
	if err != nil {
		return 0, nil, err
	}
	s := spanOf(a.Now(), want.ttl, l.Bound, m.Ends)
	var included []resource
	for name, render := range map[string]func() []resource{
		"license":              func() []resource { return []resource{l.license(nil)} },
		"license.entitlements": l.features,
		"components":           func() []resource { return components(m) },
	} {
		if slices.Contains(want.include, name) {
			included = append(included, render()...)
		}
	}
	cert, err := certificate(l.to.key, machineFile, document{Data: a.render(c.account, m), Included: included, Meta: s}, want.secret(l.key+m.Name))
	return http.StatusOK, document{Data: fileOf(machineFile, cert, s, l, m.ID.String())}, err
}

// secret is what encrypts a file; nil where it is not to be.
func (o order) secret(of string) []byte {
	if !o.encrypt {
		return nil
	}
	key := sha256.Sum256([]byte(of))
	return key[:]
}

// fileFields are the attributes of a file.
type fileFields struct {
	Certificate string `json:"certificate"`
	Algorithm   string `json:"algorithm"`
	span
}

func fileOf(kind string, cert sealedFile, s span, l keyed, machine string) resource {
	out := resource{
		ID: hashID(l.Info.ID[:], cert.text), Type: kind + "-files", Attributes: fileFields{cert.text, cert.alg, s},
		Relationships: map[string]relation{
			"account": relate("accounts", l.to.publisher.String()), "license": relate("licenses", l.Info.ID.String()),
		},
	}
	if machine != "" {
		out.Relationships["machine"] = relate("machines", machine)
	}
	return out
}

// sealedFile is a file as it leaves.
type sealedFile struct{ text, alg string }

// envelope is what stands between the lines of a file.
type envelope struct {
	Enc string `json:"enc"`
	Sig string `json:"sig"`
	Alg string `json:"alg"`
}

// certificate makes a file of a document, and looks at it as a program would before
// it leaves.
func certificate(key sign.KeygenKey, kind string, doc document, secret []byte) (sealedFile, error) {
	plain, err := json.Marshal(doc)
	if err != nil {
		return sealedFile{}, err
	}
	e := envelope{Alg: "base64+ed25519", Enc: base64.StdEncoding.EncodeToString(plain)}
	if secret != nil {
		e.Alg = "aes-256-gcm+ed25519"
		if e.Enc, err = encrypt(secret, plain); err != nil {
			return sealedFile{}, err
		}
	}
	sig, err := key.Sign([]byte(kind + "/" + e.Enc))
	if err != nil {
		return sealedFile{}, err
	}
	if !ed25519.Verify(key.Public, []byte(kind+"/"+e.Enc), sig) {
		return sealedFile{}, sign.ErrSelfCheck
	}
	e.Sig = base64.StdEncoding.EncodeToString(sig)
	raw, err := json.Marshal(e)
	return sealedFile{armor(strings.ToUpper(kind), raw), e.Alg}, err
}

// encrypt returns ciphertext, nonce and tag, as their programs take them apart.
func encrypt(secret, plain []byte) (string, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", errors.Join(err, sign.ErrSeal)
	}
	sealed := gcm.Seal(nil, nonce, plain, nil)
	tag := len(sealed) - gcm.Overhead()
	b64 := base64.StdEncoding
	return b64.EncodeToString(sealed[:tag]) + "." + b64.EncodeToString(nonce) + "." + b64.EncodeToString(sealed[tag:]), nil
}

// armorWidth is how many characters a line of a file has.
const armorWidth = 60

func armor(kind string, raw []byte) string {
	var b strings.Builder
	b.WriteString("-----BEGIN " + kind + " FILE-----\n")
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(raw)), armorWidth) {
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteString("-----END " + kind + " FILE-----\n")
	return b.String()
}
