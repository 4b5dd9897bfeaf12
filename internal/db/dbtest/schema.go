package dbtest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/licet/licet/internal/db"
)

// The catalogs of both engines, in one form: columns as (table, column, type,
// not null), unique keys as (table, columns in order).
var (
	qColumns = db.SQLPair("test.schema_columns",
		`SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_master m, pragma_table_info(m.name) c
		 WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name <> 'goose_db_version' ORDER BY 1, c.cid`,
		`SELECT c.relname::text, a.attname::text, t.typname::text, a.attnotnull
		 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
		 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0
		   AND NOT a.attisdropped AND c.relname <> 'goose_db_version' ORDER BY 1, a.attnum`)
	qUniques = db.SQLPair("test.schema_uniques",
		`SELECT m.name, i.partial, (SELECT group_concat(x.name, ',') FROM
		   (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x)
		 FROM sqlite_master m, pragma_index_list(m.name) i
		 WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name <> 'goose_db_version' AND i."unique" = 1
		 UNION SELECT m.name, 0, (SELECT group_concat(x.name, ',') FROM
		   (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk) x)
		 FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name <> 'goose_db_version'`,
		`SELECT c.relname::text, i.indpred IS NOT NULL, (SELECT string_agg(a.attname, ',' ORDER BY k.ord)
		   FROM unnest(i.indkey::int[]) WITH ORDINALITY k(num, ord)
		   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num)
		 FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
		 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND i.indisunique
		   AND c.relname <> 'goose_db_version'`)
	qForeign = db.SQLPair("test.schema_foreign",
		`SELECT m.name, f."table", group_concat(f."from", ',') FROM sqlite_master m, pragma_foreign_key_list(m.name) f
		 WHERE m.type = 'table' GROUP BY m.name, f.id, f."table"`,
		`SELECT c.relname::text, r.relname::text, (SELECT string_agg(a.attname, ',' ORDER BY x.ord)
		   FROM unnest(k.conkey) WITH ORDINALITY x(num, ord)
		   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.num)
		 FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
		 WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace`)
)

// families are the SQLite types that may stand for a PostgreSQL type.
var families = map[string]string{
	"uuid": "BLOB", "bytea": "BLOB", "int8": "INTEGER", "bool": "INTEGER", "text": "TEXT", "jsonb": "TEXT",
}

// EqualSchemas compares the migrated schemas of both engines: the same tables,
// columns, types of the same family, not-null marks, unique keys and foreign
// keys.
func EqualSchemas(t *testing.T) {
	t.Helper()
	lite, pg := schema(t, Open(t, db.SQLite)), schema(t, Open(t, db.Postgres))
	for fact := range lite {
		if !pg[fact] {
			t.Errorf("only on sqlite: %s", fact)
		}
	}
	for fact := range pg {
		if !lite[fact] {
			t.Errorf("only on postgres: %s", fact)
		}
	}
	t.Logf("%d facts", len(lite))
}

// Facts returns the schema of d as sorted lines that read the same on both
// engines.
func Facts(t testing.TB, d *db.DB) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(schema(t, d)))
}

func schema(t testing.TB, d *db.DB) map[string]bool {
	t.Helper()
	facts := map[string]bool{}
	add := func(err error, facts map[string]bool, lines []string) {
		if err != nil {
			t.Fatalf("dbtest: schema of %s: %v", d.Engine(), err)
		}
		for _, l := range lines {
			facts[l] = true
		}
	}
	err := d.Read(t.Context(), func(r *db.Reader) error {
		lines, err := db.List(r, func(r *db.Rows) (string, error) {
			var table, column, typ string
			var notNull bool
			err := r.Scan(&table, &column, &typ, &notNull)
			if f, ok := families[typ]; ok {
				typ = f
			}
			return fmt.Sprintf("column %s.%s %s not null %v", table, column, typ, notNull), err
		}, qColumns)
		add(err, facts, lines)
		lines, err = db.List(r, func(r *db.Rows) (string, error) {
			var table string
			var partial bool
			var columns *string
			err := r.Scan(&table, &partial, &columns)
			if columns == nil {
				return "", fmt.Errorf("unique index of %s on an expression", table)
			}
			return fmt.Sprintf("unique %s (%s) partial %v", table, *columns, partial), err
		}, qUniques)
		add(err, facts, lines)
		lines, err = db.List(r, func(r *db.Rows) (string, error) {
			var table, to, columns string
			err := r.Scan(&table, &to, &columns)
			return fmt.Sprintf("foreign %s (%s) -> %s", table, columns, to), err
		}, qForeign)
		add(err, facts, lines)
		return nil
	})
	add(err, facts, nil)
	return facts
}
