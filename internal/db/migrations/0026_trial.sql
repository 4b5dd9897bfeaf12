-- +goose Up

-- Visitors who want to try something and have not confirmed their mail address, or
-- did so within a day. The id is the first 128 bits of the keyed hash of the code in
-- the mail; visitor, of article and address together. Neither is anywhere else.
CREATE TABLE trial_request (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  visitor       {uuid} NOT NULL,
  article_id    {uuid} NOT NULL,
  number        {text} NOT NULL,
  created_at    {ts} NOT NULL,
  expires_at    {ts} NOT NULL,
  confirmed_at  {ts},
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX trial_request_expires ON trial_request (publisher_id, expires_at);

ALTER TABLE trial_request ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON trial_request FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- Which address has taken which trial: the id is the visitor of its requests. The
-- primary key is what gives an address one ticket.
CREATE TABLE trial_taken (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  article_id    {uuid} NOT NULL,
  ticket_id     {uuid},
  taken_at      {ts} NOT NULL,
  forget_at     {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX trial_taken_forget ON trial_taken (publisher_id, forget_at);

ALTER TABLE trial_taken ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON trial_taken FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('trial_request', 'trial_request', '100000 10000 1'), -- +sqlite
  ('trial_request', 'trial_request_expires', '100000 10000 2'), -- +sqlite
  ('trial_taken', 'trial_taken', '1000000 100000 1'), -- +sqlite
  ('trial_taken', 'trial_taken_forget', '1000000 100000 2'); -- +sqlite

-- +goose Down
DROP TABLE trial_taken;
DROP TABLE trial_request;
