package bench

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// copies are the rows of the last large order, ready for COPY by the client
// library: the limit that a bulk path is measured against.
type copies struct {
	rows map[string][][]any // by table
}

// copyTables are what a ticket with its license consists of, and the condition
// that finds those of the newest order.
var copyTables = []struct{ name, columns, of string }{
	{"ticket", "publisher_id, id, snapshot_id, holder_id, hint, sealed, state, rev", "snapshot_id = $snapshot"},
	{"license", "publisher_id, id, ticket_id, snapshot_id, quantity, overdraft, used, owed, taken, version, first_at, until, key_hint, key_sealed, state, rev", "snapshot_id = $snapshot"},
	{"code_lookup", "lookup, publisher_id, kind, id, pepper", "id IN (SELECT id FROM ticket WHERE snapshot_id = $snapshot)"},
}

// newestSnapshot is what the newest order line sold.
const newestSnapshot = `(SELECT id FROM license_snapshot WHERE line_id IS NOT NULL ORDER BY id DESC LIMIT 1)`

// copied is how long the COPY took.
type copied struct {
	Rows int64
	Took time.Duration
}

// copy exports the rows of the newest order into memory, or copies them into
// empty tables of the same form.
func (h *host) copy(ctx context.Context, export bool) (copied, error) {
	conn, err := pgx.Connect(ctx, h.app.Config.Database)
	if err != nil {
		return copied{}, err
	}
	defer conn.Close(ctx)
	if export {
		h.copied, err = exported(ctx, conn)
		return copied{}, err
	}
	if h.copied == nil {
		return copied{}, errors.New("bench: nothing was exported")
	}
	return h.copied.load(ctx, conn)
}

func exported(ctx context.Context, conn *pgx.Conn) (*copies, error) {
	out := &copies{rows: map[string][][]any{}}
	for _, t := range copyTables {
		of := strings.ReplaceAll(t.of, "$snapshot", newestSnapshot)
		rows, err := conn.Query(ctx, "SELECT "+t.columns+" FROM "+t.name+" WHERE "+of)
		if err != nil {
			return nil, err
		}
		if out.rows[t.name], err = pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]any, error) { return r.Values() }); err != nil {
			return nil, err
		}
		for _, sql := range []string{
			"DROP TABLE IF EXISTS bench_" + t.name,
			"CREATE TABLE bench_" + t.name + " (LIKE " + t.name + " INCLUDING ALL)",
		} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (c *copies) load(ctx context.Context, conn *pgx.Conn) (copied, error) {
	begin := time.Now()
	var out copied
	for _, t := range copyTables {
		n, err := conn.CopyFrom(ctx, pgx.Identifier{"bench_" + t.name}, strings.Split(t.columns, ", "), pgx.CopyFromRows(c.rows[t.name]))
		if err != nil {
			return out, err
		}
		out.Rows += n
	}
	out.Took = time.Since(begin)
	return out, nil
}
