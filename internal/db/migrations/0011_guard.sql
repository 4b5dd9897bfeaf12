-- +goose Up

-- Row-level security: whoever reads as the read role sees the rows of the
-- publisher that the setting licet.publisher names, and none without it. The
-- owner of the tables, who writes, passes. A later migration that makes a table
-- with a publisher_id ends with these two lines for it, marked for PostgreSQL:
--
--   ALTER TABLE x ENABLE ROW LEVEL SECURITY;
--   CREATE POLICY tenant ON x FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid);

-- +goose StatementBegin
DO $$ -- +postgres
DECLARE t text; -- +postgres
BEGIN -- +postgres
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid -- +postgres
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' -- +postgres
      AND a.attname = 'publisher_id' AND NOT a.attisdropped -- +postgres
  LOOP -- +postgres
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t); -- +postgres
    EXECUTE format('CREATE POLICY tenant ON %I FOR SELECT USING (publisher_id = nullif(current_setting(''licet.publisher'', true), '''')::uuid)', t); -- +postgres
  END LOOP; -- +postgres
  ALTER TABLE publisher ENABLE ROW LEVEL SECURITY; -- +postgres
  CREATE POLICY tenant ON publisher FOR SELECT USING (id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres
END $$; -- +postgres
SELECT 1; -- +sqlite
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$ -- +postgres
DECLARE t text; -- +postgres
BEGIN -- +postgres
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid -- +postgres
    WHERE c.relnamespace = current_schema()::regnamespace AND p.polname = 'tenant' -- +postgres
  LOOP -- +postgres
    EXECUTE format('DROP POLICY tenant ON %I', t); -- +postgres
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t); -- +postgres
  END LOOP; -- +postgres
END $$; -- +postgres
SELECT 1; -- +sqlite
-- +goose StatementEnd
