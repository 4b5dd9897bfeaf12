-- +goose Up

-- Units that are used up. A container tells with each contact how many of those
-- that it has drawn it has spent; the number only rises. spent of a license is all
-- that was ever told of it, and direct what was consumed by its key, without a
-- container.
ALTER TABLE activation ADD COLUMN spent {int} NOT NULL DEFAULT 0 CHECK (spent >= 0);
ALTER TABLE license ADD COLUMN spent {int} NOT NULL DEFAULT 0 CHECK (spent >= 0);
ALTER TABLE license ADD COLUMN direct {int} NOT NULL DEFAULT 0 CHECK (direct >= 0);

-- A consumption by key, under its natural key: the id is a hash over the license
-- and the caller's nonce.
CREATE TABLE consumption (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  units         {int} NOT NULL CHECK (units > 0),
  spent         {int} NOT NULL,
  left_over     {int} NOT NULL,
  at            {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

ALTER TABLE consumption ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON consumption FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- Who is eligible for an academic license, by which evidence, until when: what staff
-- have seen. A category or an institution, never a person's name.
CREATE TABLE eligibility (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  who           {text} NOT NULL,
  evidence      {text} NOT NULL,
  until         {day},
  at            {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

ALTER TABLE eligibility ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON eligibility FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('consumption', 'consumption', '1000000 100000 1'), -- +sqlite
  ('eligibility', 'eligibility', '100000 10000 1'); -- +sqlite

-- +goose Down
DROP TABLE eligibility;
DROP TABLE consumption;
ALTER TABLE license DROP COLUMN direct;
ALTER TABLE license DROP COLUMN spent;
ALTER TABLE activation DROP COLUMN spent;
