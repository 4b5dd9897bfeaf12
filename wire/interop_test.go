package wire

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

type question struct {
	Do        string `json:"do"`
	Key       string `json:"key"`
	Assertion string `json:"assertion"`
	Token     string `json:"token,omitempty"`
	Payload   string `json:"payload,omitempty"`
	Footer    string `json:"footer,omitempty"`
}

type answer struct {
	Token   string `json:"token"`
	Payload string `json:"payload"`
	Footer  string `json:"footer"`
	Error   string `json:"error"`
}

// ask puts all questions to the independent library in one run of node.
func ask(t *testing.T, list []question) []answer {
	t.Helper()
	dir := filepath.Join("testdata", "interop")
	_, missing := exec.LookPath("node")
	if missing == nil {
		_, missing = os.Stat(filepath.Join(dir, "node_modules", "paseto"))
	}
	if missing != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("interop cannot run: %v; npm ci in wire/testdata/interop", missing)
		}
		t.Skipf("INTEROP NOT TESTED: %v; npm ci in wire/testdata/interop", missing)
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range list {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", "paseto.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(list) {
		t.Fatalf("%d answers to %d questions", len(answers), len(list))
	}
	return answers
}

// interopCase is a valid vector in the Ed25519 suite with its signer.
type interopCase struct {
	vector
	key   PrivateKey
	parts parts
}

func interopCases(t *testing.T) []interopCase {
	signers := map[string]PrivateKey{}
	for _, w := range vectorWorlds() {
		for _, k := range w.named() {
			signers[k.KID()] = k
		}
	}
	var list []interopCase
	for _, v := range readVectors(t, "tokens-valid.txt") {
		if p := must(split(v["token"])); p.suite == Ed25519 {
			list = append(list, interopCase{v, signers[p.kid], p})
		}
	}
	if len(list) < 150 {
		t.Fatal(len(list))
	}
	return list
}

func (c interopCase) payload() string {
	return b64.EncodeToString(c.parts.body[:len(c.parts.body)-sigLen])
}

func TestInteropTheyVerifyOurs(t *testing.T) {
	cases := interopCases(t)
	var list []question
	for _, c := range cases {
		q := question{Do: "verify", Key: c.key.Public().String(), Assertion: Type(c.vector["typ"]).implicit(), Token: c.vector["token"]}
		wrongType, altered := q, q
		wrongType.Assertion = "xyz/1"
		altered.Token = flip(q.Token, 30)
		list = append(list, q, wrongType, altered)
	}
	for i, a := range ask(t, list) {
		c := cases[i/3]
		switch {
		case i%3 == 0 && (a.Payload != c.payload() || a.Footer != b64.EncodeToString(c.parts.footer)):
			t.Errorf("%s: they refuse ours or read something else: %s", c.vector["id"], a.Error)
		case i%3 != 0 && a.Error == "":
			t.Errorf("%s: they accept what is not ours", c.vector["id"])
		}
	}
}

func TestInteropWeVerifyTheirs(t *testing.T) {
	cases := interopCases(t)
	var list []question
	for _, c := range cases {
		secret := append(bytes.Clone(must(c.key.Private())), c.key.Public().Bytes...)
		if len(secret) != ed25519.PrivateKeySize {
			t.Fatal("secret")
		}
		list = append(list, question{
			Do: "sign", Key: b64.EncodeToString(secret), Assertion: Type(c.vector["typ"]).implicit(),
			Payload: c.payload(), Footer: b64.EncodeToString(c.parts.footer),
		})
	}
	for i, a := range ask(t, list) {
		c := cases[i]
		if a.Token != c.vector["token"] {
			t.Errorf("%s: they sign other bytes: %s", c.vector["id"], a.Error)
			continue
		}
		if _, _, err := Verify(a.Token, Type(c.vector["typ"]), Keys(c.key.Public())); err != nil {
			t.Errorf("%s: %v", c.vector["id"], err)
		}
	}
}
