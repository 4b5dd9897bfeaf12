-- +goose Up

-- Keys of repeats are forgotten a thousand at a time, oldest first.
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP INDEX idempotency_at;
