package db

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// enterText makes the rest of a transaction read as ReadRole for one publisher.
// It is sent together with the statement behind it, so it costs no round trip.
const enterText = "SELECT set_config('role', '" + ReadRole + "', true), set_config('licet.publisher', $1, true)"

// guardText looks at roles and tables. row_security_active is true for a role
// that would be guarded although it writes: one that does not own the tables.
const guardText = `
WITH role AS (SELECT oid FROM pg_roles WHERE rolname = '` + ReadRole + `' AND NOT rolsuper AND NOT rolbypassrls),
tables AS (
  SELECT c.oid, c.relname::text AS name, c.relrowsecurity AS secured, EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'publisher_id' AND NOT a.attisdropped) AS tenant
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r')
SELECT current_user::text,
  (SELECT pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) FROM role),
  (SELECT COALESCE(bool_and(has_table_privilege(role.oid, tables.oid, 'SELECT')), true)
    AND bool_and(has_schema_privilege(role.oid, current_schema(), 'USAGE')) FROM role, tables),
  ARRAY(SELECT name FROM tables WHERE tenant AND NOT secured ORDER BY name),
  EXISTS (SELECT FROM tables WHERE tenant AND row_security_active(oid))`

// look reads how the guard stands and switches it accordingly. It returns
// ErrGuarded when the writer itself would be guarded.
func (p *pg) look(ctx context.Context) (Guard, error) {
	g := Guard{Engine: Postgres}
	var may, granted *bool
	var trapped bool
	err := p.writes.QueryRow(ctx, guardText).Scan(&g.User, &may, &granted, &g.Open, &trapped)
	switch {
	case err != nil:
		return g, mapError(err)
	case trapped:
		return g, ErrGuarded.With("user", g.User)
	case may == nil || !*may:
		g.Missing = "role"
	case granted == nil || !*granted:
		g.Missing = "grant"
	}
	g.On = g.Missing == ""
	p.guarded.Store(g.On)
	return g, nil
}

// install makes the read role and gives it its rights, as far as the connecting
// role may: what is missing then is what Guard says, and reads go on unguarded.
func (p *pg) install(ctx context.Context) error {
	g, err := p.look(ctx)
	if err != nil || g.On {
		return err
	}
	var steps []string
	if g.Missing == "role" {
		steps = []string{"CREATE ROLE " + ReadRole + " NOLOGIN", "GRANT " + ReadRole + " TO CURRENT_USER"}
	}
	steps = append(steps, `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('`+ReadRole+`'));
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO `+ReadRole+`', current_schema());
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO `+ReadRole+`', current_schema());
END $$`)
	for _, step := range steps {
		if _, err := p.writes.Exec(ctx, step); err != nil && !refusedGrant(err) {
			return mapError(err)
		}
	}
	_, err = p.look(ctx)
	return err
}

// refusedGrant tells an answer of the server, which leaves the guard as it is,
// from a server that is gone. Another database of the same server may have made
// the role a moment ago, and a role may be forbidden to make one.
func refusedGrant(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && !lost(err)
}

// narrow guards what the session reads from its next statement on.
func (s *pgSession) narrow(publisher [16]byte) {
	if s.guarded {
		s.scope = &publisher
	}
}

// publisherText is a publisher as licet.publisher holds it.
func publisherText(id [16]byte) string { return hex.EncodeToString(id[:]) }
