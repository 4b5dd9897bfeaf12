-- +goose Up

-- Places of a floating license that are kept for a holder: its key is a hash over a
-- label, a machine or a person, as the leases of that holder have it. The id is a hash
-- over license and key. Without seats it keeps nothing any more.
CREATE TABLE lease_reservation (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  license_id    {uuid} NOT NULL,
  holder        {uuid} NOT NULL,
  kind          {text} NOT NULL CHECK (kind IN ('label', 'machine', 'person', 'holder')),
  label         {text} NOT NULL,
  seats         {int} NOT NULL CHECK (seats >= 0),
  made_at       {ts} NOT NULL,
  rev           {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX lease_reservation_license ON lease_reservation (publisher_id, license_id) WHERE seats > 0;

ALTER TABLE lease_reservation ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON lease_reservation FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- Which reservation a lease fills. Renewals do not change it.
ALTER TABLE floating_lease ADD COLUMN reservation_id {uuid};

CREATE INDEX lease_reserved ON floating_lease (publisher_id, license_id, reservation_id) WHERE reservation_id IS NOT NULL;

-- Who waits for places of a floating license, in the order of seq. The id is that of
-- the lease that is waited for. keys are the holders whose reservations it may fill;
-- seats is what an offer holds for it. Nobody waits, and no offer stands, after due_at.
CREATE TABLE lease_waiter (
  publisher_id    {uuid} NOT NULL,
  id              {uuid} NOT NULL,
  license_id      {uuid} NOT NULL,
  container_id    {uuid} NOT NULL,
  holder          {uuid} NOT NULL,
  keys            {bytes} NOT NULL,
  quantity        {int} NOT NULL CHECK (quantity > 0),
  seq             {int} NOT NULL CHECK (seq > 0),
  state           {text} NOT NULL CHECK (state IN ('waiting', 'offered')),
  seats           {int} NOT NULL CHECK (seats >= 0 AND seats <= quantity),
  reservation_id  {uuid},
  label           {text} NOT NULL,
  asked_at        {ts} NOT NULL,
  due_at          {ts} NOT NULL,
  rev             {int} NOT NULL DEFAULT 1,
  PRIMARY KEY (publisher_id, id),
  CHECK (state = 'offered' OR seats = 0)
) {strict_rowless};

CREATE UNIQUE INDEX lease_waiter_line ON lease_waiter (publisher_id, license_id, seq);

CREATE INDEX lease_waiter_due ON lease_waiter (publisher_id, due_at);

ALTER TABLE lease_waiter ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON lease_waiter FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('lease_reservation', 'lease_reservation', '100000 10000 1'), -- +sqlite
  ('lease_reservation', 'lease_reservation_license', '10000 1000 10'), -- +sqlite
  ('floating_lease', 'lease_reserved', '100000 10000 100 10'), -- +sqlite
  ('lease_waiter', 'lease_waiter', '100000 10000 1'), -- +sqlite
  ('lease_waiter', 'lease_waiter_line', '100000 10000 100 1'), -- +sqlite
  ('lease_waiter', 'lease_waiter_due', '100000 10000 2'); -- +sqlite

-- +goose Down
DROP TABLE lease_waiter;
DROP INDEX lease_reserved;
ALTER TABLE floating_lease DROP COLUMN reservation_id;
DROP TABLE lease_reservation;
