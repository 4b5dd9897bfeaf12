package line

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// Only lines of the form are read, and each of them once.
func TestNext(t *testing.T) {
	long := strings.Repeat("x", MaxLine)
	for in, want := range map[string]error{
		"":                             io.EOF,
		`{"id":1,"do":"slots"}` + "\n": nil,
		`{"id":1,"do":"slots"}`:        ErrLine, // cut off
		"\n":                           ErrLine,
		"slots\n":                      ErrLine,
		`{"id":1,"do":"slots","do":"login"}` + "\n": ErrLine,
		`{"id":1,"Do":"slots"}` + "\n":              ErrLine, // names are as they are written
		`{"id":1,"do":"slots","more":1}` + "\n":     ErrLine,
		`{"id":1,"do":"slots"} {}` + "\n":           ErrLine,
		`{"id":1.5,"do":"slots"}` + "\n":            ErrLine,
		`{"id":1,"do":7}` + "\n":                    ErrLine,
		`{"id":1,"do":"sign","data":"%"}` + "\n":    ErrLine,
		`{"id":1,"do":"` + long + `"}` + "\n":       ErrLine,
	} {
		var c Call
		err := NewReader(strings.NewReader(in)).Next(&c)
		if !errors.Is(err, want) || want == nil && (err != nil || c.ID != 1 || c.Do != Slots) {
			t.Errorf("%.60q: %v, %+v", in, err, c)
		}
		if err != nil && strings.Contains(err.Error(), "slots") {
			t.Errorf("the error quotes the line: %v", err)
		}
	}
	r := NewReader(strings.NewReader(`{"id":1,"do":"slots"}` + "\n" + `{"id":2,"do":"look"}` + "\n"))
	for i := int64(1); i <= 2; i++ {
		var c Call
		if err := r.Next(&c); err != nil || c.ID != i {
			t.Fatal(c, err)
		}
	}
}

func TestSend(t *testing.T) {
	var b bytes.Buffer
	if err := Send(&b, Answer{ID: 3, Data: []byte{1, 2}}); err != nil || b.String() != `{"id":3,"data":"AQI="}`+"\n" {
		t.Fatal(err, b.String())
	}
	if err := Send(&b, Call{ID: 1, Do: Write, Data: make([]byte, MaxLine)}); !errors.Is(err, ErrLine) {
		t.Fatal("a line of any length was sent:", err)
	}
	if err := Send(io.Discard, Call{ID: 1, Do: Write, Name: strings.Repeat("n", MaxName), Data: make([]byte, MaxObject)}); err != nil {
		t.Fatal("the largest object does not fit a line:", err)
	}
}

func TestCheck(t *testing.T) {
	id := "0a1b"
	for name, c := range map[string]struct {
		call Call
		ok   bool
	}{
		"slots":            {Call{ID: 1, Do: Slots}, true},
		"no id":            {Call{Do: Slots}, false},
		"no verb":          {Call{ID: 1}, false},
		"unknown":          {Call{ID: 1, Do: "format"}, false},
		"login":            {Call{ID: 1, Do: Login, Slot: "Licet", PIN: "1234"}, true},
		"long PIN":         {Call{ID: 1, Do: Login, PIN: strings.Repeat("1", MaxPIN+1)}, false},
		"strange slot":     {Call{ID: 1, Do: Login, Slot: "a\nb"}, false},
		"make":             {Call{ID: 1, Do: Make, Suite: Ed25519, Use: UseSign, Label: "x"}, true},
		"X25519":           {Call{ID: 1, Do: Make, Suite: Ed25519, Use: UseDerive}, false},
		"make ECDH":        {Call{ID: 1, Do: Make, Suite: P256, Use: UseDerive}, true},
		"make RSA":         {Call{ID: 1, Do: Make, Suite: "rsa", Use: UseSign}, false},
		"sign":             {Call{ID: 1, Do: Sign, Key: id, Data: []byte("m")}, true},
		"sign too much":    {Call{ID: 1, Do: Sign, Key: id, Data: make([]byte, MaxData+1)}, false},
		"sign by none":     {Call{ID: 1, Do: Sign, Data: []byte("m")}, false},
		"sign by no hex":   {Call{ID: 1, Do: Sign, Key: "0A"}, false},
		"derive":           {Call{ID: 1, Do: Derive, Key: id, Data: make([]byte, 65)}, true},
		"derive from 32":   {Call{ID: 1, Do: Derive, Key: id, Data: make([]byte, 32)}, false},
		"drop":             {Call{ID: 1, Do: Drop, Key: id}, true},
		"drop all":         {Call{ID: 1, Do: Drop}, false},
		"write":            {Call{ID: 1, Do: Write, Name: "a", Data: []byte{0}}, true},
		"write nothing":    {Call{ID: 1, Do: Write, Name: "a"}, false},
		"write too much":   {Call{ID: 1, Do: Write, Name: "a", Data: make([]byte, MaxObject+1)}, false},
		"write nowhere":    {Call{ID: 1, Do: Write, Data: []byte{0}}, false},
		"read":             {Call{ID: 1, Do: Read, Name: "a"}, true},
		"read a long name": {Call{ID: 1, Do: Read, Name: strings.Repeat("a", MaxName+1)}, false},
		"delete an umlaut": {Call{ID: 1, Do: Delete, Name: "ä"}, false},
	} {
		if err := c.call.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzNext: whatever comes, the reader ends and keeps its bounds.
func FuzzNext(f *testing.F) {
	f.Add([]byte(`{"id":1,"do":"sign","key":"0a","data":"AQI="}` + "\n"))
	f.Add([]byte("{}\n\n{"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(bytes.NewReader(in))
		for {
			var c Call
			if err := r.Next(&c); err != nil {
				return
			}
			if c.Check() == nil && Send(io.Discard, c) != nil {
				t.Fatal("a good call cannot be sent")
			}
		}
	})
}
