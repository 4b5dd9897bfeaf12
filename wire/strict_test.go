package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestScanStrictTakes(t *testing.T) {
	for _, s := range []string{
		`{}`, ` { "a" : 1 , "b" : [ ] } ` + "\n", `{"a":-1,"b":0,"c":9223372036854775807,"d":-9223372036854775808}`,
		`{"a":"ü\u00fc\ud83d\ude00\n\"\\\/\b\f\r\t"}`, `{"a":{"a":{"a":[true,false,{}]}}}`, `{"a":1,"A":2}`,
		strings.Repeat(`{"a":`, 15) + `{}` + strings.Repeat(`}`, 15),
		`{"a":` + strings.Repeat(`[`, 15) + strings.Repeat(`]`, 15) + `}`,
		`{"` + "\x7f" + `":1}`, `{"":1}`,
	} {
		if err := ScanStrict([]byte(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if !json.Valid([]byte(s)) {
			t.Errorf("%s is no JSON at all", s)
		}
	}
}

func TestScanStrictRefuses(t *testing.T) {
	many := &strings.Builder{}
	for i := range maxNames + 1 {
		fmt.Fprintf(many, `"n%d":1,`, i)
	}
	for s, want := range map[string]string{
		``: "malformed", ` `: "malformed", `[]`: "malformed", `1`: "malformed", `"a"`: "malformed", `null`: "malformed",
		`{`: "malformed", `{"a"`: "malformed", `{"a":`: "malformed", `{"a":1`: "malformed", `{"a":1,`: "malformed",
		`{"a":1,}`: "malformed", `{,}`: "malformed", `{"a" 1}`: "malformed", `{"a":1 "b":2}`: "malformed", `{a:1}`: "malformed",
		`{"a":[1,]}`: "malformed", `{"a":[1 2]}`: "malformed", `{"a":[`: "malformed", `{"a":]}`: "malformed",
		`{"a":1}{}`: "malformed", `{"a":1}x`: "malformed", `{"a":1}` + "\x00": "malformed",
		`{"a":1,"a":2}`: "duplicate_key", `{"a":{"b":1,"c":2,"b":3}}`: "duplicate_key", `{"a":[{"b":1,"b":1}]}`: "duplicate_key",
		`{"a":null}`: "malformed", `{"a":nul}`: "malformed", `{"a":tru}`: "malformed", `{"a":True}`: "malformed", `{"a":falsy}`: "malformed",
		`{"a":1.0}`: "malformed", `{"a":1e3}`: "malformed", `{"a":1E3}`: "malformed", `{"a":.5}`: "malformed", `{"a":01}`: "malformed",
		`{"a":-0}`: "malformed", `{"a":-}`: "malformed", `{"a":+1}`: "malformed", `{"a":00}`: "malformed", `{"a":-01}`: "malformed",
		`{"a":9223372036854775808}`: "malformed", `{"a":-9223372036854775809}`: "malformed", `{"a":99999999999999999999}`: "malformed",
		`{"a":"` + "\n" + `"}`: "malformed", `{"a":"` + "\xff" + `"}`: "malformed", `{"a":"` + "\xc0\x80" + `"}`: "malformed",
		`{"a":"` + "\xed\xa0\x80" + `"}`: "malformed", `{"a":"\x"}`: "malformed", `{"a":"\u12"}`: "malformed", `{"a":"\u12g4"}`: "malformed",
		`{"a":"\u\u\u\u"}`: "malformed",
		`{"a":"\ud800"}`:   "malformed", `{"a":"\udc00"}`: "malformed", `{"a":"\ud800\u0041"}`: "malformed", `{"a":"\ud800\n"}`: "malformed",
		`{"a":"`: "malformed", `{"a":"\`: "malformed", `{"a":'b'}`: "malformed", `{"\u0061":1}`: "malformed", `{"a":1/**/}`: "malformed",
		strings.Repeat(`{"a":`, 16) + `{}` + strings.Repeat(`}`, 16):      "malformed",
		`{"a":` + strings.Repeat(`[`, 16) + strings.Repeat(`]`, 16) + `}`: "malformed",
		`{"a":` + strings.Repeat(`[`, 100000):                             "malformed",
		`{` + strings.TrimSuffix(many.String(), ",") + `}`:                "malformed",
		"\xef\xbb\xbf{}": "malformed",
	} {
		if got := Reason(ScanStrict([]byte(s))); got != want {
			t.Errorf("%.60q: %q, want %q", s, got, want)
		}
	}
}

type sample struct {
	Typ  Type             `json:"typ"`
	Num  int64            `json:"num"`
	Tiny int8             `json:"tiny"`
	Flag bool             `json:"flag"`
	List []string         `json:"list"`
	Subs []Held           `json:"subs"`
	Map  map[string]int64 `json:"map"`
	Deep struct {
		A string `json:"a"`
	} `json:"deep"`
	None string `json:"-"`
}

func TestDecodeStrictFills(t *testing.T) {
	var got sample
	in := `{"num":-5,"typ":"lic","tiny":-128,"flag":true,"list":["a","\ud83d\ude00\u00Fc\/\b\f\n\r\t\"\\"],"new":{"x":[1,{"y":2}]},
		"subs":[{"lid":"l","gen":3},{"lid":"m"}],"map":{"p":1,"P":2},"deep":{"a":"z"},"-":"no"}`
	if err := DecodeStrict([]byte(in), &got); err != nil {
		t.Fatal(err)
	}
	want := sample{
		Typ: "lic", Num: -5, Tiny: -128, Flag: true, List: []string{"a", "😀ü/\b\f\n\r\t\"\\"},
		Subs: []Held{{LicenseID: "l", Generation: 3}, {LicenseID: "m"}}, Map: map[string]int64{"p": 1, "P": 2},
	}
	want.Deep.A = "z"
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v", got)
	}
	// A second text into the same value leaves nothing of the first in a list.
	if err := DecodeStrict([]byte(`{"subs":[{"gen":9}],"list":[]}`), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Subs) != 1 || got.Subs[0] != (Held{Generation: 9}) || len(got.List) != 0 {
		t.Fatalf("%+v", got)
	}
}

func TestDecodeStrictRefuses(t *testing.T) {
	for s, want := range map[string]string{
		`{"Typ":"lic"}`: "duplicate_key", `{"NUM":1}`: "duplicate_key", `{"li` + "\u017f" + `t":[]}`: "duplicate_key",
		`{"deep":{"A":"x"}}`: "duplicate_key", `{"subs":[{"LID":"x"}]}`: "duplicate_key",
		`{"typ":1}`: "malformed", `{"num":"1"}`: "malformed", `{"num":true}`: "malformed", `{"flag":1}`: "malformed", `{"flag":"true"}`: "malformed",
		`{"list":"a"}`: "malformed", `{"list":{}}`: "malformed", `{"list":[1]}`: "malformed", `{"map":[]}`: "malformed", `{"map":{"a":"b"}}`: "malformed",
		`{"deep":[]}`: "malformed", `{"tiny":128}`: "malformed", `{"num":1.5}`: "malformed", `{"num":null}`: "malformed",
		`{"map":{"a":1,"a":2}}`: "duplicate_key", `{"typ":"a","typ":"b"}`: "duplicate_key",
	} {
		if got := Reason(DecodeStrict([]byte(s), &sample{})); got != want {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}

func TestDecodeStrictWantsAStruct(t *testing.T) {
	var n int
	type bad struct {
		F float64 `json:"f"`
	}
	type worse struct {
		L []map[int]string `json:"l"`
	}
	for _, v := range []any{nil, n, &n, sample{}, (*sample)(nil), &bad{}, &worse{}, &[]string{}} {
		if err := DecodeStrict([]byte(`{}`), v); err == nil {
			t.Errorf("%T taken", v)
		}
	}
}

// Whatever the scanner takes, the standard decoder takes too and reads the
// same out of it: the strict form is a part of JSON, not another language.
func agree(t *testing.T, b []byte) {
	t.Helper()
	if ScanStrict(b) != nil {
		return
	}
	if !json.Valid(b) {
		t.Fatalf("%q is no JSON", b)
	}
	var strict, standard sample
	if DecodeStrict(b, &strict) != nil {
		return
	}
	if err := json.Unmarshal(b, &standard); err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	for _, s := range []*sample{&strict, &standard} {
		if len(s.List) == 0 {
			s.List = nil
		}
		if len(s.Subs) == 0 {
			s.Subs = nil
		}
		if len(s.Map) == 0 {
			s.Map = nil
		}
	}
	if !reflect.DeepEqual(strict, standard) {
		t.Fatalf("%q:\n%+v\n%+v", b, strict, standard)
	}
}
