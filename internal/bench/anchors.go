package bench

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/licet/licet/internal/db"
)

// Host is the machine on which a report was made.
type Host struct {
	OS, Arch, Go string
	Cores        int
	Load         string // of one, five and fifteen minutes
	At           time.Time
}

func hostFacts() Host {
	return Host{OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Cores: runtime.NumCPU(), Load: loadOf(), At: time.Now().UTC()}
}

// Anchor is one thing that the machine can do, measured in rounds.
type Anchor struct {
	Name   string
	Median time.Duration // of the rounds' medians
	P99    time.Duration // of all
	Rounds []time.Duration
}

// anchorTime is how long each anchor runs in each round.
const anchorTime = 150 * time.Millisecond

// Anchors measures what this machine can do at best, in turns.
func Anchors(ctx context.Context, o Options, rounds int) (found []Anchor, samples []Sample, err error) {
	l, err := newLab(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if e := l.close(ctx); err == nil {
			err = e
		}
	}()
	acts, closing, err := l.acts(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if e := closing(); err == nil {
			err = e
		}
	}()
	times := make([][]time.Duration, len(acts))
	found = make([]Anchor, len(acts))
	for round := range rounds {
		for i, a := range acts {
			took, err := repeat(a.do)
			if err != nil {
				return nil, nil, errors.Join(errors.New("bench: anchor "+a.name), err)
			}
			found[i].Name = a.name
			found[i].Rounds = append(found[i].Rounds, Median(took))
			times[i] = append(times[i], took...)
		}
		for _, path := range []string{echoNothing, echoEcho, echoSign} {
			s, err := l.measureEcho(ctx, path, 3*anchorTime, round)
			if err != nil {
				return nil, nil, err
			}
			samples = append(samples, s)
		}
	}
	for i := range found {
		slices.Sort(times[i])
		found[i].Median, found[i].P99 = Median(found[i].Rounds), percentile(times[i], .99)
	}
	return found, samples, nil
}

// repeat runs do for anchorTime and returns how long each run took.
func repeat(do func() error) ([]time.Duration, error) {
	var took []time.Duration
	for begin := time.Now(); time.Since(begin) < anchorTime; {
		start := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

type act struct {
	name string
	do   func() error
}

// acts are the anchors of one process.
func (l *lab) acts(ctx context.Context) ([]act, func() error, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, nil, err
	}
	doc, err := json.Marshal(sampleDoc())
	if err != nil {
		return nil, nil, err
	}
	signature := ed25519.Sign(private, doc)
	file, err := os.Create(filepath.Join(l.dir, "fsync"))
	if err != nil {
		return nil, nil, err
	}
	page := make([]byte, 8<<10)
	list := []act{
		{"Ed25519 sign", func() error { ed25519.Sign(private, doc); return nil }},
		{"Ed25519 verify", func() error {
			if !ed25519.Verify(public, doc, signature) {
				return errors.New("bad signature")
			}
			return nil
		}},
		{"HMAC-SHA-256", func() error {
			m := hmac.New(sha256.New, page[:32])
			m.Write(doc)
			m.Sum(nil)
			return nil
		}},
		{"fsync of 8 KiB", func() error {
			_, err := file.Write(page)
			return errors.Join(err, file.Sync())
		}},
	}
	more, closing, err := l.stores(ctx)
	return append(list, more...), func() error { return errors.Join(file.Close(), closing()) }, err
}

// stores are the anchors of the engines: one durable commit of one row, and one
// point read.
func (l *lab) stores(ctx context.Context) (list []act, closing func() error, err error) {
	var open []*db.DB
	var made string
	closing = func() error {
		var all []error
		for _, d := range open {
			all = append(all, d.Close())
		}
		if made != "" {
			all = append(all, dropDatabase(ctx, l.Database, made))
		}
		return errors.Join(all...)
	}
	options := []db.Options{{Dir: l.dir, Now: time.Now}}
	if l.Database != "" {
		if made, err = createDatabase(ctx, l.Database); err != nil {
			return nil, closing, err
		}
		options = append(options, db.Options{URL: databaseURL(l.Database, made), Now: time.Now})
	}
	for _, o := range options {
		d, err := db.Open(ctx, o)
		if err != nil {
			return nil, closing, err
		}
		open = append(open, d)
		for _, stmt := range []*db.Stmt{qAnchorTable, qAnchorRow} {
			if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(stmt); return err }); err != nil {
				return nil, closing, err
			}
		}
		list = append(list, act{string(d.Engine()) + " commit of one row", func() error {
			return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qAnchorWrite); return err })
		}}, act{string(d.Engine()) + " point read", func() error {
			var n int64
			return d.ReadOne(ctx, func(r *db.Reader) error { return r.QueryRow(qAnchorRead).Scan(&n) })
		}})
	}
	return list, closing, nil
}

// signatures signs now and then until the returned function is called, which
// returns the median time of one Ed25519 signature. It takes a thousandth of a
// core.
func signatures() (stop func() time.Duration) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return func() time.Duration { return 0 }
	}
	doc, err := json.Marshal(sampleDoc())
	if err != nil {
		return func() time.Duration { return 0 }
	}
	end, out := make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		var took []time.Duration
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			for range 4 { // the first finds cold caches
				start := time.Now()
				ed25519.Sign(private, doc)
				took = append(took, time.Since(start))
			}
			select {
			case <-end:
				tick.Stop()
				out <- Median(took)
				return
			case <-tick.C:
			}
		}
	}()
	return func() time.Duration {
		close(end)
		return <-out
	}
}
