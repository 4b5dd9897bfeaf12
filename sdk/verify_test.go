package sdk_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// vectors is files.txt of package wire: its definitions, and its vectors in order.
type vectors struct {
	pieces map[string]string
	head   []string // lines of sets and checks
	list   []vector
}

type vector struct {
	id, want, line string
}

func pairs(line string) map[string]string {
	m := map[string]string{}
	for p := range strings.SplitSeq(line, " ") {
		name, value, _ := strings.Cut(p, "=")
		m[name] = value
	}
	return m
}

func readVectors(t *testing.T) *vectors {
	t.Helper()
	raw, err := os.ReadFile("../wire/testdata/files.txt")
	if err != nil {
		t.Fatal(err)
	}
	v := &vectors{pieces: map[string]string{}}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		switch p := pairs(line); {
		case strings.HasPrefix(line, "id="):
			v.list = append(v.list, vector{p["id"], p["want"], line})
		case p["set"] != "":
			v.pieces[p["set"]] = p["text"]
			v.head = append(v.head, line)
		case p["check"] != "":
			v.head = append(v.head, line)
		}
	}
	return v
}

// class is what vectors have in common: how they were made and how they end.
func (v vector) class() string {
	made := v.id[:strings.LastIndexByte(v.id, '-')]
	want, _, _ := strings.Cut(v.want, "|")
	if parts := strings.Split(want, ":"); len(parts) > 2 {
		want = strings.Join(parts[:3], ":")
	}
	return made + " " + want
}

// sample is some of every class, evenly, at least n in all.
func (v *vectors) sample(n int) (out []vector) {
	classes := map[string][]vector{}
	for _, one := range v.list {
		classes[one.class()] = append(classes[one.class()], one)
	}
	for each := 1; len(out) < n; each++ {
		out = out[:0]
		for _, list := range classes {
			take := min(each, len(list))
			for i := range take {
				out = append(out, list[i*len(list)/take])
			}
		}
	}
	slices.SortFunc(out, func(a, b vector) int { return strings.Compare(a.id, b.id) })
	return out
}

// judge gives a language's verifier vectors and returns its verdicts by id.
func (l *language) judge(t *testing.T, head []string, list []vector) map[string]string {
	t.Helper()
	var in bytes.Buffer
	for _, line := range head {
		in.WriteString(line + "\n")
	}
	for _, v := range list {
		in.WriteString(v.line + "\n")
	}
	verdicts := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(l.output(t, &in, "vectors"))); lines.Scan(); {
		id, verdict, _ := strings.Cut(lines.Text(), " ")
		verdicts[id] = verdict
	}
	if len(verdicts) != len(list) {
		t.Fatalf("%d verdicts about %d vectors", len(verdicts), len(list))
	}
	return verdicts
}

// TestVerifiers holds every verifier to the vectors, word for word: 500 and more
// of every kind, and all of them with LICET_DEEP=1.
func TestVerifiers(t *testing.T) {
	v := readVectors(t)
	list := v.sample(500)
	if os.Getenv("LICET_DEEP") == "1" {
		list = v.list
	}
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.ready(t)
			wrong := 0
			verdicts := l.judge(t, v.head, list)
			for _, one := range list {
				if got := verdicts[one.id]; got != one.want && wrong < 20 {
					t.Errorf("%s: %s, and should be %s", one.id, got, one.want)
					wrong++
				}
			}
			t.Logf("%d vectors", len(list))
		})
	}
}

// TestEveryCharacter changes every character of a valid certificate and license,
// one at a time, and expects every verifier to refuse each of these files: to one
// other character here, to each of base64url and some more with LICET_DEEP=1.
func TestEveryCharacter(t *testing.T) {
	v := readVectors(t)
	first := slices.IndexFunc(v.list, func(one vector) bool { return strings.HasPrefix(one.id, "mutant-") })
	p := pairs(v.list[first].line)
	var file strings.Builder
	for name := range strings.SplitSeq(p["file"], ",") {
		file.WriteString(v.pieces[name] + "\n")
	}
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.ready(t)
			list := sweep(file.String(), p, l.name)
			for id, verdict := range l.judge(t, v.head, list) {
				if strings.Contains(verdict, "ok:") != (id == "whole") {
					t.Errorf("%s: %s", id, verdict)
				}
			}
			t.Logf("%d files", len(list))
		})
	}
}

// sweep makes the vectors of all changes of a file in one place, and one of none.
func sweep(file string, p map[string]string, language string) []vector {
	const chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ \n\x00\xff"
	base := " want=? pins=" + p["pins"] + " file=" + p["file"] + " check=" + p["check"]
	list := []vector{{id: "whole", line: "id=whole" + base}}
	each := 1
	if os.Getenv("LICET_DEEP") == "1" {
		each = len(chars)
		if language == "csharp" {
			each /= 8 // its arithmetic is its own, and slow
		}
	}
	for at := range len(file) - 1 {
		if file[at] == '\n' {
			continue
		}
		for i := range each {
			c := chars[(at*29+i)%len(chars)]
			if c == file[at] {
				c = chars[(at*29+i+each)%len(chars)]
			}
			if c != file[at] {
				id := fmt.Sprintf("at-%d-%02x", at, c)
				list = append(list, vector{id: id, line: fmt.Sprintf("id=%s%s edit=%d-1+%02x", id, base, at, c)})
			}
		}
	}
	return list
}

// rfc8032 are the first tests of RFC 8032, section 7.1: seed and message.
var rfc8032 = [][2]string{
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"},
}

// rfc8032Signatures are the signatures that the RFC gives for them.
var rfc8032Signatures = []string{
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
}

// TestCurve holds the Ed25519 of the C# files to RFC 8032 and to Go's: keys,
// signatures, and what it accepts.
func TestCurve(t *testing.T) {
	l := languages[len(languages)-1]
	l.ready(t)
	var in strings.Builder
	var want []string
	ask := func(seed, message, sig []byte) {
		key := ed25519.NewKeyFromSeed(seed)
		good := ed25519.Sign(key, message)
		if sig == nil {
			sig = good
		}
		pub := key.Public().(ed25519.PublicKey)
		fmt.Fprintf(&in, "%x %x %x %x\n", seed, message, pub, sig)
		answer := "100"
		if bytes.Equal(sig, good) {
			answer = "111"
		} else if ed25519.Verify(pub, message, sig) {
			answer = "101"
		}
		want = append(want, answer)
	}
	for i, v := range rfc8032 {
		seed, _ := hex.DecodeString(v[0])
		message, _ := hex.DecodeString(v[1])
		sig, _ := hex.DecodeString(rfc8032Signatures[i])
		ask(seed, message, sig)
	}
	for i := range 40 {
		seed := sha256.Sum256(fmt.Appendf(nil, "curve %d", i))
		message := bytes.Repeat(seed[:], i%9)
		ask(seed[:], message, nil)
		sig := ed25519.Sign(ed25519.NewKeyFromSeed(seed[:]), message)
		for _, bit := range []int{i, 255, 256 + i, 511} {
			spoiled := bytes.Clone(sig)
			spoiled[bit/8] ^= 1 << (bit % 8)
			ask(seed[:], message, spoiled)
		}
		ask(seed[:], message, second(sig))
	}
	if got := strings.Fields(l.output(t, strings.NewReader(in.String()), "vectors", "ed25519")); !slices.Equal(got, want) || !slices.Equal(want[:3], []string{"111", "111", "111"}) {
		t.Errorf("%v\nand should be\n%v", got, want)
	}
}

// second is a signature with the group's order added to its second half: it fits
// the equation, and must be refused, or there would be two of them.
func second(sig []byte) []byte {
	order, _ := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	out, carry := bytes.Clone(sig), 0
	for i, b := range order {
		carry += int(out[32+i]) + int(b)
		out[32+i], carry = byte(carry), carry>>8
	}
	return out
}
