-- +goose Up

-- As in 0005: what SQLite's planner is to believe about these tables from the
-- first row on. Without it the open lines of one order are searched among all
-- lines of the publisher.
DELETE FROM sqlite_stat1 WHERE tbl IN ('orders', 'order_line', 'api_key', 'membership'); -- +sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- +sqlite
  ('orders', 'orders', '1000000 100000 1'), -- +sqlite
  ('orders', 'orders_number', '1000000 100000 10000 1'), -- +sqlite
  ('orders', 'orders_buyer', '1000000 100000 10 1'), -- +sqlite
  ('orders', 'orders_open', '100 10 5 1'), -- +sqlite
  ('order_line', 'order_line', '1000000 100000 1'), -- +sqlite
  ('order_line', 'order_line_no', '1000000 100000 100 1'), -- +sqlite
  ('order_line', 'order_line_open', '100000 10000 20 1'), -- +sqlite
  ('api_key', 'api_key', '10000 1000 1'), -- +sqlite
  ('api_key', 'api_key_org', '10000 1000 2 1'), -- +sqlite
  ('api_key', 'api_key_parent', '1000 100 2'), -- +sqlite
  ('membership', 'membership', '10000 1000 1'), -- +sqlite
  ('membership', 'membership_place', '10000 1000 2 1'), -- +sqlite
  ('membership', 'membership_person', '10000 1000 2'), -- +sqlite
  ('membership', 'membership_role', '10000 1000 100'); -- +sqlite

-- +goose Down
DELETE FROM sqlite_stat1 WHERE tbl IN ('orders', 'order_line', 'api_key', 'membership'); -- +sqlite
