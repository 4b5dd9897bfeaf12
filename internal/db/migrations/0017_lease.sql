-- +goose Up

-- Uses of floating licenses. The id is a hash over container and nonce. A renewal
-- changes renewed_at, ends_at and rev, which no index knows; due_at is when to look
-- at the row again, never later than its end. seats is what it holds of its
-- license: 0 when another lease of the same holder does, or when it has ended. An
-- ended one stays for an hour, so that a late copy of its request finds it.
CREATE TABLE floating_lease (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  container_id  {uuid} NOT NULL,
  holder        {uuid} NOT NULL,
  fence         {int} NOT NULL CHECK (fence > 0),
  quantity      {int} NOT NULL CHECK (quantity > 0),
  seats         {int} NOT NULL CHECK (seats >= 0 AND seats <= quantity),
  state         {text} NOT NULL CHECK (state IN ('live', 'lingering', 'ended')),
  label         {text} NOT NULL,
  prints        {bytes} NOT NULL,
  app_version   {text} NOT NULL,
  granted_at    {ts} NOT NULL,
  renewed_at    {ts} NOT NULL,
  ends_at       {ts} NOT NULL,
  due_at        {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK (state <> 'ended' OR seats = 0)
) {strict_rowless};

CREATE INDEX lease_due ON floating_lease (publisher_id, due_at);

CREATE INDEX lease_license ON floating_lease (publisher_id, license_id, due_at);

CREATE INDEX lease_holder ON floating_lease (publisher_id, license_id, holder, id);

ALTER TABLE floating_lease SET (fillfactor = 80); -- +postgres

ALTER TABLE floating_lease ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON floating_lease FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- Which container has shown a code of which floating license: it may name the
-- license from then on. The id is a hash over both.
CREATE TABLE lease_right (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  container_id  {uuid} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX lease_right_container ON lease_right (publisher_id, container_id);

ALTER TABLE lease_right ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON lease_right FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('floating_lease', 'floating_lease', '1000000 100000 1'), -- +sqlite
  ('floating_lease', 'lease_due', '1000000 100000 2'), -- +sqlite
  ('floating_lease', 'lease_license', '1000000 100000 100 2'), -- +sqlite
  ('floating_lease', 'lease_holder', '1000000 100000 100 2 1'), -- +sqlite
  ('lease_right', 'lease_right', '1000000 100000 1'), -- +sqlite
  ('lease_right', 'lease_right_container', '1000000 100000 2'); -- +sqlite

-- +goose Down
DROP TABLE lease_right;
DROP TABLE floating_lease;
