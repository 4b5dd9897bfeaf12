package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/internal/sign"
)

// The issuance journal lives in one file per publisher, in a folder of its own:
// shipments of package ship. Beside each stands a file with
// the sequence that was shipped last.

// shipments are the files of the issuance journal; other things may lie beside
// them.
func (a *App) shipments() ([]string, error) {
	all, err := filepath.Glob(filepath.Join(a.Config.JournalShip, "*.jsonl"))
	return slices.DeleteFunc(all, func(name string) bool {
		_, err := db.ParseID[actor.Publisher](strings.TrimSuffix(filepath.Base(name), ".jsonl"))
		return err != nil
	}), err
}

// shippedAt is when the issuance journal was last written.
func (a *App) shippedAt() (time.Time, error) {
	files, err := a.shipments()
	if err != nil || len(files) == 0 {
		return time.Time{}, errors.Join(err, os.ErrNotExist)
	}
	var newest time.Time
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return time.Time{}, err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest, nil
}

// ship writes what each publisher's journal has gained to the folder of the
// issuance journal and syncs it. Only then is the new position remembered: what
// a crash repeats is replayed without harm.
func (a *App) ship(ctx context.Context) error {
	all, err := a.Publishers(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := a.shipOne(ctx, p.ID); err != nil {
			return err
		}
	}
	a.metrics.shipped.Set(float64(a.seams.Now().Unix()))
	return nil
}

func (a *App) shipOne(ctx context.Context, p actor.PublisherID) error {
	upto, err := readPosition(a.Config.JournalShip, p)
	if err != nil {
		return err
	}
	position := a.shipped[p]
	if position.Upto != upto { // another process shipped, or someone took the files away
		position = ship.Position{Upto: upto}
	}
	var head int64
	if err := a.DB.For(p).Read(ctx, func(r *db.Reader) (err error) { head, err = actor.JournalHead(r, p); return err }); err != nil || head <= upto {
		return err
	}
	if err := os.MkdirAll(a.Config.JournalShip, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(a.Config.JournalShip, p.String()+".jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<16)
	next, err := ship.Ship(ctx, a.DB, p, position, out, org.Cargo, a.Lic.Cargo, a.Orders.Cargo)
	if err = errors.Join(err, out.Flush(), file.Sync()); err == nil && upto == 0 { // the file may be new
		err = db.SyncDir(a.Config.JournalShip)
	}
	if err != nil {
		return err
	}
	if err := writePosition(a.Config.JournalShip, p, next.Upto); err != nil {
		return err
	}
	a.shipped[p] = next
	return nil
}

func positionFile(folder string, p actor.PublisherID) string {
	return filepath.Join(folder, p.String()+".position")
}

func readPosition(folder string, p actor.PublisherID) (int64, error) {
	raw, err := os.ReadFile(positionFile(folder, p))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	var seq int64
	if err == nil && json.Unmarshal(raw, &seq) != nil {
		seq = 0 // a power cut left it empty; what is shipped once more does no harm
	}
	return seq, err
}

// writePosition replaces the position file in one step. It is not synced: what a
// power cut takes back is shipped once more.
func writePosition(folder string, p actor.PublisherID, seq int64) error {
	raw, err := json.Marshal(seq)
	if err != nil {
		return err
	}
	name := positionFile(folder, p)
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Restored is what a restore did.
type Restored struct {
	Backup   db.Manifest `json:"backup"`
	Epoch    int64       `json:"epoch"`
	Replayed int64       `json:"replayed"` // rows that the shipped journal had newer than the backup
}

// Restore loads a backup into the empty database of the configuration, raises
// the epoch, and replays the shipped issuance journal, so that what was issued
// after the backup is known again and no seat is sold twice. The identity file
// must be in the data folder before anything is loaded (ErrRestoreIdentity), and
// be the backup's (ErrOtherIdentity), for a database that is loaded but not
// replayed must not be served; where it is lost,
// repair makes a new one once the database is there. nil: there is no other way.
// Until all of it is done Open refuses the database (ErrRestoring), and Restore
// with the same backup goes on where it stopped.
func Restore(ctx context.Context, c Config, folder string, repair func() error, s Seams) (Restored, error) {
	s.fill()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return Restored{}, err
	}
	path := filepath.Join(c.Data, identityName)
	id, err := sign.LoadIdentity(path)
	switch {
	case err == nil:
		repair, err = nil, opens(id, path, folder)
	case !errors.Is(err, sign.ErrIdentityMissing):
		repair = nil
	case repair == nil:
		return Restored{}, ErrRestoreIdentity.With("path", path)
	default:
		err = nil
	}
	if err != nil {
		return Restored{}, err
	}
	m, err := db.Restore(ctx, c.Options(s.Now, s.Hooks), folder)
	if errors.Is(err, db.ErrNotEmpty) && begun(ctx, c, s, m) {
		err = nil
	}
	if err != nil {
		return Restored{}, err
	}
	out := Restored{Backup: m}
	if repair != nil {
		if err := repair(); err != nil {
			return out, err
		}
	}
	a, err := open(ctx, c, s, m.Name())
	if err != nil {
		return out, err
	}
	if err = a.replay(ctx, &out); err == nil {
		err = a.DB.Write(ctx, func(tx *db.Tx) error { return db.SetMeta(tx, db.MetaRestoring, "") })
	}
	return out, errors.Join(err, a.Close())
}

// begun reports whether the database is that of a restore of this very backup
// which did not come to its end: all that follows the load may be done again.
func begun(ctx context.Context, c Config, s Seams, m db.Manifest) (yes bool) {
	d, err := db.Open(ctx, c.Options(s.Now, s.Hooks))
	if err != nil {
		return false
	}
	err = d.Read(ctx, func(q *db.Reader) error {
		backup, err := db.Meta(q, db.MetaRestoring)
		yes = backup == m.Name()
		return err
	})
	return errors.Join(err, d.Close()) == nil && yes
}

func (a *App) replay(ctx context.Context, out *Restored) error {
	files, err := a.shipments()
	if err != nil {
		return err
	}
	for _, name := range files {
		n, err := a.replayFile(ctx, name)
		out.Replayed += n
		if err != nil {
			return err
		}
	}
	if err := a.restored(ctx); err != nil {
		return err
	}
	return a.DB.Read(ctx, func(r *db.Reader) (err error) { out.Epoch, err = db.Epoch(r); return err })
}

// restored ends a restore for each publisher. The journal of the backup is
// shorter than the one that was shipped; shipping goes on behind its own end, or
// what is issued from now on would be taken for shipped.
func (a *App) restored(ctx context.Context) error {
	all, err := a.Publishers(ctx)
	if err != nil {
		return err
	}
	heads := make(map[actor.PublisherID]int64, len(all))
	for _, p := range all {
		if err := a.Orders.Restored(ctx, p.ID); err != nil {
			return err
		}
		position, err := readPosition(a.Config.JournalShip, p.ID)
		if err != nil {
			return err
		}
		var head int64
		if err := a.DB.For(p.ID).Read(ctx, func(r *db.Reader) (err error) { head, err = actor.JournalHead(r, p.ID); return err }); err != nil {
			return err
		}
		if head < position {
			if err := writePosition(a.Config.JournalShip, p.ID, head); err != nil {
				return err
			}
		}
		heads[p.ID] = head
	}
	return a.retire(heads)
}

func (a *App) replayFile(ctx context.Context, name string) (int64, error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var lines io.Reader = bufio.NewReaderSize(file, 1<<16)
	return ship.Replay(ctx, a.DB, lines)
}

// IdentityPath is where the file lies that opens the sealed keys.
func (a *App) IdentityPath() string { return filepath.Join(a.Config.Data, identityName) }
