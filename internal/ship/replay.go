package ship

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
)

// ErrShipment is a file that is no issuance journal, or one with a gap. Its
// argument is the line.
var ErrShipment = fault.New(fault.Invalid, "ship.bad_shipment")

// Replay brings shipped rows back that are newer than those of the database, or
// missing, and returns how many there were. The stream may hold several
// shipments, and one that a crash cut short, as long as a later one begins where
// that one did, or it is the last. The epoch rises above that of every shipment.
// It returns ErrShipment for anything else.
func Replay(ctx context.Context, d *db.DB, r io.Reader) (int64, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	u := &unloader{d: d, ctx: ctx}
	for {
		raw, err := in.ReadBytes('\n')
		if text := bytes.TrimSpace(raw); len(text) > 0 {
			if e := u.take(text); e != nil {
				return u.total, e
			}
		}
		if err == io.EOF {
			return u.total, u.flush()
		}
		if err != nil {
			return u.total, err
		}
	}
}

// unloader reads shipments.
type unloader struct {
	d      *db.DB
	ctx    context.Context
	head   *head
	last   [sha256.Size]byte
	open   bool  // the shipment has no end yet
	broken bool  // its last line was cut
	epoch  int64 // of the database; 0 = not looked at
	table  *Table
	rows   [][]any
	total  int64
	lines  int64
}

func (u *unloader) take(raw []byte) error {
	u.lines++
	var l line
	good := json.Unmarshal(raw, &l) == nil
	if good && l.Head != nil {
		return u.begin(l)
	}
	if !u.open {
		return ErrShipment.With("line", u.lines)
	}
	if u.broken { // a crash leaves nothing behind the line that it cut
		return ErrShipment.With("line", u.lines)
	}
	if !good || !u.fits(l) {
		u.broken = true
		return u.flush()
	}
	if l.End != nil {
		u.open = false
		return u.flush()
	}
	return u.row(l)
}

// fits checks the chain and moves it on.
func (u *unloader) fits(l line) bool {
	want := l.Hash
	l.Hash = ""
	body, err := json.Marshal(l)
	if err != nil {
		return false
	}
	next := chain(u.last, body)
	if hex.EncodeToString(next[:]) != want {
		return false
	}
	u.last = next
	return true
}

func (u *unloader) begin(l line) error {
	if u.open { // the one before was cut short
		if err := u.flush(); err != nil {
			return err
		}
		if l.Head.Since > u.head.Since {
			return ErrShipment.With("line", u.lines)
		}
	}
	u.last, u.open, u.broken = [sha256.Size]byte{}, true, false
	if l.Head.Format != format || !u.fits(l) {
		return ErrShipment.With("line", u.lines)
	}
	u.head = l.Head
	return u.outlive(l.Head.Epoch)
}

// outlive raises the epoch above that of a shipment: the backup may be older
// than a restore that came between.
func (u *unloader) outlive(epoch int64) error {
	if epoch < u.epoch {
		return nil
	}
	return u.d.Write(u.ctx, func(tx *db.Tx) error {
		var err error
		for u.epoch, err = db.Epoch(tx); err == nil && u.epoch <= epoch; {
			u.epoch, err = db.RaiseEpoch(tx)
		}
		return err
	})
}

func (u *unloader) row(l line) error {
	t := tables[l.Table]
	if t == nil {
		return ErrShipment.With("line", u.lines)
	}
	row, ok := t.values(l.Row)
	if !ok {
		return ErrShipment.With("line", u.lines)
	}
	if u.table != t || len(u.rows) == chunk {
		if err := u.flush(); err != nil {
			return err
		}
	}
	u.table, u.rows = t, append(u.rows, row)
	return nil
}

// flush writes the rows at hand.
func (u *unloader) flush() error {
	if len(u.rows) == 0 {
		return nil
	}
	t, rows := u.table, u.rows
	u.rows = nil
	var n int64
	err := u.d.WriteBulk(u.ctx, func(tx *db.Tx) error {
		var err error
		n, err = tx.ExecMany(t.write, rows)
		if err != nil || n == 0 {
			return err
		}
		return actor.Record(tx, actor.System(u.head.Publisher), actor.Entry{
			Entity: "publisher", ID: u.head.Publisher, Event: "issuance.replayed",
			Data: map[string]any{"table": t.name, "rows": n, "since": u.head.Since},
		})
	})
	u.total += n
	return err
}
