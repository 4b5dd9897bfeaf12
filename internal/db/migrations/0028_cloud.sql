-- +goose Up

-- Containers that belong to an account of an organization and not to a machine. The
-- account is a person (a pseudonym) or a service by its name. Its keys
-- are made from a secret, which is derived from seed_id and a key of the server.
CREATE TABLE cloud_container (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  org_id        {uuid} NOT NULL,
  seed_id       {uuid} NOT NULL,
  person_id     {uuid},
  service       {text} NOT NULL,
  created_at    {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX cloud_container_org ON cloud_container (publisher_id, org_id, id);

ALTER TABLE cloud_container ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON cloud_container FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('cloud_container', 'cloud_container', '100000 10000 1'), -- +sqlite
  ('cloud_container', 'cloud_container_org', '100000 10000 10 1'); -- +sqlite

-- +goose Down
DROP TABLE cloud_container;
