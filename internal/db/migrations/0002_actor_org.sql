-- +goose Up
CREATE TABLE journal (
  publisher_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  entity {text} NOT NULL,
  entity_id {uuid} NOT NULL,
  event {text} NOT NULL,
  actor {text} NOT NULL,
  on_behalf {uuid},
  at {ts} NOT NULL,
  data {text} NOT NULL,
  seq {int} CHECK (seq > 0),
  hash {bytes} NOT NULL,
  prev {bytes} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};
-- Serves the feeds (seq > ?), the sealer (seq IS NULL), and is the last wall
-- against a fork.
CREATE UNIQUE INDEX journal_seq ON journal (publisher_id, seq);

CREATE TABLE journal_head (
  publisher_id {uuid} NOT NULL PRIMARY KEY,
  seq {int} NOT NULL,
  hash {bytes} NOT NULL
) {strict_rowless};

CREATE TABLE idempotency (
  publisher_id {uuid} NOT NULL,
  caller {text} NOT NULL,
  route {text} NOT NULL,
  key_hash {bytes} NOT NULL,
  body_hash {bytes} NOT NULL,
  result_id {uuid},
  at {ts} NOT NULL,
  PRIMARY KEY (publisher_id, caller, route, key_hash)
) {strict_rowless};

CREATE TABLE lease (
  name {text} NOT NULL PRIMARY KEY,
  holder {text} NOT NULL,
  fence {int} NOT NULL,
  until {ts} NOT NULL
) {strict_rowless};

CREATE TABLE tree (
  publisher_id {uuid} NOT NULL PRIMARY KEY,
  version {int} NOT NULL
) {strict_rowless};

CREATE TABLE publisher (
  id {uuid} NOT NULL PRIMARY KEY,
  slug {text} NOT NULL UNIQUE,
  name {text} NOT NULL,
  time_zone {text} NOT NULL,
  language {text} NOT NULL,
  currency {text} NOT NULL,
  data_level {text} NOT NULL CHECK (data_level IN ('number', 'contact', 'address')),
  salt {bytes} NOT NULL,
  created_at {ts} NOT NULL,
  rev {int} NOT NULL
) {strict_rowless};

CREATE TABLE organization (
  publisher_id {uuid} NOT NULL REFERENCES publisher (id),
  id {uuid} NOT NULL,
  parent_id {uuid},
  kind {text} NOT NULL CHECK (kind IN ('publisher', 'reseller', 'customer', 'unit')),
  number TEXT NOT NULL, -- +sqlite
  number text COLLATE "C" NOT NULL, -- +postgres
  name {text} NOT NULL,
  folded TEXT NOT NULL, -- +sqlite
  folded text COLLATE "C" NOT NULL, -- +postgres
  price_class {text} NOT NULL,
  billing {text} NOT NULL,
  ceiling {text},
  state {text} NOT NULL CHECK (state IN ('open', 'closed')),
  placed {int} NOT NULL,
  created_at {ts} NOT NULL,
  rev {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, parent_id) REFERENCES organization (publisher_id, id),
  CHECK ((kind = 'publisher') = (parent_id IS NULL)),
  CHECK (parent_id <> id)
) {strict_rowless};
CREATE UNIQUE INDEX organization_number ON organization (publisher_id, number);
CREATE UNIQUE INDEX organization_root ON organization (publisher_id) WHERE parent_id IS NULL;
CREATE INDEX organization_parent ON organization (publisher_id, parent_id, id);
CREATE INDEX organization_placed ON organization (publisher_id, placed, id);
CREATE INDEX organization_folded ON organization (publisher_id, folded, id);

CREATE TABLE role (
  publisher_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  org_id {uuid} NOT NULL,
  key {text} NOT NULL,
  name_en {text} NOT NULL,
  name_de {text} NOT NULL,
  permissions {json} NOT NULL,
  created_at {ts} NOT NULL,
  rev {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, org_id) REFERENCES organization (publisher_id, id)
) {strict_rowless};
CREATE UNIQUE INDEX role_key ON role (publisher_id, key);

CREATE TABLE person (
  id {uuid} NOT NULL PRIMARY KEY,
  email_index {bytes} UNIQUE,
  sealed {bytes},
  state {text} NOT NULL CHECK (state IN ('active', 'erased')),
  created_at {ts} NOT NULL,
  erased_at {ts},
  CHECK ((state = 'erased') = (sealed IS NULL)),
  CHECK ((state = 'erased') = (email_index IS NULL))
) {strict_rowless};

CREATE TABLE person_key (
  person_id {uuid} NOT NULL PRIMARY KEY REFERENCES person (id),
  sealed {bytes} NOT NULL
) {strict_rowless};

CREATE TABLE person_publisher (
  person_id {uuid} NOT NULL REFERENCES person (id),
  publisher_id {uuid} NOT NULL REFERENCES publisher (id),
  PRIMARY KEY (person_id, publisher_id)
) {strict_rowless};

CREATE TABLE membership (
  publisher_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  org_id {uuid} NOT NULL,
  person_id {uuid} NOT NULL REFERENCES person (id),
  role {text} NOT NULL,
  sealed {bytes} NOT NULL,
  created_at {ts} NOT NULL,
  rev {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, org_id) REFERENCES organization (publisher_id, id)
) {strict_rowless};
CREATE UNIQUE INDEX membership_place ON membership (publisher_id, org_id, person_id);
CREATE INDEX membership_person ON membership (publisher_id, person_id);
CREATE INDEX membership_role ON membership (publisher_id, role);

CREATE TABLE api_key (
  publisher_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  org_id {uuid} NOT NULL,
  name {text} NOT NULL,
  hint {text} NOT NULL,
  permissions {json} NOT NULL,
  made_by {text} NOT NULL,
  parent_key {uuid},
  lookup {bytes} NOT NULL,
  created_at {ts} NOT NULL,
  expires_at {ts},
  revoked_at {ts},
  rev {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, org_id) REFERENCES organization (publisher_id, id)
) {strict_rowless};
CREATE INDEX api_key_org ON api_key (publisher_id, org_id, id);
CREATE INDEX api_key_parent ON api_key (publisher_id, parent_key) WHERE parent_key IS NOT NULL;

CREATE TABLE token_lookup (
  lookup {bytes} NOT NULL PRIMARY KEY,
  publisher_id {uuid} NOT NULL,
  id {uuid} NOT NULL
) {strict_rowless};

-- +goose Down
DROP TABLE token_lookup;
DROP TABLE api_key;
DROP TABLE membership;
DROP TABLE person_publisher;
DROP TABLE person_key;
DROP TABLE person;
DROP TABLE role;
DROP TABLE organization;
DROP TABLE publisher;
DROP TABLE tree;
DROP TABLE lease;
DROP TABLE idempotency;
DROP TABLE journal_head;
DROP TABLE journal;
