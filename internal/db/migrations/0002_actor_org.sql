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
CREATE UNIQUE INDEX journal_seq ON journal (publisher_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX journal_open ON journal (publisher_id, id) WHERE seq IS NULL;

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

CREATE TABLE publisher (
  id {uuid} NOT NULL PRIMARY KEY,
  slug {text} NOT NULL UNIQUE,
  name {text} NOT NULL,
  time_zone {text} NOT NULL,
  language {text} NOT NULL,
  currency {text} NOT NULL,
  data_level {text} NOT NULL CHECK (data_level IN ('number', 'contact', 'address')),
  salt {bytes} NOT NULL,
  tree_version {int} NOT NULL,
  created_at {ts} NOT NULL,
  rev {int} NOT NULL
) {strict_rowless};

CREATE TABLE organization (
  publisher_id {uuid} NOT NULL REFERENCES publisher (id),
  id {uuid} NOT NULL,
  parent_id {uuid},
  kind {text} NOT NULL CHECK (kind IN ('publisher', 'reseller', 'customer', 'unit')),
  number {text} NOT NULL,
  name {text} NOT NULL,
  folded {text} NOT NULL,
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

-- +goose Down
DROP TABLE organization;
DROP TABLE publisher;
DROP TABLE lease;
DROP TABLE idempotency;
DROP TABLE journal_head;
DROP TABLE journal;
