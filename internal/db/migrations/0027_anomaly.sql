-- +goose Up

-- What happened more often than honest use does, one row per kind and thing: the id
-- is a hash over both. A row that was quiet for a month begins anew. org_id is whose
-- it is, NULL for the publisher as a whole; told_at is when a webhook last heard of it.
CREATE TABLE anomaly (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  kind          {text} NOT NULL,
  entity        {text} NOT NULL,
  entity_id     {uuid} NOT NULL,
  org_id        {uuid},
  times         {int} NOT NULL CHECK (times > 0),
  first_at      {ts} NOT NULL,
  last_at       {ts} NOT NULL,
  told_at       {ts},
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX anomaly_last ON anomaly (publisher_id, last_at, id);

ALTER TABLE anomaly ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON anomaly FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('anomaly', 'anomaly', '100000 10000 1'), -- +sqlite
  ('anomaly', 'anomaly_last', '100000 10000 2 1'); -- +sqlite

-- +goose Down
DROP TABLE anomaly;
