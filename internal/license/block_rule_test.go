package license

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"testing"
	"time"

	"github.com/licet/licet/wire"
)

// TestBlockListParts: every part fits into a token and all into a file, whatever is
// on it; what was heard of longest ago is left out.
func TestBlockListParts(t *testing.T) {
	at := time.Unix(1_790_000_000, 0)
	key, err := wire.Ed25519Key(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, listedPerPart, listedPerPart + 1, maxListed, maxListed + 3} {
		var b blocks
		for i := range n {
			h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
			b.all = append(b.all, blockable{
				id: ContainerID(h[:16]), hash: base64.RawURLEncoding.EncodeToString(h[:]), seen: at.Add(time.Duration(i) * time.Second),
			})
		}
		b.close(maxListed)
		if want := max(0, n-maxListed); b.leftOut != want || len(b.all) != n-want {
			t.Fatalf("%d of %d are left out, want %d", b.leftOut, n, want)
		}
		for _, one := range b.all {
			if one.seen.Before(at.Add(time.Duration(b.leftOut) * time.Second)) {
				t.Fatalf("%v is on the list, and newer ones are not", one.seen)
			}
		}
		var tokens []string
		for _, c := range b.claims("019a2f4e-7c11-7d3a-9b52-6f1e0c4d8a77", 1<<52, at.Unix()) {
			token, err := wire.SignClaims(key, c)
			if err != nil {
				t.Fatalf("%d containers: %v", n, err)
			}
			tokens = append(tokens, token)
		}
		f, err := wire.NewFile(tokens...)
		if err != nil {
			t.Fatal(err)
		}
		if room := wire.MaxFile - len(f.Bytes()); room < 64<<10 {
			t.Errorf("%d bytes are left for certificates", room)
		}
		row := blockRow{ids: b.ids()}
		for i, one := range b.all {
			miss := one.id
			miss[15] ^= 1
			if i%997 == 0 && (!row.names(one.id) || row.names(miss)) {
				t.Fatalf("%s is not found, or its neighbor is", one.id)
			}
		}
	}
}

// TestBlockListNumbers: they rise in an epoch, whatever the clock does, and with it.
func TestBlockListNumbers(t *testing.T) {
	at := time.Unix(1_790_000_000, 0)
	first := nextNumber(0, 1, at)
	for _, c := range []struct {
		last, epoch int64
		now         time.Time
	}{
		{first, 1, at}, {first, 1, at.Add(-time.Hour)}, {first, 1, at.Add(time.Hour)}, {first, 2, at.Add(-time.Hour)}, {0, 2, at},
	} {
		if n := nextNumber(c.last, c.epoch, c.now); n <= first || n >= 1<<53 {
			t.Errorf("%+v: %d after %d", c, n, first)
		}
	}
	if n := nextNumber(0, 1, at.Add(time.Second)); n <= first {
		t.Errorf("the same backup, restored later: %d", n)
	}
}
