package format_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order/format"
)

var update = flag.Bool("update", false, "write the golden files anew")

// blind stands in for the publisher's keyed hash.
func blind(value string) string {
	mac := hmac.New(sha256.New, []byte("a test's key"))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

func options(name string) format.Options {
	o := format.Options{Blind: blind}
	switch {
	case strings.HasPrefix(name, "woo"):
		o.Source = "shop1"
	case !strings.HasPrefix(name, "rest"):
		o.Source = "erp"
	}
	return o
}

func fixtures(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.xml", "*.json", "*.csv"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestGolden reads every fixture, most of them real documents, by content
// alone, and compares what was understood.
func TestGolden(t *testing.T) {
	for _, name := range fixtures(t) {
		base := filepath.Base(name)
		t.Run(base, func(t *testing.T) {
			docs, err := format.Parse(read(t, name), options(base))
			if err != nil {
				t.Fatal(fault.All(err))
			}
			got, err := json.MarshalIndent(docs, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", base+".golden")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), string(got)+"\n"); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// TestNoPersonalData looks for the names and addresses of the fixtures in what
// was read of them.
func TestNoPersonalData(t *testing.T) {
	for _, name := range fixtures(t) {
		docs, err := format.Parse(read(t, name), options(filepath.Base(name)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(docs)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"Pelle", "Svensson", "pelle@", "Johnsson", "Churchill", "Anna", "ller", "anna@", "joerg", "Smith", "Hauptstr", "Rådhus"} {
			if strings.Contains(string(got), personal) {
				t.Errorf("%s: %q was kept", name, personal)
			}
		}
	}
}

// TestEncodings: the same file in four encodings is the same orders.
func TestEncodings(t *testing.T) {
	want, err := format.Parse(read(t, "testdata/orders-de.csv"), options("orders"))
	if err != nil {
		t.Fatal(err)
	}
	for name, contentType := range map[string]string{
		"orders-de-bom.csv":    "",
		"orders-de-utf16.csv":  "text/csv",
		"orders-de-latin1.csv": "text/csv; charset=iso-8859-1",
	} {
		o := options(name)
		o.ContentType = contentType
		got, err := format.Parse(read(t, filepath.Join("testdata", name)), o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHash(t *testing.T) {
	docs, err := format.Parse(read(t, "testdata/orders-de.csv"), options("orders"))
	if err != nil {
		t.Fatal(err)
	}
	d, h := docs[0], docs[0].Hash()
	d.Language, d.Ignored = "en", nil
	d.Lines = []format.Line{d.Lines[2], d.Lines[0], d.Lines[1]}
	if d.Hash() != h {
		t.Error("the order of lines and the language of the answer made another message")
	}
	changes := map[string]func(*format.Document){
		"quantity": func(d *format.Document) { d.Lines[0].Quantity++ },
		"revision": func(d *format.Document) { d.Revision = new(int64) },
		"mode":     func(d *format.Document) { d.Mode = format.Complete },
		"number":   func(d *format.Document) { d.Number += "x" },
		"source":   func(d *format.Document) { d.Source += "x" },
		"id":       func(d *format.Document) { d.ID = "2" },
		"buyer":    func(d *format.Document) { d.Buyer.Number += "x" },
		"cancel":   func(d *format.Document) { d.Lines[1].Cancelled = true },
		"option":   func(d *format.Document) { d.Lines[0].Options = map[string]string{"a": "b"} },
	}
	for name, change := range changes {
		c := d
		c.Lines = append([]format.Line(nil), d.Lines...)
		change(&c)
		if c.Hash() == h {
			t.Errorf("%s: another message has the same hash", name)
		}
	}
}

func TestWooSignature(t *testing.T) {
	raw, secret := read(t, "testdata/woocommerce-order-created.json"), []byte("s3cret")
	mac := hmac.New(sha256.New, secret)
	mac.Write(raw)
	sign := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if err := format.VerifyWoo(secret, raw, sign); err != nil {
		t.Fatal(err)
	}
	none := hmac.New(sha256.New, nil)
	none.Write(raw)
	for name, c := range map[string]struct {
		secret, raw []byte
		header      string
	}{
		"other secret":  {[]byte("s3creT"), raw, sign},
		"other body":    {secret, append([]byte(" "), raw...), sign},
		"no header":     {secret, raw, ""},
		"no base64":     {secret, raw, "%%%"},
		"short":         {secret, raw, sign[:20]},
		"no secret set": {nil, raw, base64.StdEncoding.EncodeToString(none.Sum(nil))},
	} {
		if err := format.VerifyWoo(c.secret, c.raw, c.header); !errors.Is(err, format.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWooHook(t *testing.T) {
	for body, want := range map[string]bool{"webhook_id=5": true, "webhook_id=": false, "webhook_id=5&x=1": false, `{"id":5}`: false, "": false} {
		if got := format.IsWooPing("application/x-www-form-urlencoded", []byte(body)); got != want {
			t.Errorf("ping %q: %v", body, got)
		}
	}
	if format.IsWooPing("application/json", []byte("webhook_id=5")) {
		t.Error("a JSON body is no ping")
	}
	for topic, want := range map[string]bool{"order.created": true, "order.updated": true, "order.restored": true, "order.deleted": false} {
		if take, err := format.WooTopic(topic); take != want || err != nil {
			t.Errorf("%s: %v %v", topic, take, err)
		}
	}
	if _, err := format.WooTopic("product.created"); !errors.Is(err, format.ErrTopic) {
		t.Error(err)
	}
}

// TestWooStates: a shop's order is carried out when it is paid, taken back
// when it is refunded, and waits otherwise.
func TestWooStates(t *testing.T) {
	raw := string(read(t, "testdata/woocommerce-order-created.json"))
	for status, want := range map[string][2]bool{ // unpaid, cancelled
		"completed": {false, false}, "processing": {false, false}, "wc-processing": {false, false},
		"refunded": {false, true}, "cancelled": {false, true},
		"pending": {true, false}, "on-hold": {true, false}, "failed": {true, false}, "trash": {true, false},
	} {
		body := strings.Replace(raw, `"status":"completed"`, `"status":"`+status+`"`, 1)
		d, err := format.ParseWoo([]byte(body), options("woo"))
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{d.Unpaid, d.Lines[0].Cancelled}; got != want {
			t.Errorf("%s: %v, want %v", status, got, want)
		}
	}
}

// TestRead refuses a long body at the limit, without reading what follows.
func TestRead(t *testing.T) {
	long := &counter{r: io.LimitReader(zeros{}, 200<<20)}
	_, err := format.Read(long, 0)
	if !errors.Is(err, format.ErrTooLarge) || fault.KindOf(err) != fault.TooLarge {
		t.Fatal(err)
	}
	if long.n > format.MaxBytes+4096 {
		t.Fatalf("read %d bytes of a refused body", long.n)
	}
	if raw, err := format.Read(strings.NewReader("abc"), 3); err != nil || string(raw) != "abc" {
		t.Fatal(string(raw), err)
	}
	if _, err := format.Read(iotest{}, 3); !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type iotest struct{}

func (iotest) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// TestBig reads the largest order that is allowed.
func TestBig(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"source":"erp","number":"1","buyer":{"number":"R"},"lines":[`)
	for i := range format.MaxLines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"no":%d,"article":"A","quantity":1}`, i)
	}
	one := b.String()
	d, err := format.ParseREST([]byte(one+"]}"), format.Options{})
	if err != nil || len(d.Lines) != format.MaxLines {
		t.Fatal(len(d.Lines), err)
	}
	_, err = format.ParseREST([]byte(one+`,{"no":"x","article":"A","quantity":1}]}`), format.Options{})
	if !errors.Is(err, format.ErrLines) {
		t.Fatal(err)
	}
}

// FuzzParse gives every parser any bytes: it must end, and either refuse with
// a code or return documents that keep the limits.
func FuzzParse(f *testing.F) {
	for _, name := range fixtures(f) {
		f.Add(read(f, name), "")
	}
	for _, c := range bad {
		if len(c.raw) < 4096 {
			f.Add([]byte(c.raw), c.contentType)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		checkParsed(t, raw, func(o format.Options) ([]format.Document, error) {
			o.ContentType = contentType
			return format.Parse(raw, o)
		})
	})
}

func fuzzOne(f *testing.F, prefix string, parse func([]byte, format.Options) (format.Document, error)) {
	for _, name := range fixtures(f) {
		if strings.HasPrefix(filepath.Base(name), prefix) {
			f.Add(read(f, name))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkParsed(t, raw, func(o format.Options) ([]format.Document, error) {
			d, err := parse(raw, o)
			return []format.Document{d}, err
		})
	})
}

func FuzzREST(f *testing.F)      { fuzzOne(f, "rest", format.ParseREST) }
func FuzzWoo(f *testing.F)       { fuzzOne(f, "woo", format.ParseWoo) }
func FuzzUBL(f *testing.F)       { fuzzOne(f, "ubl", format.ParseUBL) }
func FuzzOpenTrans(f *testing.F) { fuzzOne(f, "opentrans", format.ParseOpenTrans) }

func FuzzCSV(f *testing.F) {
	for _, name := range fixtures(f) {
		if strings.HasSuffix(name, ".csv") {
			f.Add(read(f, name))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkParsed(t, raw, func(o format.Options) ([]format.Document, error) { return format.ParseCSV(raw, o) })
	})
}

func checkParsed(t *testing.T, raw []byte, parse func(format.Options) ([]format.Document, error)) {
	t.Helper()
	docs, err := parse(format.Options{Source: "s", Blind: blind})
	if err != nil {
		for _, f := range fault.All(err) {
			if f.Kind == fault.Internal || !strings.HasPrefix(f.Code, "order.") {
				t.Fatalf("%q: a refusal without a code: %v", raw, f)
			}
		}
		return
	}
	for _, d := range docs {
		if d.Number == "" || d.Source != "s" || d.Buyer == (format.Party{}) || len(d.Lines) > format.MaxLines {
			t.Fatalf("%q: not whole: %+v", raw, d)
		}
		for _, l := range d.Lines {
			if l.No == "" || l.Quantity < 0 || l.Quantity > format.MaxQuantity || (l.Quantity == 0) != l.Cancelled {
				t.Fatalf("%q: line %+v", raw, l)
			}
		}
		if one, two := d.Hash(), d.Hash(); one != two {
			t.Fatal("hash is not stable")
		}
	}
}

// TestMutants cuts and flips bytes of every fixture: the parsers end and give
// a whole document or a coded refusal. The fuzz targets go further on demand.
func TestMutants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range fixtures(t) {
		raw := read(t, name)
		for range 150 {
			m := bytes.Clone(raw)
			switch rng.IntN(3) {
			case 0:
				m = m[:rng.IntN(len(m))]
			case 1:
				for range 1 + rng.IntN(4) {
					m[rng.IntN(len(m))] = byte(rng.IntN(256))
				}
			default:
				at := rng.IntN(len(m))
				m = append(m[:at:at], append(bytes.Clone(raw[rng.IntN(len(raw)):]), m[at:]...)...)
			}
			checkParsed(t, m, func(o format.Options) ([]format.Document, error) { return format.Parse(m, o) })
		}
	}
}
