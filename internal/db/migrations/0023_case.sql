-- +goose Up

-- A human has looked at what this container holds and lets it be mended, instead of
-- taking it for a copy once more, until it holds what it should.
ALTER TABLE container ADD COLUMN pardon {bool} NOT NULL DEFAULT {false};

-- What was found about a container, for a human to decide, once. At most one case of
-- a container is open. holders are the organizations that held something in it when
-- the case was opened, 16 bytes each.
CREATE TABLE container_case (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  container_id  {uuid} NOT NULL,
  holders       {bytes},
  reason        {text} NOT NULL,
  findings      {int} NOT NULL CHECK (findings > 0),
  state         {text} NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided')),
  decision      {text} NOT NULL DEFAULT '' CHECK (decision IN ('', 'accept', 'replace', 'evict', 'block')),
  why           {text} NOT NULL DEFAULT '',
  decided_by    {text} NOT NULL DEFAULT '',
  opened_at     {ts} NOT NULL,
  found_at      {ts} NOT NULL,
  decided_at    {ts},
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK ((state = 'decided') = (decision <> ''))
) {strict_rowless};

CREATE UNIQUE INDEX container_case_open ON container_case (publisher_id, container_id) WHERE state = 'open';

CREATE INDEX container_case_container ON container_case (publisher_id, container_id, id);

ALTER TABLE container_case ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON container_case FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- The evidence, row by row; rows are never changed. marks are the keyed fingerprint
-- that came, where it was another machine's.
CREATE TABLE case_finding (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  case_id       {uuid} NOT NULL,
  reason        {text} NOT NULL,
  evidence      {json} NOT NULL,
  marks         {bytes},
  at            {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

CREATE INDEX case_finding_case ON case_finding (publisher_id, case_id, id);

ALTER TABLE case_finding ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON case_finding FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('container_case', 'container_case', '100000 10000 1'), -- +sqlite
  ('container_case', 'container_case_open', '1000 100 1'), -- +sqlite
  ('container_case', 'container_case_container', '100000 10000 2 1'), -- +sqlite
  ('case_finding', 'sqlite_autoindex_case_finding_1', '100000 10000 1'), -- +sqlite
  ('case_finding', 'case_finding_case', '100000 10000 5 1'); -- +sqlite

-- +goose Down
DROP TABLE case_finding;
DROP TABLE container_case;
ALTER TABLE container DROP COLUMN pardon;
