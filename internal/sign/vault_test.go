package sign_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
)

var code = []byte("7H2KM7H2KM7H2KM7H2KM7H2KM")

// seal stores nothing: it seals in a transaction of its own.
func seal(t testing.TB, d *db.DB, v *sign.Vault, p actor.PublisherID, aad, plain string) []byte {
	t.Helper()
	var out []byte
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		out, err = v.Seal(tx, p, []byte(aad), []byte(plain))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unseal(t testing.TB, d *db.DB, v *sign.Vault, p actor.PublisherID, aad string, sealed []byte) (string, error) {
	t.Helper()
	var out []byte
	err := d.Read(t.Context(), func(r *db.Reader) (err error) {
		out, err = v.Open(r, p, []byte(aad), sealed)
		return err
	})
	return string(out), err
}

func TestVaultSeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v, a, b := h.Vault(), h.a.Publisher, h.b.Publisher
		err := d.Read(t.Context(), func(r *db.Reader) error {
			_, err := v.Seal(r, a, nil, nil)
			return err
		})
		if !errors.Is(err, sign.ErrNoDataKey) {
			t.Fatalf("sealing without a data key in a read: %v", err)
		}
		one := seal(t, d, v, a, "ticket 1", "secret")
		seal(t, d, v, b, "ticket 1", "secret")
		if two := seal(t, d, v, a, "ticket 1", "secret"); bytes.Equal(one, two) {
			t.Fatal("the same text seals to the same bytes")
		}
		for name, node := range map[string]*sign.Vault{"same": v, "other": h.node(t).Vault()} {
			if got, err := unseal(t, d, node, a, "ticket 1", one); err != nil || got != "secret" {
				t.Fatalf("%s: %q, %v", name, got, err)
			}
		}
		changed := bytes.Clone(one)
		changed[len(changed)-1] ^= 1
		otherKey := bytes.Clone(one)
		otherKey[8] = 7
		for name, c := range map[string]struct {
			p      actor.PublisherID
			aad    string
			sealed []byte
		}{
			"another publisher": {b, "ticket 1", one},
			"another row":       {a, "ticket 2", one},
			"changed":           {a, "ticket 1", changed},
			"unknown key":       {a, "ticket 1", otherKey},
			"unknown publisher": {actor.PublisherID{1}, "ticket 1", one},
			"short":             {a, "ticket 1", one[:20]},
			"empty":             {a, "ticket 1", nil},
			"other version":     {a, "ticket 1", append([]byte{9}, one[1:]...)},
		} {
			if got, err := unseal(t, d, v, c.p, c.aad, c.sealed); !errors.Is(err, sign.ErrSealed) {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	})
}

// A data key made in a transaction that fails is not used by the next one.
func TestVaultForgetsRolledBackKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v, p := h.Vault(), h.a.Publisher
		stop := errors.New("stop")
		var lost []byte
		err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
			if lost, err = v.Seal(tx, p, nil, []byte("lost")); err != nil {
				return err
			}
			if _, err = v.Open(tx, p, nil, lost); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		kept := seal(t, d, v, p, "", "kept")
		if _, err := unseal(t, d, h.node(t).Vault(), p, "", kept); err != nil {
			t.Fatal(err)
		}
		if _, err := unseal(t, d, v, p, "", lost); !errors.Is(err, sign.ErrSealed) {
			t.Fatalf("what was sealed under a key that never was: %v", err)
		}
	})
}

func TestDataKeyRotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v, p, by := h.Vault(), h.a.Publisher, h.a.All()
		old := seal(t, d, v, p, "row", "secret")
		if id, err := h.RotateData(t.Context(), by); err != nil || id != 2 {
			t.Fatalf("key %d, %v", id, err)
		}
		var moved, again []byte
		err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
			if moved, err = v.Reseal(tx, p, []byte("row"), old); err != nil {
				return err
			}
			again, err = v.Reseal(tx, p, []byte("row"), moved)
			return err
		})
		if err != nil || moved == nil || again != nil || moved[8] != 2 {
			t.Fatalf("%x %x %v", moved, again, err)
		}
		for _, b := range [][]byte{old, moved} {
			if got, err := unseal(t, d, v, p, "row", b); err != nil || got != "secret" {
				t.Fatalf("%q, %v", got, err)
			}
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := v.Reseal(tx, p, []byte("other row"), old)
			return err
		})
		if !errors.Is(err, sign.ErrSealed) {
			t.Fatal(err)
		}
		if id, err := h.RotateData(t.Context(), h.b.All()); err != nil || id != 1 {
			t.Fatalf("a publisher without any key: %d, %v", id, err)
		}
	})
}

func TestPepperRotation(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
			h := newHouse(t, d)
			ctx, admin, other := t.Context(), actor.Installation(), h.node(t)
			v := h.Vault()
			oldID, oldHash := v.Lookup(code)
			if got := v.Lookups(code); oldID != 1 || len(got) != 1 || !bytes.Equal(got[0], oldHash) || len(oldHash) != 32 {
				t.Fatalf("pepper %d, %x", oldID, got)
			}
			id, err := h.RotatePepper(ctx, admin)
			if err != nil || id != 2 {
				t.Fatalf("%d, %v", id, err)
			}
			if id, _ := v.Lookup(code); id != 1 {
				t.Fatal("the new pepper writes before every node can read under it")
			}
			if err := other.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			for _, node := range []*sign.Vault{v, other.Vault()} {
				if got := node.Lookups(code); len(got) != 2 || !bytes.Equal(got[1], oldHash) {
					t.Fatalf("%x", got)
				}
			}
			clock.Advance(2 * time.Second)
			newID, newHash := other.Vault().Lookup(code)
			if newID != 2 || bytes.Equal(newHash, oldHash) || !bytes.Equal(v.Lookups(code)[0], newHash) {
				t.Fatalf("pepper %d", newID)
			}
			retire(t, h, clock, admin)
			if got := v.Lookups(code); len(got) != 1 || !bytes.Equal(got[0], newHash) {
				t.Fatalf("%x", got)
			}
		})
	}
}

// retire tries to delete pepper 1 too early, in use, and then rightly.
func retire(t *testing.T, h *house, clock *dbtest.TestClock, admin actor.Actor) {
	t.Helper()
	ctx := t.Context()
	if err := h.RetirePepper(ctx, admin, 1); !errors.Is(err, sign.ErrLastPepper) {
		t.Fatalf("a successor of seconds: %v", err)
	}
	clock.Advance(time.Minute)
	if err := h.RetirePepper(ctx, admin, 1); !errors.Is(err, sign.ErrNoLog) {
		t.Fatalf("without anybody who counts: %v", err)
	}
	left := int64(3)
	h.PepperUse = func(_ db.Querier, pepper int64) (int64, error) { return left, nil }
	if err := h.RetirePepper(ctx, admin, 1); !errors.Is(err, sign.ErrPepperUsed) || fault.As(err).Args["left"] != left {
		t.Fatalf("in use: %v", err)
	}
	left = 0
	for id, want := range map[int64]error{2: sign.ErrLastPepper, 3: sign.ErrNotFound, 0: sign.ErrNotFound} {
		if err := h.RetirePepper(ctx, admin, id); !errors.Is(err, want) {
			t.Fatalf("pepper %d: %v", id, err)
		}
	}
	if err := h.RetirePepper(ctx, admin, 1); err != nil {
		t.Fatal(err)
	}
}

var (
	qTestTable  = db.SQL("sign.test_table", `CREATE TABLE sign_test (id BIGINT PRIMARY KEY, pepper BIGINT NOT NULL, lookup TEXT NOT NULL, sealed TEXT NOT NULL)`)
	qTestInsert = db.SQL("sign.test_insert", `INSERT INTO sign_test (id, pepper, lookup, sealed) VALUES {rows}`)
	qTestNext   = db.SQL("sign.test_next", `SELECT id, sealed FROM sign_test WHERE pepper <> ? AND id > ? ORDER BY id LIMIT ?`)
	qTestMove   = db.SQL("sign.test_move", `UPDATE sign_test SET pepper = ?, lookup = ? WHERE id = ?`)
	qTestFind   = db.SQL("sign.test_find", `SELECT count(*) FROM sign_test WHERE lookup = ?`)
	qTestUnder  = db.SQL("sign.test_under", `SELECT count(*) FROM sign_test WHERE pepper = ?`)
)

// A table of 2,203 codes, of which three are shown once and have no sealed
// copy, moves to the new pepper in chunks, also when the job is stopped.
func TestReindex(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
			h := newHouse(t, d)
			v, p := h.Vault(), h.a.Publisher
			fillCodes(t, h, 2203, 3)
			if _, err := h.RotatePepper(t.Context(), actor.Installation()); err != nil {
				t.Fatal(err)
			}
			clock.Advance(2 * time.Second)
			table := codeTable(p)
			stop := errors.New("stop")
			n, err := v.Reindex(t.Context(), table, func(int64) error { return stop })
			if !errors.Is(err, stop) || n != 997 {
				t.Fatalf("%d, %v", n, err)
			}
			if n, err = v.Reindex(t.Context(), table, nil); err != nil || n != 1203 {
				t.Fatalf("%d, %v", n, err)
			}
			if left := count(t, d, qTestUnder, int64(1)); left != 3 {
				t.Fatalf("%d codes under the old pepper", left)
			}
			if n, err = v.Reindex(t.Context(), table, nil); err != nil || n != 0 {
				t.Fatalf("again: %d, %v", n, err)
			}
			_, lookup := v.Lookup([]byte("code-700"))
			if count(t, d, qTestFind, hex.EncodeToString(lookup)) != 1 {
				t.Fatal("a moved code is not found")
			}
			once := v.Lookups([]byte("code-1"))
			if count(t, d, qTestFind, hex.EncodeToString(once[1])) != 1 {
				t.Fatal("a code that is shown once is lost")
			}
		})
	}
}

func fillCodes(t *testing.T, h *house, n, once int) {
	t.Helper()
	err := h.d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(qTestTable); err != nil {
			return err
		}
		var rows [][]any
		for i := range n {
			c := append([]byte("code-"), itoa(i)...)
			pepper, lookup := h.Vault().Lookup(c)
			var sealed []byte
			if i >= once {
				var err error
				if sealed, err = h.Vault().Seal(tx, h.a.Publisher, itoa(i), c); err != nil {
					return err
				}
			}
			rows = append(rows, []any{i, pepper, hex.EncodeToString(lookup), hex.EncodeToString(sealed)})
		}
		_, err := tx.ExecMany(qTestInsert, rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func codeTable(p actor.PublisherID) sign.Table {
	return sign.Table{
		Next: func(q db.Querier, newest int64, after any, limit int) ([]sign.Entry, error) {
			if after == nil {
				after = int64(-1)
			}
			rows, err := q.Query(qTestNext, newest, after, limit)
			return db.Collect(rows, err, func(r *db.Rows) (sign.Entry, error) {
				var id int64
				var text string
				if err := r.Scan(&id, &text); err != nil {
					return sign.Entry{}, err
				}
				e := sign.Entry{Publisher: p, Row: id, AAD: itoa(int(id))}
				if text == "" {
					return e, nil
				}
				var err error
				e.Sealed, err = hex.DecodeString(text)
				return e, err
			})
		},
		Move: func(tx *db.Tx, newest int64, moved []sign.Moved) error {
			for _, m := range moved {
				if _, err := tx.Exec(qTestMove, newest, hex.EncodeToString(m.Lookup), m.Row); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func count(t *testing.T, d *db.DB, s *db.Stmt, args ...any) (n int64) {
	t.Helper()
	if err := d.Read(t.Context(), func(r *db.Reader) error { return r.QueryRow(s, args...).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBlind(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	v, a, b := h.Vault(), h.a.Publisher, h.b.Publisher
	base := v.Blind(a, "mail", []byte("x@example.org"))
	if !bytes.Equal(base, h.node(t).Vault().Blind(a, "mail", []byte("x@example.org"))) || len(base) != 32 {
		t.Fatal("not the same on another node")
	}
	for name, other := range map[string][]byte{
		"publisher": v.Blind(b, "mail", []byte("x@example.org")),
		"label":     v.Blind(a, "print", []byte("x@example.org")),
		"value":     v.Blind(a, "mail", []byte("y@example.org")),
		"border":    v.Blind(a, "mailx", []byte("@example.org")),
		"nobody":    v.Blind(actor.PublisherID{}, "mail", []byte("x@example.org")),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// The first start makes the identity; a database whose identity is gone, or is
// another's, is refused.
func TestOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, gate := t.Context(), actor.NewGate(d)
		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		s, err := sign.Open(ctx, d, gate, path)
		if err != nil {
			t.Fatal(err)
		}
		_, want := s.Vault().Lookup(code)
		s, err = sign.Open(ctx, d, gate, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := s.Vault().Lookup(code); !bytes.Equal(got, want) {
			t.Fatal("another pepper after a restart")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := sign.Open(ctx, d, gate, path); !errors.Is(err, sign.ErrIdentityMissing) {
			t.Fatalf("identity gone: %v", err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Fatal("a new identity was made beside sealed keys")
		}
		if _, err := sign.CreateIdentity(path); err != nil {
			t.Fatal(err)
		}
		if _, err := sign.Open(ctx, d, gate, path); !errors.Is(err, sign.ErrSeal) {
			t.Fatalf("another's identity: %v", err)
		}
	})
}

// No private key and no pepper is in the database in the open.
func TestNoSecretInDatabase(t *testing.T) {
	var opt *db.Options
	d := dbtest.Open(t, db.SQLite, dbtest.WithOptions(func(o *db.Options) { opt = o }))
	v := newVendor(t, d)
	v.rotate(t, v.active, sign.Issue)
	seal(t, d, v.Vault(), v.pub, "row", "the canary in the vault")
	file, err := v.Export(t.Context(), actor.Installation(), passphrase, sign.TestWork)
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := sign.Secrets(file, passphrase)
	if err != nil || len(secrets) < 6 {
		t.Fatalf("%d secrets, %v", len(secrets), err)
	}
	secrets = append(secrets, []byte("the canary in the vault"))
	stored := databaseBytes(t, opt.Dir)
	if !bytes.Contains(stored, []byte("signing_key")) {
		t.Fatal("these are not the database's bytes")
	}
	for i, s := range secrets {
		for name, form := range map[string][]byte{
			"raw": s, "hex": []byte(hex.EncodeToString(s)), "base64": []byte(base64.StdEncoding.EncodeToString(s)),
			"base64url": []byte(base64.RawURLEncoding.EncodeToString(s)),
		} {
			if bytes.Contains(stored, form) {
				t.Errorf("secret %d is in the database, %s", i, name)
			}
		}
	}
}

// databaseBytes is everything that SQLite has on disk: database, log, index.
func databaseBytes(t *testing.T, dir string) []byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

var (
	qTestSwapData = db.SQL("sign.test_swap_data", `UPDATE data_key SET sealed =
		(SELECT o.sealed FROM data_key o WHERE o.publisher_id = ? AND o.id = 1) WHERE publisher_id = ? AND id = 1`)
	qTestSwapKey = db.SQL("sign.test_swap_key", `UPDATE signing_key SET sealed =
		(SELECT o.sealed FROM signing_key o WHERE o.publisher_id = ? AND o.state = 'active' AND o.purpose = ?)
		WHERE publisher_id = ? AND state = 'active' AND purpose = 'issue'`)
	qTestSetKey    = db.SQL("sign.test_set_key", `UPDATE signing_key SET sealed = ?, public = ? WHERE publisher_id = ? AND state = 'active' AND purpose = 'issue'`)
	qTestLoseKey   = db.SQL("sign.test_lose_key", `UPDATE signing_key SET sealed = ? WHERE publisher_id = ? AND state = 'active' AND purpose = 'issue'`)
	qTestSetPepper = db.SQL("sign.test_set_pepper", `UPDATE pepper SET sealed = ? WHERE id = 1`)
	qTestSetState  = db.SQL("sign.test_set_state", `UPDATE signing_key SET state = 'active' WHERE publisher_id = ? AND state = 'revoked'`)
)

func tamper(t *testing.T, d *db.DB, s *db.Stmt, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(s, args...)
		if err == nil && n == 0 {
			err = errors.New("nothing tampered with")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever may write the database but lacks the identity gains nothing.
func TestTamperedRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, b := h.newVendor(t, h.a), h.newVendor(t, h.b)
		sealed := seal(t, d, h.Vault(), a.pub, "row", "secret")
		seal(t, d, h.Vault(), b.pub, "row", "secret")

		t.Run("data key of another publisher", func(t *testing.T) {
			tamper(t, d, qTestSwapData, b.pub, a.pub)
			if _, err := unseal(t, d, h.node(t).Vault(), a.pub, "row", sealed); !errors.Is(err, sign.ErrSeal) {
				t.Fatal(err)
			}
		})
		refused := func(t *testing.T) {
			t.Helper()
			k := h.node(t).Keyring()
			if _, err := k.Sign(t.Context(), a.pub, a.claims()); !errors.Is(err, sign.ErrSeal) {
				t.Fatal(err)
			}
		}
		t.Run("issuing key of another publisher", func(t *testing.T) {
			tamper(t, d, qTestSwapKey, b.pub, "issue", a.pub)
			refused(t)
		})
		t.Run("key of another purpose", func(t *testing.T) {
			tamper(t, d, qTestSwapKey, a.pub, "depot", a.pub)
			refused(t)
		})
		t.Run("planted key", func(t *testing.T) {
			tamper(t, d, qTestSetKey, plant(t, h.id, bytes.Repeat([]byte{1}, 32)), bytes.Repeat([]byte{1}, 32), a.pub)
			refused(t)
		})
		t.Run("planted pepper", func(t *testing.T) {
			tamper(t, d, qTestSetPepper, plant(t, h.id, bytes.Repeat([]byte{1}, 32)))
			if _, err := sign.New(t.Context(), d, actor.NewGate(d), h.id); !errors.Is(err, sign.ErrSeal) {
				t.Fatal(err)
			}
		})
		if i, err := b.Keyring().Sign(t.Context(), b.pub, b.claims()); err != nil || i == "" {
			t.Fatalf("the other publisher suffers: %v", err)
		}
	})
}

func itoa(i int) []byte { return strconv.AppendInt(nil, int64(i), 10) }
