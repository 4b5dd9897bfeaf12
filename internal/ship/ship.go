package ship

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// line is one line of a shipment. Its hash is over itself without the hash, and
// the hash of the line before.
type line struct {
	Head  *head  `json:"head,omitempty"`
	Table string `json:"table,omitempty"`
	Row   Image  `json:"row,omitempty"`
	End   *end   `json:"end,omitempty"`
	Hash  string `json:"hash,omitempty"`
}

type head struct {
	Format    string            `json:"format"`
	Publisher actor.PublisherID `json:"publisher"`
	Since     int64             `json:"since"` // journal sequence after which it begins
	Epoch     int64             `json:"epoch"` // of the installation that ships
	At        time.Time         `json:"at"`
}

type end struct {
	Upto int64 `json:"upto"` // journal sequence with which it ends
	Rows int64 `json:"rows"`
}

const (
	format = "licet.issuance/1"
	page   = 500 // journal rows at a time
	chunk  = 500 // rows of a statement
)

// Cargo is rows of one table: those with these ids, those that came from the
// journal itself, and those that Read gives when their turn comes.
type Cargo struct {
	Table *Table
	IDs   [][16]byte
	Rows  []Image
	Read  func() ([]Image, error) // nil = none
}

// Source says which rows of a package the given journal lines touched, in an
// order in which they can be brought back.
type Source func(q *db.Reader, p actor.PublisherID, lines []actor.Row) ([]Cargo, error)

// Position is how far a publisher's journal is shipped.
type Position struct {
	Upto  int64                    // journal sequence; 0 = nothing is
	Ahead map[actor.JournalID]bool // what is shipped already though it has no sequence yet; nil = not known
}

// Ship writes an image of every row that a publisher's journal names after a
// position, sealed or not, and returns the new position. Where the position
// knows what was shipped ahead, that is not shipped again once it is sealed: the
// image was taken when the row of the journal was there.
func Ship(ctx context.Context, d *db.DB, p actor.PublisherID, since Position, w io.Writer, from ...Source) (Position, error) {
	next := Position{Upto: since.Upto, Ahead: map[actor.JournalID]bool{}}
	err := d.For(p).Read(ctx, func(r *db.Reader) error {
		c := &carrier{q: r, p: p, w: w, from: from, ahead: since.Ahead, done: map[*Table]map[[16]byte]bool{}}
		if _, err := io.WriteString(w, "\n"); err != nil { // whatever a crash left behind ends here
			return err
		}
		epoch, err := db.Epoch(r)
		if err != nil {
			return err
		}
		if err := c.line(line{Head: &head{format, p, since.Upto, epoch, r.Now()}}); err != nil {
			return err
		}
		for more := true; more; {
			lines, err := actor.ReadJournal(r, p, next.Upto, page)
			if err != nil {
				return err
			}
			if more = len(lines) == page; len(lines) > 0 {
				next.Upto = lines[len(lines)-1].Seq
			}
			if err := c.page(lines); err != nil {
				return err
			}
		}
		open, err := actor.ReadUnsealed(r, p)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(open, page) {
			for _, row := range part {
				next.Ahead[row.ID] = true
			}
			if err := c.page(part); err != nil {
				return err
			}
		}
		return c.line(line{End: &end{Upto: next.Upto, Rows: c.rows}})
	})
	return next, err
}

// carrier writes one shipment.
type carrier struct {
	q    *db.Reader
	p    actor.PublisherID
	w    io.Writer
	from []Source
	last [sha256.Size]byte
	rows int64
	body []byte // of the line that is written, used again
	full []byte

	ahead map[actor.JournalID]bool     // what an earlier shipment holds
	done  map[*Table]map[[16]byte]bool // what is in the shipment already
}

func (c *carrier) line(l line) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return c.put(body)
}

// row is line for a row of a table. Its values are canonical JSON already, so
// that nothing has to be looked at again.
func (c *carrier) row(t *Table, row Image) error {
	c.body = append(appendQuoted(append(c.body[:0], `{"table":`...), t.name), `,"row":[`...)
	for i, v := range row {
		if i > 0 {
			c.body = append(c.body, ',')
		}
		c.body = append(c.body, v...)
	}
	c.body = append(c.body, `]}`...)
	c.rows++
	return c.put(c.body)
}

// put writes a line with its hash as the last member.
func (c *carrier) put(body []byte) error {
	c.last = chain(c.last, body)
	c.full = append(append(c.full[:0], body[:len(body)-1]...), `,"hash":"`...)
	c.full = append(hex.AppendEncode(c.full, c.last[:]), "\"}\n"...)
	_, err := c.w.Write(c.full)
	return err
}

func chain(before [sha256.Size]byte, body []byte) (next [sha256.Size]byte) {
	h := sha256.New()
	h.Write(before[:])
	h.Write(body)
	h.Sum(next[:0])
	return next
}

// page ships what journal rows touched, but for those that were shipped ahead.
func (c *carrier) page(lines []actor.Row) error {
	lines = slices.DeleteFunc(lines, func(row actor.Row) bool { return c.ahead[row.ID] })
	for _, source := range c.from {
		all, err := source(c.q, c.p, lines)
		if err != nil {
			return err
		}
		for _, one := range all {
			if err := c.ship(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// ship writes the rows that are not in the shipment yet.
func (c *carrier) ship(one Cargo) error {
	seen := c.done[one.Table]
	if seen == nil {
		seen = map[[16]byte]bool{}
		c.done[one.Table] = seen
	}
	var fresh db.IDs[Image]
	for _, id := range one.IDs {
		if id != ([16]byte{}) && !seen[id] {
			seen[id] = true
			fresh = append(fresh, id)
		}
	}
	all := one.Rows
	if one.Read != nil {
		rows, err := one.Read()
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	for part := range slices.Chunk(fresh, chunk) {
		rows, err := one.Table.Images(c.q, one.Table.read, c.p, part)
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	one.Table.order(all)
	for _, row := range all {
		if err := c.row(one.Table, row); err != nil {
			return err
		}
	}
	return nil
}
