-- +goose Up

-- Published versions of products: what update notices are about.
CREATE TABLE release (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  product_id    {uuid} NOT NULL,
  version       {text} NOT NULL,
  version_key   {text} NOT NULL, -- +sqlite
  version_key   {text} COLLATE "C" NOT NULL, -- +postgres
  day           {day} NOT NULL,
  notes_de      {text} NOT NULL,
  notes_en      {text} NOT NULL,
  link          {text} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, product_id) REFERENCES product (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX release_version ON release (publisher_id, product_id, version_key);

CREATE INDEX release_day ON release (publisher_id, product_id, day, version_key);

ALTER TABLE release ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON release FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- What the administrator of an organization has chosen for the machines below it:
-- 'on' or 'off'. No row means that the organization above it decides; none at all
-- means off.
CREATE TABLE usage_choice (
  publisher_id  {uuid} NOT NULL,
  org_id        {uuid} NOT NULL,
  updates       {text} NOT NULL CHECK (updates IN ('', 'on', 'off')),
  usage         {text} NOT NULL CHECK (usage IN ('', 'on', 'off')),
  at            {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, org_id)
) {strict_rowless};

ALTER TABLE usage_choice ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON usage_choice FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- How often a container has used a feature on a day; the empty feature is a start
-- of the program. It names no person and no machine: source is a hash over the
-- container and the month, so that months cannot be joined. A later report of the
-- same day takes the place of the earlier one where it is greater.
CREATE TABLE usage_day (
  publisher_id  {uuid} NOT NULL,
  org_id        {uuid} NOT NULL,
  product       {text} NOT NULL,
  day           {day} NOT NULL,
  source        {uuid} NOT NULL,
  feature       {text} NOT NULL,
  version       {text} NOT NULL,
  platform      {text} NOT NULL,
  uses          {int} NOT NULL CHECK (uses > 0),
  PRIMARY KEY (publisher_id, product, day, org_id, source, feature, version, platform)
) {strict_rowless};

CREATE INDEX usage_day_old ON usage_day (publisher_id, day);

ALTER TABLE usage_day ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON usage_day FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('release', 'release', '10000 1000 1'), -- +sqlite
  ('release', 'release_version', '10000 1000 100 1'), -- +sqlite
  ('release', 'release_day', '10000 1000 100 2 1'), -- +sqlite
  ('usage_choice', 'usage_choice', '10000 1000 1'), -- +sqlite
  ('usage_day', 'usage_day', '1000000 100000 50000 500 50 10 2 1 1'), -- +sqlite
  ('usage_day', 'usage_day_old', '1000000 100000 2000'); -- +sqlite

-- +goose Down
DROP TABLE usage_day;
DROP TABLE usage_choice;
DROP TABLE release;
