-- +goose Up

-- What an act said that left no row to read it from again (a recall, the plan of
-- a catalog file): counts, ids and names of goods as JSON. Never a secret, the
-- request, or anything about a person.
ALTER TABLE idempotency ADD COLUMN said {bytes};

-- +goose Down
ALTER TABLE idempotency DROP COLUMN said;
