-- +goose Up

-- What is known of a machine that a program names itself: a lease holds its place.
-- The id is a keyed hash over license and name, so that a name is one row; the name
-- and those of its components are sealed. rev is the fence of the lease.
CREATE TABLE named_machine (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  lease_id      {uuid} NOT NULL,
  sealed        {bytes} NOT NULL,
  platform      {text} NOT NULL,
  cores         {int} NOT NULL CHECK (cores >= 0),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX named_machine_license ON named_machine (publisher_id, license_id, id);

ALTER TABLE named_machine ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON named_machine FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('named_machine', 'named_machine', '1000000 100000 1'), -- +sqlite
  ('named_machine', 'named_machine_license', '1000000 100000 2 1'); -- +sqlite

-- +goose Down
DROP TABLE named_machine;
