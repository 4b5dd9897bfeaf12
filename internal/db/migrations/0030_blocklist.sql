-- +goose Up

-- An activation that was restored away is away until its container has shown that it
-- holds it no more, or has confirmed the block.
ALTER TABLE activation ADD COLUMN away {bool} NOT NULL DEFAULT {false};

CREATE INDEX activation_away ON activation (publisher_id, container_id) WHERE away = TRUE;

-- Some block list has named this container since it was last given one that does not.
ALTER TABLE container ADD COLUMN listed {bool} NOT NULL DEFAULT {false};

CREATE INDEX license_blocked ON license (publisher_id, id) WHERE state = 'blocked';

-- The block list of a publisher that counts: signed parts, one to a line, with the
-- ids of the containers that it names, sorted, 16 bytes each. Without tokens there
-- was never anything to list, and what is said of them is NULL. due_at is when it is looked at again though nothing
-- has changed, NULL = never.
CREATE TABLE block_list (
  publisher_id  {uuid} NOT NULL PRIMARY KEY,
  seq           {int} NOT NULL,
  issued_at     {ts},
  kid           {text} NOT NULL,
  content       {bytes},
  ids           {bytes},
  tokens        {text} NOT NULL,
  due_at        {ts}
) {strict};

ALTER TABLE block_list ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON block_list FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- Something has changed that the next list must know of. The job that makes the list
-- deletes the rows that it has seen.
CREATE TABLE block_change (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

ALTER TABLE block_change ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON block_change FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('activation', 'activation_away', '1000 100 2'), -- +sqlite
  ('license', 'license_blocked', '1000 100 1'), -- +sqlite
  ('block_change', 'block_change', '100 10 1'); -- +sqlite

-- +goose Down
DROP TABLE block_change;
DROP TABLE block_list;
DROP INDEX license_blocked;
ALTER TABLE container DROP COLUMN listed;
DROP INDEX activation_away;
ALTER TABLE activation DROP COLUMN away;
