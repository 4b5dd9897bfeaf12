package wire

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// qrFiles are files as they are carried by QR codes.
func qrFiles(w *world) map[string]File {
	cert, lic := w.sign(w.active, w.cert()), w.license(w.fullLicense())
	var all []string
	for _, s := range w.all() {
		all = append(all, w.sign(s.key, s.claims))
	}
	hard := w.request()
	hard.Container = ContainerKeys{Kind: ContainerHardware, Sign: w.token.Public().String(), Encrypt: w.keys().Encrypt}
	return map[string]File{
		"request":  must(NewFile(w.sign(w.container, w.request()))),
		"hardware": must(NewFile(w.sign(w.token, hard))),
		"answer":   must(NewFile(cert, lic)),
		"all":      must(NewFile(all...)),
	}
}

func parseAll(t testing.TB, texts []string) (parts []QRPart) {
	t.Helper()
	for _, s := range texts {
		p, err := ParseQR(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		parts = append(parts, p)
	}
	return parts
}

func TestQRRoundTrip(t *testing.T) {
	for name, f := range qrFiles(newWorld("vendor-a")) {
		for _, most := range []int{200, 500, 1000, MaxQRPart} {
			texts, err := ArmorQR(f, most)
			if err != nil {
				t.Fatalf("%s, %d: %v", name, most, err)
			}
			for _, s := range texts {
				if len(s) > most || !IsQR(s) || strings.Trim(s, base45) != "" {
					t.Errorf("%s: %d characters of at most %d: %q", name, len(s), most, s)
				}
			}
			parts := parseAll(t, texts)
			slices.Reverse(parts)
			back, err := JoinQR(append(parts, parts[0]))
			if err != nil || !bytes.Equal(back.Bytes(), f.Bytes()) {
				t.Errorf("%s, %d: %v", name, most, err)
			}
		}
	}
}

// TestQRSizes holds what docs/reference/formats.md says about sizes. What is
// sealed is random, and compresses now a little better, now a little worse.
func TestQRSizes(t *testing.T) {
	w := newWorld("019a2f4e-7c11-7d3a-9b52-6f1e0c4d8a70")
	r := w.request()
	r.Held, r.Code = nil, ""
	r.Sealed = must(SealCode(w.depotKey().Public, r.Nonce, "7H2KM-7H2KM-7H2KM-7H2KM-7H2KM"))
	for _, c := range []struct {
		name string
		file File
		most int
	}{
		{"a first request with four components", must(NewFile(w.sign(w.container, r))), 650},
		{"certificate and license", must(NewFile(w.sign(w.active, w.cert()), w.license(w.fullLicense()))), 770},
	} {
		texts := must(ArmorQR(c.file, MaxQRPart))
		if len(texts) != 1 || len(texts[0]) > c.most || len(texts[0]) < c.most-20 {
			t.Errorf("%s: %d characters", c.name, len(texts[0]))
		}
	}
}

func TestQRIncomplete(t *testing.T) {
	files := qrFiles(newWorld("vendor-a"))
	parts := parseAll(t, must(ArmorQR(files["all"], 300)))
	var qe *QRError
	if _, err := JoinQR(slices.Delete(slices.Clone(parts), 1, 3)); !errors.As(err, &qe) || !slices.Equal(qe.Missing, []int{2, 3}) || qe.Of != len(parts) || qe.Mixed {
		t.Errorf("missing parts: %v", err)
	}
	if !errors.Is(qe, ErrMalformed) || !strings.Contains(qe.Error(), "missing") {
		t.Error(qe)
	}
	other := parseAll(t, must(ArmorQR(files["answer"], 300)))
	if _, err := JoinQR([]QRPart{parts[0], other[0]}); !errors.As(err, &qe) || !qe.Mixed || !strings.Contains(qe.Error(), "different") {
		t.Errorf("mixed parts: %v", err)
	}
	twin := parts[0]
	twin.data = parts[1].data
	if _, err := JoinQR(append(parts, twin)); !errors.As(err, &qe) || !qe.Mixed {
		t.Errorf("two first parts: %v", err)
	}
	if _, err := JoinQR(nil); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
}

// TestQRMutants: no single wrong character gives another file.
func TestQRMutants(t *testing.T) {
	f := qrFiles(newWorld("vendor-a"))["answer"]
	text := []byte(must(ArmorQR(f, MaxQRPart))[0])
	tried, same := 0, 0
	for at := range text {
		for _, c := range []byte(base45) {
			if c == text[at] || (at+len(base45)-int(c))%3 != 0 {
				continue
			}
			tried++
			p, err := ParseQR(string(replaced(text, at, c)))
			if err != nil {
				continue
			}
			if _, err := JoinQR([]QRPart{p}); err == nil {
				same++
			}
		}
	}
	if same > 0 || tried < 5000 {
		t.Errorf("%d of %d mutants accepted", same, tried)
	}
}

// armored is the one QR code of packed bytes, with the right id.
func armored(number, of byte, packed []byte) string {
	id := sha256.Sum256(packed)
	raw := append([]byte{number, of}, id[:qrIDLen]...)
	return string(appendBase45([]byte(qrPrefix), append(raw, packed...)))
}

// qrBombs are packed messages that say one thing and hold another.
func qrBombs(w *world) map[string][]byte {
	good := must(pack(qrFiles(w)["answer"]))
	zeros := func(n int) []byte {
		var buf bytes.Buffer
		fw := must(flate.NewWriterDict(&buf, flate.BestCompression, []byte(qrDictionary)))
		must(fw.Write(make([]byte, n)))
		if err := fw.Close(); err != nil {
			panic(err)
		}
		return buf.Bytes()
	}
	head := func(suite byte, size int) []byte {
		h := append([]byte{suite}, make([]byte, 8)...)
		return append(append(h, byte(size>>8), byte(size)), make([]byte, sigLen)...)
	}
	return map[string][]byte{
		"no tokens":          append([]byte{0}, zeros(1)...),
		"too many tokens":    append([]byte{200}, good[1:]...),
		"head cut":           good[:50],
		"stream cut":         good[:len(good)-1],
		"bytes behind":       append(slices.Clone(good), 0),
		"bomb":               slices.Concat([]byte{1}, head(1, 100), zeros(20<<20)),
		"sum over the limit": slices.Concat([]byte{2}, head(1, 30000), head(1, 30000), zeros(60000)),
		"no such suite":      slices.Concat([]byte{1}, head(9, 100), zeros(100)),
		"no such type":       slices.Concat([]byte{1}, head(1, 100), zeros(100)),
		"no payload":         slices.Concat([]byte{1}, head(1, 0), zeros(0)),
	}
}

func TestQRRefusals(t *testing.T) {
	w := newWorld("vendor-a")
	for name, packed := range qrBombs(w) {
		p, err := ParseQR(armored(1, 1, packed))
		if err == nil {
			_, err = JoinQR([]QRPart{p})
		}
		if r := Reason(err); r == "" || r == "other" {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := must(pack(qrFiles(w)["answer"]))
	for name, s := range map[string]string{
		"empty": "", "another code": "HTTPS://EXAMPLE.COM", "no body": qrPrefix, "small letters": strings.ToLower(armored(1, 1, good)),
		"bad length": armored(1, 1, good) + "0", "value too large": qrPrefix + ":::", "single too large": qrPrefix + "::",
		"number 0": armored(0, 1, good), "number above": armored(3, 2, good), "too many parts": armored(1, 33, good),
		"too long": qrPrefix + strings.Repeat("0", MaxQRPart), "no data": qrPrefix + string(appendBase45(nil, []byte{1, 1, 0, 0, 0, 0})),
	} {
		if _, err := ParseQR(s); Reason(err) != "malformed" && Reason(err) != "too_long" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ArmorQR(File{}, 500); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
	if _, err := ArmorQR(qrFiles(w)["answer"], minQRPart-1); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	if _, err := ArmorQR(qrFiles(w)["all"], minQRPart); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	if _, err := ArmorQR(File{Lines: []Line{{Token: "v4.public.x"}}}, 500); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
	long := File{Lines: slices.Repeat(qrFiles(w)["answer"].Lines, 40)}
	if _, err := ArmorQR(long, MaxQRPart); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	large := w.fullLicense()
	large.Secret = b64.EncodeToString(newStream("large").bytes(6000))
	several := File{Lines: slices.Repeat(must(NewFile(w.license(large))).Lines, 5)}
	if _, err := ArmorQR(several, MaxQRPart); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

// qrVectors holds parts of files and parts that are none. How well a program
// compresses is its own affair, so the lines are made once and only ever read.
func qrVectors() *book {
	b := newBook("QR codes")
	w := newWorld("vendor-a")
	files := qrFiles(w)
	for _, name := range []string{"request", "hardware", "answer", "all"} {
		for _, most := range []int{300, MaxQRPart} {
			b.put("qr", "parts", strings.Join(must(ArmorQR(files[name], most)), ","), "want", "ok", "text", string(files[name].Bytes()))
		}
	}
	parts := must(ArmorQR(files["all"], 300))
	b.put("qr", "parts", strings.Join(parts[1:], ","), "want", "malformed")
	b.put("qr", "parts", strings.Join(append(must(ArmorQR(files["answer"], 300))[:1], parts...), ","), "want", "malformed")
	bombs := qrBombs(w)
	for _, name := range []string{"no tokens", "too many tokens", "head cut", "stream cut", "bytes behind", "no such suite", "no payload"} {
		b.put("qr", "parts", armored(1, 1, bombs[name]), "want", "malformed")
	}
	b.put("qr", "parts", armored(1, 1, bombs["no such type"]), "want", "type")
	b.put("qr", "parts", armored(1, 1, bombs["sum over the limit"]), "want", "too_long")
	b.put("qr", "parts", strings.ToLower(armored(1, 1, must(pack(files["answer"])))), "want", "malformed")
	b.put("qr", "parts", qrPrefix+":::", "want", "malformed")
	return b
}

func TestQRVectors(t *testing.T) {
	if _, err := os.Stat(filepath.Join("testdata", "qr.txt")); *update && os.IsNotExist(err) {
		keep(t, "qr.txt", qrVectors())
	}
	for _, v := range readVectors(t, "qr.txt") {
		f, err := readQR(v.list("parts"))
		if v["want"] == "ok" {
			if err != nil || string(f.Bytes()) != v["text"] {
				t.Errorf("%s: %v", v["id"], err)
			}
		} else if Reason(err) != v["want"] {
			t.Errorf("%s: %v, want %s", v["id"], err, v["want"])
		}
	}
}

func readQR(texts []string) (File, error) {
	var parts []QRPart
	for _, s := range texts {
		p, err := ParseQR(s)
		if err != nil {
			return File{}, err
		}
		parts = append(parts, p)
	}
	return JoinQR(parts)
}

// FuzzQR: whatever is read survives being written, and nothing decompresses
// beyond its bounds.
func FuzzQR(f *testing.F) {
	for _, v := range readVectors(f, "qr.txt") {
		list := append(v.list("parts"), "", "")
		f.Add(list[0], list[1])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		p, err := ParseQR(one)
		if err != nil {
			return
		}
		parts := []QRPart{p}
		if q, err := ParseQR(two); err == nil {
			parts = append(parts, q)
		}
		file, err := JoinQR(parts)
		if err != nil {
			if Reason(err) == "other" {
				t.Fatal(err)
			}
			return
		}
		if len(file.Bytes()) > MaxFile {
			t.Fatalf("%d bytes", len(file.Bytes()))
		}
		back, err := readQR(must(ArmorQR(file, MaxQRPart)))
		if err != nil || !bytes.Equal(back.Bytes(), file.Bytes()) {
			t.Fatalf("a file does not survive: %v", err)
		}
	})
}
