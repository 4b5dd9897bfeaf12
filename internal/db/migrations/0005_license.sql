-- +goose Up

-- No foreign keys in this file: every row here is written from rows that the
-- same transaction has read or locked, nothing is ever deleted, and a check per
-- row would cost the bulk and activation paths more than the row itself.

-- What was sold, frozen at issue and shared by the tickets of one issue. Rows
-- never change.
CREATE TABLE license_snapshot (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  line_id       {uuid},
  terms         {json} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

CREATE INDEX license_snapshot_line ON license_snapshot (publisher_id, line_id) WHERE line_id IS NOT NULL;

CREATE TABLE ticket (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  snapshot_id   {uuid} NOT NULL,
  holder_id     {uuid} NOT NULL,
  hint          {text} NOT NULL,
  sealed        {bytes},
  state         {text} NOT NULL DEFAULT 'issued'
    CHECK (state IN ('issued', 'blocked', 'reversed', 'expired', 'merged')),
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX ticket_holder ON ticket (publisher_id, holder_id, id);

CREATE INDEX ticket_snapshot ON ticket (publisher_id, snapshot_id, id);

CREATE TABLE license (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  ticket_id     {uuid} NOT NULL,
  snapshot_id   {uuid} NOT NULL,
  quantity      {int} NOT NULL,
  overdraft     {int} NOT NULL DEFAULT 0,
  used          {int} NOT NULL DEFAULT 0,
  owed          {int} NOT NULL DEFAULT 0,
  taken         {int} NOT NULL DEFAULT 0,
  version       {int} NOT NULL DEFAULT 1,
  first_at      {ts},
  until         {day},
  key_hint      {text},
  key_sealed    {bytes},
  state         {text} NOT NULL DEFAULT 'available'
    CHECK (state IN ('available', 'blocked', 'recall_pending', 'recalled', 'replaced')),
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK (used >= 0 AND used <= quantity + overdraft),
  CHECK (owed >= 0 AND owed <= quantity)
) {strict_rowless};

CREATE INDEX license_ticket ON license (publisher_id, ticket_id);

ALTER TABLE license SET (fillfactor = 90); -- +postgres

-- Installation-level: whose code is this? The first 128 bits of the keyed hash of
-- a ticket code or license key, and the pepper that keys it. This is the largest
-- randomly ordered index of the product, so it is kept narrow.
CREATE TABLE code_lookup (
  lookup        {uuid} NOT NULL PRIMARY KEY,
  publisher_id  {uuid} NOT NULL,
  kind          {text} NOT NULL CHECK (kind IN ('ticket', 'key')),
  id            {uuid} NOT NULL,
  pepper        {int} NOT NULL
) {strict_rowless};

-- The id is the first half of the container key hash, so that the same key is
-- the same row without a second index.
CREATE TABLE container (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  kind          {text} NOT NULL CHECK (kind IN ('soft', 'hardware', 'cloud')),
  sign_key      {text} NOT NULL,
  encrypt_key   {text} NOT NULL,
  state         {text} NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspect', 'blocked')),
  reason        {text} NOT NULL DEFAULT '',
  first_ctr     {int} NOT NULL,
  ctr           {int} NOT NULL,
  seq           {int} NOT NULL,
  marks         {bytes} NOT NULL,
  virtual       {bool} NOT NULL,
  app_version   {text} NOT NULL,
  app_os        {text} NOT NULL,
  app_arch      {text} NOT NULL,
  first_at      {ts} NOT NULL,
  seen_at       {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX container_trouble ON container (publisher_id, id) WHERE state <> 'active';

ALTER TABLE container SET (fillfactor = 85); -- +postgres

-- slot is 0 while the activation is live and its generation afterwards: one
-- unique index holds "one live activation per license and container" and "every
-- generation once".
CREATE TABLE activation (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  container_id  {uuid} NOT NULL,
  gen           {int} NOT NULL CHECK (gen > 0),
  slot          {int} NOT NULL CHECK (slot = 0 OR slot = gen),
  quantity      {int} NOT NULL CHECK (quantity > 0),
  shrink        {int} NOT NULL DEFAULT 0,
  state         {text} NOT NULL,
  counted       {bool} NOT NULL DEFAULT {false},
  version       {int} NOT NULL,
  told          {int} NOT NULL DEFAULT 0,
  why           {text} NOT NULL DEFAULT '',
  started_at    {ts} NOT NULL,
  ended_at      {ts},
  elapses_at    {ts},
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK (shrink >= 0 AND shrink <= quantity),
  CHECK ((slot = 0) = (state IN ('requested', 'delivered', 'confirmed', 'return_requested', 'recall_pending')))
) {strict_rowless};

CREATE UNIQUE INDEX activation_slot ON activation (publisher_id, license_id, container_id, slot);

CREATE INDEX activation_container ON activation (publisher_id, container_id) WHERE slot = 0;

CREATE INDEX activation_elapses ON activation (publisher_id, elapses_at) WHERE slot = 0 AND elapses_at IS NOT NULL;

-- One message of a container and the exact bytes of its answer, recorded before
-- they are signed. The id is a hash over type, container and nonce.
CREATE TABLE exchange (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  container_id  {uuid} NOT NULL,
  ctr           {int} NOT NULL,
  hash          {bytes} NOT NULL,
  bundle_id     {uuid},
  answer        {bytes},
  refusal       {text} NOT NULL DEFAULT '',
  at            {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict};

-- The certificate lines that stood before an answer. They change with the keys
-- only, and an answer is repeated byte for byte.
CREATE TABLE exchange_bundle (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  lines         {text} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict};

-- Who has tried what: hashes of (article, device component) and of (article,
-- customer), with the license that was tried.
CREATE TABLE trial_mark (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

-- What SQLite's planner is to believe about these tables from the first row on:
-- they are large, and a publisher's share of them is. Without it a search by the
-- first column of the primary key looks cheaper than the right index.
ANALYZE ticket; -- +sqlite
DELETE FROM sqlite_stat1 WHERE tbl IN ('license_snapshot', 'ticket', 'license', 'container', 'activation', 'code_lookup', 'exchange', 'trial_mark'); -- +sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('license_snapshot', 'sqlite_autoindex_license_snapshot_1', '100000 10000 1'), -- +sqlite
  ('license_snapshot', 'license_snapshot_line', '100000 10000 2'), -- +sqlite
  ('ticket', 'ticket', '1000000 100000 1'), -- +sqlite
  ('ticket', 'ticket_holder', '1000000 100000 20 1'), -- +sqlite
  ('ticket', 'ticket_snapshot', '1000000 100000 10 1'), -- +sqlite
  ('license', 'license', '1000000 100000 1'), -- +sqlite
  ('license', 'license_ticket', '1000000 100000 1'), -- +sqlite
  ('container', 'container', '1000000 100000 1'), -- +sqlite
  ('container', 'container_trouble', '100 10 1'), -- +sqlite
  ('activation', 'activation', '1000000 100000 1'), -- +sqlite
  ('activation', 'activation_slot', '1000000 100000 2 1 1'), -- +sqlite
  ('activation', 'activation_container', '1000000 100000 2'), -- +sqlite
  ('activation', 'activation_elapses', '100000 10000 2'), -- +sqlite
  ('code_lookup', 'code_lookup', '1000000 1'), -- +sqlite
  ('exchange', 'sqlite_autoindex_exchange_1', '1000000 100000 1'), -- +sqlite
  ('trial_mark', 'trial_mark', '1000000 100000 1'); -- +sqlite

-- +goose Down
DROP TABLE trial_mark;
DROP TABLE exchange_bundle;
DROP TABLE exchange;
DROP TABLE activation;
DROP TABLE container;
DROP TABLE code_lookup;
DROP TABLE license;
DROP TABLE ticket;
DROP TABLE license_snapshot;
