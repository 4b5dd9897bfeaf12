-- +goose Up

-- A place of a floating license that is used offline until lent_until: an activation
-- in the state lent, which is live.
ALTER TABLE activation ADD COLUMN lent_until {ts};

ALTER TABLE activation DROP CONSTRAINT activation_check2; -- +postgres
ALTER TABLE activation ADD CONSTRAINT activation_check2 CHECK ((slot = 0) = (state IN ('requested', 'delivered', 'confirmed', 'return_requested', 'recall_pending', 'lent'))); -- +postgres

-- SQLite changes no constraint of a table, so the table is made anew. -- +sqlite
CREATE TABLE activation_anew ( -- +sqlite
  publisher_id  {uuid} NOT NULL, -- +sqlite
  id            {uuid} NOT NULL, -- +sqlite
  license_id    {uuid} NOT NULL, -- +sqlite
  container_id  {uuid} NOT NULL, -- +sqlite
  gen           {int} NOT NULL CHECK (gen > 0), -- +sqlite
  slot          {int} NOT NULL CHECK (slot = 0 OR slot = gen), -- +sqlite
  quantity      {int} NOT NULL CHECK (quantity > 0), -- +sqlite
  shrink        {int} NOT NULL DEFAULT 0, -- +sqlite
  state         {text} NOT NULL, -- +sqlite
  counted       {bool} NOT NULL DEFAULT {false}, -- +sqlite
  version       {int} NOT NULL, -- +sqlite
  told          {int} NOT NULL DEFAULT 0, -- +sqlite
  why           {text} NOT NULL DEFAULT '', -- +sqlite
  started_at    {ts} NOT NULL, -- +sqlite
  ended_at      {ts}, -- +sqlite
  elapses_at    {ts}, -- +sqlite
  rev           {int} NOT NULL DEFAULT 1, -- +sqlite
  spent         {int} NOT NULL DEFAULT 0 CHECK (spent >= 0), -- +sqlite
  lent_until    {ts}, -- +sqlite
  PRIMARY KEY (publisher_id, id), -- +sqlite
  CHECK (shrink >= 0 AND shrink <= quantity), -- +sqlite
  CHECK ((slot = 0) = (state IN ('requested', 'delivered', 'confirmed', 'return_requested', 'recall_pending', 'lent'))) -- +sqlite
) {strict_rowless}; -- +sqlite
INSERT INTO activation_anew SELECT publisher_id, id, license_id, container_id, gen, slot, quantity, shrink, state, counted, version, told, why, started_at, ended_at, elapses_at, rev, spent, lent_until FROM activation; -- +sqlite
DROP TABLE activation; -- +sqlite
ALTER TABLE activation_anew RENAME TO activation; -- +sqlite
CREATE UNIQUE INDEX activation_slot ON activation (publisher_id, license_id, container_id, slot); -- +sqlite
CREATE INDEX activation_container ON activation (publisher_id, container_id) WHERE slot = 0; -- +sqlite
CREATE INDEX activation_elapses ON activation (publisher_id, elapses_at) WHERE slot = 0 AND elapses_at IS NOT NULL; -- +sqlite

CREATE INDEX activation_lent ON activation (publisher_id, license_id) WHERE slot = 0 AND lent_until IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('activation', 'activation', '1000000 100000 1'), -- +sqlite
  ('activation', 'activation_slot', '1000000 100000 2 1 1'), -- +sqlite
  ('activation', 'activation_container', '1000000 100000 2'), -- +sqlite
  ('activation', 'activation_elapses', '100000 10000 2'), -- +sqlite
  ('activation', 'activation_lent', '10000 1000 20'); -- +sqlite

-- +goose Down
DROP INDEX activation_lent;
ALTER TABLE activation DROP COLUMN lent_until;
