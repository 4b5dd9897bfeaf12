package app

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/internal/actor"
)

// checkpointFile, in the folder of the issuance journal, holds where each
// publisher's chain stood and when: what somebody who rewrites the whole chain
// in the database does not reach when that folder is elsewhere.
const checkpointFile = "checkpoints.jsonl"

// checkpointEvery is the distance between two lines of one publisher.
const checkpointEvery = time.Minute

type checkpointLine struct {
	Publisher actor.PublisherID `json:"publisher"`
	Seq       int64             `json:"seq"`
	Hash      string            `json:"hash"`
	At        time.Time         `json:"at"`
}

// checkpoint is told the head of a chain after each commit that moved it.
func (a *App) checkpoint(p actor.PublisherID, seq int64, hash [32]byte) {
	now := a.seams.Now()
	if last, ok := a.checkpoints[p]; ok && now.Sub(last) < checkpointEvery {
		return
	}
	a.checkpoints[p] = now
	raw, err := json.Marshal(checkpointLine{p, seq, hex.EncodeToString(hash[:]), now.UTC()})
	if err == nil {
		err = appendLine(a.Config.JournalShip, raw)
	}
	if err != nil {
		a.seams.Log.Error("writing a checkpoint of the journal", "error", err)
	}
}

func appendLine(folder string, line []byte) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(folder, checkpointFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// Checkpoints reads the checkpoints of a publisher that were written outside
// the database, for VerifyJournal. No file means none.
func (a *App) Checkpoints(p actor.PublisherID) ([]actor.Checkpoint, error) {
	f, err := os.Open(filepath.Join(a.Config.JournalShip, checkpointFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []actor.Checkpoint
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l checkpointLine
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Publisher != p {
			continue // a line that a crash cut short proves nothing
		}
		c := actor.Checkpoint{Seq: l.Seq}
		if n, err := hex.Decode(c.Hash[:], []byte(l.Hash)); err == nil && n == len(c.Hash) {
			out = append(out, c)
		}
	}
	return out, nil
}

// retire takes the checkpoints behind the restored heads out of the way: the
// chain that they lie on ended with the database that was lost. They are kept
// beside, under the time of the restore.
func (a *App) retire(heads map[actor.PublisherID]int64) error {
	name := filepath.Join(a.Config.JournalShip, checkpointFile)
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept []byte
	for line := range bytes.Lines(raw) {
		var l checkpointLine
		if json.Unmarshal(line, &l) == nil && l.Seq <= heads[l.Publisher] {
			kept = append(kept, line...)
		}
	}
	old := name + "." + a.seams.Now().UTC().Format("20060102T150405Z")
	return errors.Join(os.WriteFile(old, raw, 0o600), os.WriteFile(name+".new", kept, 0o600), os.Rename(name+".new", name))
}
