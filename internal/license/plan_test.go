package license

import (
	"regexp"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// The tables that grow with use; none of them may be read from one end to the
// other, however few of its rows a request is about.
var large = []string{"ticket", "license", "code_lookup", "container", "activation", "exchange", "trial_mark"}

var (
	somePublisher = actor.PublisherID{0: 1}
	someID        = [16]byte{15: 9}
)

// explained is the statements of the hot paths and of the lists, with arguments.
func explained() map[*db.Stmt][]any {
	p := somePublisher
	many := func(n int) (out []db.ID[exchangeRow]) {
		for i := range n {
			out = append(out, db.ID[exchangeRow]{14: byte(i >> 8), 15: byte(i)})
		}
		return out
	}
	ids := db.IDs[exchangeRow](many(64))
	id := db.ID[exchangeRow](someID)
	few := db.IDs[exchangeRow]{id}
	now := db.At(dbtest.Start)
	return map[*db.Stmt][]any{
		qExchanges: {p, ids}, qContainers: {p, ids}, qContainersSeen: {p, ids}, qContainersLive: {p, ids}, qLast: {p, id, id},
		qOpenedTickets: {ids, p}, qOpenedKeys: {ids, p}, qLicensesLock: {p, ids}, qTickets: {p, ids},
		qTrialMarks: {p, ids}, qLicenseElapsed: {p, id, now, 10}, qValidate: {id}, qLookup: {ids}, qLicenseLive: {p, id, 100},
		qCounted: {p, id, now}, qElapsed: {p, now, 100}, qElapsedPublisher: {p}, qElapseLater: {now, p, id, now},
		qTicketsAfter: {p, id, 100}, qHolderTickets: {p, id, id, 100}, qTicketsLicenses: {p, ids},
		qContainersAfter: {p, id, 100}, qContainersTrouble: {p, id, 100}, qContainersOfLicense: {p, id, id, 100},
		qActivationsAfter: {p, id, id, 0, 100}, qHoldersOf: {p, ids}, qTicketLicenses: {p, id},
		qLinePage: {p, id, id, 100}, qLineTickets: {p, few}, qTicketCounts: {p, few}, qLinesFree: {p, few, 100}, qLinesUsed: {p, few, 1}, qTicketsOpen: {p, ids},
		qLineHolders: {p, ids}, qLicensesLive: {p, ids}, qSnapshotTickets: {p, few}, qTicketsReverse: {p, ids}, qLicensesGone: {p, ids}, qSealedTickets: {p, ids},
		qLineSeats: {p, few}, qIssuedRange: {p, id, id, id}, qExchangePage: {p, id, 100},
		qContainerUpdate: {"active", "", 1, 1, []byte{}, false, "", "", "", now, p, id, 1},
		qLicenseUpdate:   {1, 0, 0, 0, 1, now, db.Day{}, "available", p, id, 1, 0, 1},
	}
}

var (
	dollar = regexp.MustCompile(`\$\d+`)
	// fillers make 10^5 of everything for one publisher.
	fillers = []*db.Stmt{
		fill("ticket", "publisher_id, id, snapshot_id, holder_id, hint", "P, ID(n), ID(n / 10), ID(n / 500), 'XXXXX'"),
		fill("license", "publisher_id, id, ticket_id, snapshot_id, quantity, used", "P, ID(n), ID(n), ID(n / 10), 2, 1"),
		fill("code_lookup", "lookup, publisher_id, kind, id, pepper", "ID(n), P, CASE WHEN n % 2 = 0 THEN 'ticket' ELSE 'key' END, ID(n), 1"),
		fill("container", "publisher_id, id, kind, sign_key, encrypt_key, first_ctr, ctr, seq, marks, virtual, app_version, app_os, app_arch, first_at, seen_at",
			"P, ID(n), 'soft', 'k', '', 1, 1, 1, EMPTY, FALSE, '', '', '', n, n"),
		fill("activation", "publisher_id, id, license_id, container_id, gen, slot, quantity, state, version, started_at, elapses_at",
			"P, ID(n), ID(n), ID(n), 1, n % 2, 1, CASE WHEN n % 2 = 0 THEN 'confirmed' ELSE 'returned' END, 1, n, CASE WHEN n % 10 = 0 THEN n END"),
		fill("exchange", "publisher_id, id, container_id, ctr, hash, at", "P, ID(n), ID(n), 1, EMPTY, n"),
		fill("trial_mark", "publisher_id, id, license_id", "P, ID(n), ID(n)"),
		fill("license_snapshot", "publisher_id, id, line_id, terms", "P, ID(n), ID(n), '{}'"),
	}
	qPlanAnalyze = db.SQL("test.license_analyze", "ANALYZE")
	plans        = explainAll()
)

func explainAll() map[*db.Stmt]*db.Stmt {
	out := map[*db.Stmt]*db.Stmt{}
	for s := range explained() {
		out[s] = db.SQLPair("test.explain."+s.Name(), "EXPLAIN QUERY PLAN "+s.Text(db.SQLite),
			"EXPLAIN (COSTS OFF) "+dollar.ReplaceAllString(s.Text(db.Postgres), "?"))
	}
	return out
}

var idCall = regexp.MustCompile(`ID\((.*?)\)`)

// fill writes 10^5 rows; ID(n) is the id of number n, P the publisher.
func fill(table, columns, values string) *db.Stmt {
	lite := idCall.ReplaceAllString(values, "unhex(printf('%032x', $1))")
	lite = strings.NewReplacer("P,", "unhex('01000000000000000000000000000000'),", "EMPTY", "unhex('')").Replace(lite)
	pg := idCall.ReplaceAllString(values, "CAST(lpad(to_hex(CAST($1 AS bigint)), 32, '0') AS uuid)")
	pg = strings.NewReplacer("P,", "CAST('01000000-0000-0000-0000-000000000000' AS uuid),", "EMPTY", "CAST('' AS bytea)").Replace(pg)
	return db.SQLPair("test.fill_"+table, `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000)
		INSERT INTO `+table+" ("+columns+") SELECT "+lite+" FROM c",
		"INSERT INTO "+table+" ("+columns+") SELECT "+pg+" FROM generate_series(1, 100000) n")
}

// Every hot statement and every list stays on its indexes at 10^5 rows, with
// and without statistics.
func TestPlans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec := func(s *db.Stmt) {
			t.Helper()
			if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(s); return err }); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range fillers {
			exec(f)
		}
		for _, when := range []string{"seeded", "analyzed"} {
			if when == "analyzed" || d.Engine() == db.Postgres { // PostgreSQL looks by itself, soon after a load
				exec(qPlanAnalyze)
			}
			for s, args := range explained() {
				plan := planOf(t, d, plans[s], args)
				if line := fullScan(plan, d.Engine()); line != "" {
					t.Errorf("%s, %s: %s\n%s", s.Name(), when, line, plan)
				}
			}
		}
	})
}

// fullScan returns the line of a plan that reads a large table without an index
// condition, or scans an index of it from end to end.
func fullScan(plan string, e db.Engine) string {
	aliases := map[string]bool{}
	for _, l := range large {
		aliases[l], aliases[l[:1]] = true, true
	}
	lines := strings.Split(plan, "\n")
	for i, line := range lines {
		words := strings.Fields(strings.TrimLeft(line, " ->"))
		if e == db.SQLite && len(words) > 1 && words[0] == "SCAN" && aliases[words[1]] {
			return line
		}
		if e == db.SQLite && len(words) > 1 && aliases[words[1]] && strings.HasSuffix(line, "(publisher_id=?)") {
			return line // everything of a publisher
		}
		if e != db.Postgres {
			continue
		}
		for _, l := range large {
			if strings.Contains(line, "Seq Scan on "+l) {
				return line
			}
		}
		if strings.Contains(line, "Index") && strings.Contains(line, "Scan using") &&
			(i+1 >= len(lines) || !strings.Contains(lines[i+1], "Index Cond")) && !strings.Contains(line, "elapses") {
			return line
		}
		if _, cond, ok := strings.Cut(line, "Index Cond: (publisher_id = "); ok && !strings.Contains(cond, "AND") {
			return line
		}
	}
	return ""
}

func planOf(t *testing.T, d *db.DB, s *db.Stmt, args []any) string {
	t.Helper()
	var lines []string
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(s, args...)
		lines, err = db.Collect(rows, err, func(r *db.Rows) (line string, err error) {
			if d.Engine() == db.Postgres {
				err = r.Scan(&line)
				return line, err
			}
			var a, b, c int
			err = r.Scan(&a, &b, &c, &line)
			return line, err
		})
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", s.Name(), err)
	}
	return strings.Join(lines, "\n")
}
