package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/org"
)

var (
	qRechain = db.SQL("test.rechain", `UPDATE journal SET seq = NULL, data = '{}' WHERE publisher_id = ?`)
	qBehead  = db.SQL("test.behead", `DELETE FROM journal_head WHERE publisher_id = ?`)
	qShorten = db.SQL("test.shorten", `DELETE FROM journal WHERE publisher_id = ? AND seq > 2`)
	qKeepTwo = db.SQL("test.keep_two", `UPDATE journal_head SET seq = 2, hash = (SELECT hash FROM journal WHERE publisher_id = ? AND seq = 2) WHERE publisher_id = ?`)
)

// Whoever rewrites the whole journal in the database, or cuts its end off, leaves
// a chain that holds by itself, and is given away by the signed checkpoint.
func TestSignedCheckpoints(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			a, _ := start(t, engine)
			p, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "alpha", Name: "alpha"})
			if err != nil {
				t.Fatal(err)
			}
			if err := demo.Keys(t.Context(), a, actor.Installation().In(p.ID), "alpha", "", a.DB.Now()); err != nil {
				t.Fatal(err)
			}
			points := func(path string) app.Checkpoints {
				t.Helper()
				c, err := a.Checkpoints(t.Context(), p.ID, path, nil)
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			waitFor(t, func() bool { return len(points("").Known) > 0 })
			file := filepath.Join(a.Config.JournalShip, "checkpoints.jsonl")
			known := points(file)
			if len(known.Problems) > 0 || known.Unreadable+known.Revoked > 0 {
				t.Fatalf("%+v", known)
			}
			if r := audit(t, a, p.ID, known.Known...); !r.OK() {
				t.Fatalf("an honest journal: %+v", r.Problems)
			}
			seq := known.Known[0].Seq
			tampered(t, a, p.ID, file)

			change(t, a, func(tx *db.Tx) error {
				if _, err := tx.Exec(qRechain, p.ID); err != nil {
					return err
				}
				_, err := tx.Exec(qBehead, p.ID)
				return err
			})
			waitFor(t, func() bool { r := audit(t, a, p.ID); return r.Waiting == 0 && r.Rows >= seq })
			if r := audit(t, a, p.ID); !r.OK() {
				t.Fatalf("the forgery is no chain: %+v", r.Problems)
			}
			r := audit(t, a, p.ID, known.Known...)
			if len(r.Problems) != 1 || r.Problems[0].Kind != actor.ProblemForked || r.Problems[0].Seq != seq || r.Problems[0].ID.IsZero() {
				t.Errorf("forged: %+v", r.Problems)
			}

			change(t, a, func(tx *db.Tx) error {
				if _, err := tx.Exec(qShorten, p.ID); err != nil {
					return err
				}
				_, err := tx.Exec(qKeepTwo, p.ID, p.ID)
				return err
			})
			if r := audit(t, a, p.ID); !r.OK() || r.Seq != 2 {
				t.Fatalf("a shorter chain: %d, %+v", r.Seq, r.Problems)
			}
			if r := audit(t, a, p.ID, known.Known...); r.OK() || r.Problems[0].Kind != actor.ProblemMissing || r.Problems[0].Until != seq {
				t.Errorf("cut: %+v", r.Problems)
			}
		})
	}
}

// tampered shows that a checkpoint that was changed, or signed by somebody else,
// is named, and that a line cut short is only counted.
func tampered(t *testing.T, a *app.App, p actor.PublisherID, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read := func(text string) app.Checkpoints {
		t.Helper()
		path := filepath.Join(t.TempDir(), "points")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := a.Checkpoints(t.Context(), p, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	at := strings.Index(string(raw), `"chk":"v4.public.`) + len(`"chk":"v4.public.`) + 40
	other := string(raw[:at]) + map[bool]string{true: "B", false: "A"}[raw[at] == 'A'] + string(raw[at+1:])
	if c := read(other); len(c.Problems) != 1 || c.Problems[0].Kind != actor.ProblemUnsigned {
		t.Errorf("a changed token: %+v", c)
	}
	plain := `{"publisher":"` + p.String() + `","seq":1,"hash":"AA","at":"2027-01-12T12:00:00Z"}` + "\n"
	if c := read(plain + string(raw)); len(c.Problems) != 1 || c.Problems[0].Seq != 1 || len(c.Known) == 0 {
		t.Errorf("a line without a signature: %+v", c)
	}
	if c := read(string(raw) + plain[:30]); len(c.Problems) != 0 || c.Unreadable != 1 || len(c.Known) == 0 {
		t.Errorf("a line that was cut: %+v", c)
	}
	strange, err := a.Keys.Keyring().Pins(t.Context(), p, make([]byte, 16), "")
	if err != nil {
		t.Fatal(err)
	}
	strange.Roots = strange.Roots[:1]
	strange.Issuer = "somebody-else"
	strange.Depot = ""
	c, err := a.Checkpoints(t.Context(), p, file, &strange)
	if err != nil || len(c.Problems) == 0 || len(c.Known) > 0 {
		t.Errorf("with another publisher's pins: %+v, %v", c, err)
	}
	if _, err := a.Checkpoints(t.Context(), p, file+".gone", nil); !errors.Is(err, app.ErrCheckpointFile) {
		t.Errorf("app.checkpoint_file: %v", err)
	}
}

func audit(t *testing.T, a *app.App, p actor.PublisherID, known ...actor.Checkpoint) actor.Report {
	t.Helper()
	r, err := actor.VerifyJournal(t.Context(), a.DB, p, known...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func change(t *testing.T, a *app.App, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := a.DB.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}
