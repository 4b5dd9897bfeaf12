-- +goose Up

-- What redeemed units of an upgrade, extension or add-on do to a license: the
-- base's terms are its own plus these rows in their order. A row without units
-- left does nothing any more; so does one whose own license is not available.
CREATE TABLE license_effect (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  base_id       {uuid} NOT NULL,
  effect_id     {uuid} NOT NULL,
  seq           {int} NOT NULL CHECK (seq > 0),
  quantity      {int} NOT NULL CHECK (quantity >= 0),
  at            {ts} NOT NULL,
  until         {day},
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX license_effect_base ON license_effect (publisher_id, base_id, effect_id);

CREATE INDEX license_effect_by ON license_effect (publisher_id, effect_id);

ALTER TABLE license_effect ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON license_effect FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- How many such rows a license has, so that one without any costs no look, and how
-- much of its quantity they have added.
ALTER TABLE license ADD COLUMN added {int} NOT NULL DEFAULT 0 CHECK (added >= 0);
ALTER TABLE license ADD COLUMN effects {int} NOT NULL DEFAULT 0 CHECK (effects >= 0);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('license_effect', 'license_effect', '100000 10000 1'), -- +sqlite
  ('license_effect', 'license_effect_base', '100000 10000 2 1'), -- +sqlite
  ('license_effect', 'license_effect_by', '100000 10000 2'); -- +sqlite

-- +goose Down
ALTER TABLE license DROP COLUMN effects;
ALTER TABLE license DROP COLUMN added;
DROP TABLE license_effect;
