package wire

import (
	"os"
	"strings"
	"testing"
)

// TestDeepMutants substitutes characters of every valid vector and expects all
// of them to be refused. LICET_DEEP=1 takes every position with every neighbor
// of its character; otherwise a sample spread over all tokens and regions.
func TestDeepMutants(t *testing.T) {
	keys, _ := known(t)
	deep := os.Getenv("LICET_DEEP") == "1"
	src := newStream("mutants")
	tried, accepted := 0, 0
	for _, v := range readVectors(t, "tokens-valid.txt") {
		token, set := []byte(v["token"]), keySet(keys, v.list("keys"))
		try := func(at int, c byte) {
			tried++
			if _, _, err := Verify(string(replaced(token, at, c)), Type(v["typ"]), set); err == nil {
				accepted++
				t.Errorf("%s: accepted with %q at %d", v["id"], c, at)
			}
		}
		if deep {
			for at := range token {
				for _, c := range neighbors(token[at]) {
					try(at, c)
				}
			}
			continue
		}
		for range 30 {
			at := mutantPosition(src, v["token"])
			list := neighbors(token[at])
			try(at, list[src.intn(len(list))])
		}
	}
	t.Logf("%d of %d single-character mutants accepted", accepted, tried)
	if tried < 5000 {
		t.Fatal("too few")
	}
}

// Mutants of the codes' valid vectors: each parses to nothing, or to the same.
func TestCodeMutants(t *testing.T) {
	for _, v := range readVectors(t, "codes.txt") {
		if v["want"] != "ok" {
			continue
		}
		printed := v["printed"]
		dash := strings.IndexByte(printed, '-')
		for at := range printed {
			if v["as"] == "key" && at == dash {
				continue // a symbol in its place moves over, and one in 32 passes
			}
			for _, c := range []byte("0O1IlZzU8B-. ?\x00\xff") {
				mutant := string(replaced([]byte(printed), at, c))
				var normal string
				if v["as"] == "ticket" {
					got, _ := ParseTicket(mutant)
					normal = string(got.Bytes())
				} else {
					got, _ := ParseKey(mutant)
					normal = string(got.Bytes())
				}
				if normal != "" && normal != v["normal"] {
					t.Errorf("%s: %q parses as another code", v["id"], mutant)
				}
			}
		}
	}
}
