package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// checkpointFile, in the folder of the issuance journal, holds where each
// publisher's chain stood and when, signed by its issuing key: what somebody who
// rewrites the whole chain in the database can neither reach when that folder is
// elsewhere, nor make anew.
const checkpointFile = "checkpoints.jsonl"

// checkpointEvery is the distance between two lines of one publisher.
const checkpointEvery = time.Minute

// checkpointLine is one line: a checkpoint, or the certificate of the key that
// signs those that follow. Only the token counts; the fields beside it are for
// people and for a restore.
type checkpointLine struct {
	Publisher actor.PublisherID `json:"publisher"`
	Seq       int64             `json:"seq,omitempty"`
	Hash      string            `json:"hash,omitempty"` // base64url, as in the token
	At        time.Time         `json:"at"`
	Token     string            `json:"chk,omitempty"`
	Cert      string            `json:"ikc,omitempty"`
}

// noted is what was written last for a publisher.
type noted struct {
	at  time.Time
	kid string
}

// checkpoint is told the head of a chain after each commit that moved it. A
// publisher that has no issuing key yet has no checkpoints.
func (a *App) checkpoint(ctx context.Context, p actor.PublisherID, seq int64, hash [32]byte) {
	now := a.seams.Now()
	last, ok := a.checkpoints[p]
	if ok && now.Sub(last.at) < checkpointEvery {
		return
	}
	kid, lines, err := a.signedCheckpoint(ctx, p, seq, hash, now, last.kid)
	if errors.Is(err, sign.ErrNoKey) || sign.IsModule(err) { // the doctor shows both
		return
	}
	if err == nil {
		err = appendLines(a.Config.JournalShip, lines)
	}
	if err != nil {
		a.seams.Log.Error("writing a checkpoint of the journal", "error", err)
		return
	}
	a.checkpoints[p] = noted{now, kid}
}

// signedCheckpoint returns the line of a checkpoint, behind the certificate of its
// key unless known is that key.
func (a *App) signedCheckpoint(ctx context.Context, p actor.PublisherID, seq int64, hash [32]byte, now time.Time, known string) (kid string, lines []byte, err error) {
	ring := a.Keys.Keyring()
	issuer, err := ring.Issuer(p)
	if err != nil {
		return "", nil, err
	}
	claims := wire.Checkpoint{Issuer: issuer.Name, Seq: seq, Hash: base64.RawURLEncoding.EncodeToString(hash[:]), IssuedAt: now.Unix()}
	token, err := ring.Sign(ctx, p, &claims)
	if err != nil {
		return "", nil, err
	}
	all := []checkpointLine{{Publisher: p, Seq: seq, Hash: claims.Hash, At: now.UTC(), Token: token}}
	if issuer.KID != known {
		all = append([]checkpointLine{{Publisher: p, At: now.UTC(), Cert: issuer.Cert}}, all...)
	}
	for _, one := range all {
		raw, err := json.Marshal(one)
		if err != nil {
			return "", nil, err
		}
		lines = append(append(lines, raw...), '\n')
	}
	return issuer.KID, lines, nil
}

func appendLines(folder string, lines []byte) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(folder, checkpointFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(lines)
	return errors.Join(err, f.Sync(), f.Close())
}

// Checkpoints are the signed heads of a publisher's chain that were kept outside
// the database.
type Checkpoints struct {
	Known      []actor.Checkpoint // believed: for VerifyJournal
	Revoked    int                // signed by a key or under a root that is revoked: they prove nothing any more
	Unreadable int                // cut short by a crash
	Problems   []actor.Problem    // lines that no key of the publisher has signed
}

// Checkpoints reads the checkpoints of a publisher from a file; "" is the one that
// this installation writes, which may be missing. They are verified from the pins
// on; nil means the roots that the database names, which is good enough unless
// whoever rewrote the journal has changed these, too. Errors: app.checkpoint_file.
func (a *App) Checkpoints(ctx context.Context, p actor.PublisherID, path string, pins *wire.Pins) (Checkpoints, error) {
	var out Checkpoints
	name := path
	if name == "" {
		name = filepath.Join(a.Config.JournalShip, checkpointFile)
	}
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) && path == "" {
		return out, nil
	}
	if err != nil {
		return out, ErrCheckpointFile.With("file", name).Wrap(err)
	}
	trust, err := a.trusted(ctx, p, pins)
	if errors.Is(err, sign.ErrNoRoot) && path == "" {
		return out, nil // a publisher without keys has signed nothing
	}
	if err != nil {
		return out, err
	}
	return out, out.read(bytes.NewReader(raw), p, trust)
}

// trusted is what the checkpoints of a publisher are verified with.
func (a *App) trusted(ctx context.Context, p actor.PublisherID, pins *wire.Pins) (*wire.Trust, error) {
	ring := a.Keys.Keyring()
	if pins == nil {
		own, err := ring.Pins(ctx, p, make([]byte, 16), "")
		if err != nil {
			return nil, err
		}
		pins = &own
	}
	trust, err := wire.NewTrust(*pins)
	if err != nil {
		return nil, fault.As(err)
	}
	for _, line := range ring.Bundle(p) {
		_ = trust.Extend(line) // what is not signed by these roots teaches nothing
	}
	return trust, nil
}

// read judges every line of the publisher: certificates first, wherever they stand.
func (c *Checkpoints) read(r io.Reader, p actor.PublisherID, trust *wire.Trust) error {
	type numbered struct {
		checkpointLine
		no int
	}
	var tokens []numbered
	lines := bufio.NewScanner(r)
	for no := 1; lines.Scan(); no++ {
		var l checkpointLine
		switch err := json.Unmarshal(lines.Bytes(), &l); {
		case err != nil:
			c.Unreadable++
		case l.Publisher != p:
		case l.Cert != "":
			_ = trust.Extend(l.Cert) // a foreign one teaches nothing
		default:
			tokens = append(tokens, numbered{l, no})
		}
	}
	for _, l := range tokens {
		claims, err := wire.OpenIssued[wire.Checkpoint](trust, l.Token)
		if errors.Is(err, wire.ErrRevoked) {
			c.Revoked++
			continue
		}
		known := actor.Checkpoint{}
		if err == nil {
			var hash []byte
			hash, err = base64.RawURLEncoding.DecodeString(claims.Hash)
			known.Seq = claims.Seq
			copy(known.Hash[:], hash)
		}
		if err != nil {
			c.Problems = append(c.Problems, actor.Problem{
				Kind: actor.ProblemUnsigned, Seq: l.Seq, Until: l.Seq, Detail: fmt.Sprintf("line %d of the checkpoints: %v", l.no, err),
			})
			continue
		}
		c.Known = append(c.Known, known)
	}
	return lines.Err()
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
	if err := os.WriteFile(old, raw, 0o600); err != nil {
		return err // what cannot be kept beside stays where it is
	}
	if err := os.WriteFile(name+".new", kept, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
