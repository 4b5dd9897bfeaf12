-- +goose Up

-- Why somebody of the publisher or a reseller did something to what belongs to
-- another organization. The journal has the reason's code and a hash over salt and
-- note; the note itself is only here, sealed, and can be erased: with it goes the
-- salt, after which the hash says nothing any more.
CREATE TABLE support_act (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  holder_id     {uuid} NOT NULL,
  entity        {text} NOT NULL,
  entity_id     {uuid} NOT NULL,
  verb          {text} NOT NULL,
  actor         {text} NOT NULL,
  reason        {text} NOT NULL,
  salt          {bytes},
  note          {bytes},
  at            {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK ((salt IS NULL) = (note IS NULL))
) {strict_rowless};

CREATE INDEX support_act_holder ON support_act (publisher_id, holder_id, id);

ALTER TABLE support_act ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON support_act FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('support_act', 'support_act', '100000 10000 1'), -- +sqlite
  ('support_act', 'support_act_holder', '100000 10000 20 1'); -- +sqlite

-- +goose Down
DROP TABLE support_act;
