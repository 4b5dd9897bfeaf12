-- +goose Up

-- A third purpose of keys: answers and files for programs with Keygen's client
-- libraries. Such a key has no certificate, for those programs know no roots.
CREATE TABLE signing_key_next ( -- +sqlite
  publisher_id  {uuid} NOT NULL, -- +sqlite
  id            {uuid} NOT NULL, -- +sqlite
  purpose       {text} NOT NULL CHECK (purpose IN ('issue', 'depot', 'keygen')), -- +sqlite
  kid           {text} NOT NULL, -- +sqlite
  state         {text} NOT NULL CHECK (state IN ('requested', 'active', 'retired', 'revoked')), -- +sqlite
  public        {bytes} NOT NULL, -- +sqlite
  sealed        {bytes}, -- +sqlite
  cert          {text}, -- +sqlite
  root_kid      {text}, -- +sqlite
  announce      {bool} NOT NULL, -- +sqlite
  not_before    {ts}, -- +sqlite
  not_after     {ts}, -- +sqlite
  created_at    {ts} NOT NULL, -- +sqlite
  changed_at    {ts} NOT NULL, -- +sqlite
  PRIMARY KEY (publisher_id, id), -- +sqlite
  CHECK (state = 'revoked' OR sealed IS NOT NULL), -- +sqlite
  CHECK (state <> 'active' OR cert IS NOT NULL OR purpose = 'keygen') -- +sqlite
) {strict}; -- +sqlite
INSERT INTO signing_key_next SELECT publisher_id, id, purpose, kid, state, public, sealed, cert, root_kid, announce, -- +sqlite
  not_before, not_after, created_at, changed_at FROM signing_key; -- +sqlite
DROP TABLE signing_key; -- +sqlite
ALTER TABLE signing_key_next RENAME TO signing_key; -- +sqlite
CREATE UNIQUE INDEX signing_key_kid ON signing_key (publisher_id, kid); -- +sqlite
CREATE UNIQUE INDEX signing_key_active ON signing_key (publisher_id, purpose) WHERE state = 'active'; -- +sqlite

ALTER TABLE signing_key DROP CONSTRAINT signing_key_purpose_check; -- +postgres
ALTER TABLE signing_key ADD CONSTRAINT signing_key_purpose_check CHECK (purpose IN ('issue', 'depot', 'keygen')); -- +postgres
ALTER TABLE signing_key DROP CONSTRAINT signing_key_check1; -- +postgres
ALTER TABLE signing_key ADD CONSTRAINT signing_key_check1 CHECK (state <> 'active' OR cert IS NOT NULL OR purpose = 'keygen'); -- +postgres

-- +goose Down
DELETE FROM signing_key WHERE purpose = 'keygen';
