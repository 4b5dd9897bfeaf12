package db_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// Ids of one process rise strictly, are valid UUIDs of version 7 and carry the
// time, whichever goroutine makes them.
func TestIDOrder(t *testing.T) {
	const makers, each = 8, 20_000
	all := make([][]db.ID[item], makers)
	var mu sync.Mutex
	now := dbtest.Start
	together(makers, func(i int) {
		for range each {
			mu.Lock()
			now = now.Add(time.Microsecond)
			at := now
			mu.Unlock()
			all[i] = append(all[i], db.MakeID[item](at))
		}
	})
	seen := map[db.ID[item]]bool{}
	for _, ids := range all {
		if !slices.IsSortedFunc(ids, db.ID[item].Compare) {
			t.Fatal("ids of one goroutine do not rise")
		}
		for _, id := range ids {
			if seen[id] {
				t.Fatal("double id")
			}
			seen[id] = true
		}
	}
	id := all[0][0]
	u := uuid.UUID(id)
	if u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Fatalf("version %d, variant %v", u.Version(), u.Variant())
	}
	sec, _ := u.Time().UnixTime()
	if d := sec - dbtest.Start.Unix(); d < 0 || d > 1 {
		t.Fatalf("the id is %d s off", d)
	}
	// A clock set back a little keeps the order; one set back far is believed.
	if next := db.MakeID[item](dbtest.Start.Add(-time.Second)); next.Compare(all[0][0]) <= 0 {
		t.Error("order lost after a small step back")
	}
	if far := db.MakeID[item](dbtest.Start.Add(-time.Hour)); far.Compare(all[0][0]) >= 0 {
		t.Error("a large step back is ignored")
	}
}

func TestParseID(t *testing.T) {
	id := db.MakeID[item](dbtest.Start)
	for _, s := range []string{id.String(), strings.ToUpper(id.String())} {
		if got, err := db.ParseID[item](s); err != nil || got != id {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "x", "{" + id.String() + "}", "urn:uuid:" + id.String(), strings.ReplaceAll(id.String(), "-", ""), id.String()[:35] + "g"} {
		if _, err := db.ParseID[item](s); !errors.Is(err, db.ErrBadID) {
			t.Errorf("%q: %v", s, err)
		}
	}
	type body struct {
		A, B db.ID[item]
	}
	text, err := json.Marshal(body{A: id})
	var back body
	if err != nil || json.Unmarshal(text, &back) != nil || back.A != id || !back.B.IsZero() {
		t.Errorf("%s: %+v, %v", text, back, err)
	}
	if !(db.IDs[item]{id}).Contains(id) || (db.IDs[item]{}).Contains(id) {
		t.Error("Contains")
	}
}

var (
	qPut = db.SQL("test.put", `INSERT INTO item (id, no, used, name, data, at, due, live, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	qGet = db.SQL("test.get", `SELECT id, no, used, name, data, at, due, live, raw FROM item WHERE id = ?`)
)

type (
	label  string
	count  int
	flag   bool
	bytes4 []byte
	data   struct {
		A string
		B []int
	}
)

// What goes in comes out, on both engines, for every type of the kit and for
// types made of Go's basic types.
func TestRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		name, at := label("Käse 'n \" ? {x} $1"), db.At(dbtest.Start.Add(1234567*time.Nanosecond))
		due := db.Day{Day: day.Of(2028, time.February, 29)}
		in := db.JSON[data]{V: data{A: `back\u0000slash`, B: []int{1, 2}}}
		write(t, d, func(tx *db.Tx) error {
			id, none := db.NewID[item](tx), db.NewID[item](tx)
			if _, err := tx.Exec(qPut, id, count(1), 2, &name, in, at, due, flag(true), bytes4{0, 1, 2}); err != nil {
				return err
			}
			if _, err := tx.Exec(qPut, none, count(2), uint8(3), (*label)(nil), nil, db.Time{}, db.Day{}, false, nil); err != nil {
				return err
			}
			var got struct {
				id   db.ID[item]
				no   count
				used int32
				name *label
				data db.JSON[data]
				at   db.Time
				due  db.Day
				live flag
				raw  bytes4
			}
			err := tx.QueryRow(qGet, id).Scan(&got.id, &got.no, &got.used, &got.name, &got.data, &got.at, &got.due, &got.live, &got.raw)
			if err != nil {
				return err
			}
			if got.id != id || got.no != 1 || got.used != 2 || got.name == nil || *got.name != name || !got.at.Equal(at.Time) ||
				got.at.Location() != time.UTC || got.due != due || !bool(got.live) || !bytes.Equal(got.raw, []byte{0, 1, 2}) ||
				got.data.V.A != in.V.A || !slices.Equal(got.data.V.B, in.V.B) {
				t.Errorf("%+v", got)
			}
			err = tx.QueryRow(qGet, none).Scan(&got.id, &got.no, &got.used, &got.name, &got.data, &got.at, &got.due, &got.live, &got.raw)
			if got.name != nil || !got.at.IsZero() || !got.due.IsZero() || bool(got.live) || got.raw != nil || got.data.V.A != "" || got.used != 3 {
				t.Errorf("%+v", got)
			}
			return err
		})
	})
}

func TestBadText(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, bad := range []any{"a\x00b", "\xff", label("ä\x00"), db.JSON[string]{V: "a\x00b"}, db.JSON[data]{V: data{A: "\\\x00"}}} {
			err := inTx(d, func(tx *db.Tx) error {
				_, err := tx.Exec(qPut, db.NewID[item](tx), 1, 1, bad, nil, nil, nil, true, nil)
				return err
			})
			if !errors.Is(err, db.ErrBadText) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for _, bad := range []any{time.Now(), struct{}{}, uint64(1 << 63), []string{"a"}} {
			err := inTx(d, func(tx *db.Tx) error {
				_, err := tx.Exec(qPut, db.NewID[item](tx), 1, 1, bad, nil, nil, nil, true, nil)
				return err
			})
			if !errors.Is(err, db.ErrMisuse) {
				t.Errorf("%T: %v", bad, err)
			}
		}
	})
}

func TestIDsMacro(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var ids db.IDs[item]
		write(t, d, func(tx *db.Tx) error {
			for i := range 20 {
				ids = append(ids, db.NewID[item](tx))
				if _, err := tx.Exec(qAdd, ids[i], i, 0, true); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range []struct {
			ids  db.IDs[item]
			want []int64
		}{{nil, nil}, {ids[3:4], []int64{3}}, {ids[5:8], []int64{5, 6, 7}}, {db.IDs[item]{db.MakeID[item](dbtest.Start)}, nil}} {
			err := d.Read(t.Context(), func(r *db.Reader) error {
				got, err := db.List(r, func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) }, qByIDs, true, c.ids, 0)
				if !slices.Equal(got, c.want) {
					t.Errorf("%v: %v", c.ids, got)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

var (
	qInts = db.SQLPair("test.ints", `SELECT CAST(COALESCE(sum(value), 0) AS INTEGER) FROM json_each(?)`,
		`SELECT COALESCE(sum(v), 0)::bigint FROM unnest(?::bigint[]) v`)
	qTexts = db.SQLPair("test.texts", `SELECT group_concat(value, '|') FROM json_each(?)`,
		`SELECT string_agg(v, '|') FROM unnest(?::text[]) v`)
	qBlobs = db.SQLPair("test.blobs", `SELECT COALESCE(sum(length(unhex(value))), 0) FROM json_each(?)`,
		`SELECT COALESCE(sum(length(v)), 0)::bigint FROM unnest(?::bytea[]) v`)
)

func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(r *db.Reader) error {
			var n int64
			var s *string
			if err := r.QueryRow(qInts, db.Ints{1, 2, 39}).Scan(&n); err != nil || n != 42 {
				t.Errorf("ints %d, %v", n, err)
			}
			if err := r.QueryRow(qInts, db.Ints(nil)).Scan(&n); err != nil || n != 0 {
				t.Errorf("no ints %d, %v", n, err)
			}
			if err := r.QueryRow(qTexts, db.Texts{"a\"b", "ü"}).Scan(&s); err != nil || s == nil || *s != "a\"b|ü" {
				t.Errorf("texts %v, %v", s, err)
			}
			if err := r.QueryRow(qBlobs, db.Blobs{{1, 2}, {}, {3}}).Scan(&n); err != nil || n != 3 {
				t.Errorf("blobs %d, %v", n, err)
			}
			if err := r.QueryRow(qTexts, db.Texts{"a\x00"}).Scan(&s); !errors.Is(err, db.ErrBadText) {
				t.Errorf("bad text: %v", err)
			}
			return nil
		})
		if !errors.Is(err, db.ErrBadText) {
			t.Error(err)
		}
	}, dbtest.Empty())
}

// Times survive at microseconds, whatever the zone.
func TestTimeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		us := rapid.Int64Range(-1<<50, 1<<52).Draw(t, "us")
		in := time.UnixMicro(us).Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "ns"))).In(time.FixedZone("x", 3600))
		v, err := db.At(in).Value()
		if err != nil || v != us {
			t.Fatalf("%v, %v", v, err)
		}
		var out db.Time
		if err := out.Scan(v); err != nil || out != db.At(in) || out.Micros() != us {
			t.Fatalf("%v, %v", out, err)
		}
	})
}

func TestFirstID(t *testing.T) {
	at := dbtest.Start.Add(999 * time.Microsecond)
	first := db.FirstID[item](at)
	if u := uuid.UUID(first); u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("version %d, variant %v", u.Version(), u.Variant())
	}
	last := db.FirstID[item](at.Add(-time.Millisecond)) // as high as one of that millisecond can be
	for i := 6; i < len(last); i++ {
		last[i] |= 0x0f
	}
	if made := db.MakeID[item](at.Add(time.Hour)); last.Compare(first) >= 0 || made.Compare(first) < 0 || made.Compare(db.FirstID[item](at.Add(2*time.Hour))) >= 0 {
		t.Errorf("%v is no bound", first)
	}
}
