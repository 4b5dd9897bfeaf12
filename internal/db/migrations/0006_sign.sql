-- +goose Up

-- One row, counted up by every transaction that changes a key: nodes compare it
-- with what they hold in memory.
CREATE TABLE key_change (
  id       {int} NOT NULL PRIMARY KEY CHECK (id = 1),
  version  {int} NOT NULL
) {strict};

INSERT INTO key_change (id, version) VALUES (1, 1);

-- Installation-level, as the look-up tables are: secrets that key the hashes of
-- codes ('lookup') and of personal data ('blind'), sealed to the identity file.
CREATE TABLE pepper (
  id           {int} NOT NULL PRIMARY KEY,
  purpose      {text} NOT NULL CHECK (purpose IN ('lookup', 'blind')),
  sealed       {bytes} NOT NULL,
  active_from  {ts} NOT NULL,
  created_at   {ts} NOT NULL
) {strict};

-- The keys under which a publisher's rows are sealed; the highest id seals.
CREATE TABLE data_key (
  publisher_id  {uuid} NOT NULL,
  id            {int} NOT NULL,
  sealed        {bytes} NOT NULL,
  created_at    {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

-- Issuing keys and depot keys. `sealed` is gone once a key is revoked;
-- `announce` marks a certificate that replaces one already in the field.
CREATE TABLE signing_key (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  purpose       {text} NOT NULL CHECK (purpose IN ('issue', 'depot')),
  kid           {text} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('requested', 'active', 'retired', 'revoked')),
  public        {bytes} NOT NULL,
  sealed        {bytes},
  cert          {text},
  root_kid      {text},
  announce      {bool} NOT NULL,
  not_before    {ts},
  not_after     {ts},
  created_at    {ts} NOT NULL,
  changed_at    {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  CHECK (state = 'revoked' OR sealed IS NOT NULL),
  CHECK (state <> 'active' OR cert IS NOT NULL)
) {strict};

CREATE UNIQUE INDEX signing_key_kid ON signing_key (publisher_id, kid);

CREATE UNIQUE INDEX signing_key_active ON signing_key (publisher_id, purpose) WHERE state = 'active';

-- Public halves of the root keys; the private ones are never here.
CREATE TABLE trust_root (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  kid           {text} NOT NULL,
  public        {bytes} NOT NULL,
  rank          {text} NOT NULL CHECK (rank IN ('active', 'standby', 'announced', 'former')),
  state         {text} NOT NULL CHECK (state IN ('trusted', 'revoked')),
  created_at    {ts} NOT NULL,
  changed_at    {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

CREATE UNIQUE INDEX trust_root_kid ON trust_root (publisher_id, kid);

CREATE UNIQUE INDEX trust_root_pinned ON trust_root (publisher_id, rank)
  WHERE state = 'trusted' AND rank IN ('active', 'standby');

-- Root-signed lines that products in the field must learn: revocations (rvk)
-- in parts, and announcements of new roots (rot).
CREATE TABLE trust_line (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  typ           {text} NOT NULL CHECK (typ IN ('rvk', 'rot')),
  subject       {text} NOT NULL,
  part          {int} NOT NULL,
  token         {text} NOT NULL,
  created_at    {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

CREATE UNIQUE INDEX trust_line_subject ON trust_line (publisher_id, typ, subject, part);

-- +goose Down
DROP TABLE trust_line;
DROP TABLE trust_root;
DROP TABLE signing_key;
DROP TABLE data_key;
DROP TABLE pepper;
DROP TABLE key_change;
