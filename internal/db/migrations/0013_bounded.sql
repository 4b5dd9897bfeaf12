-- +goose Up

-- Whether an organization has an open one below it, and what waits or is dead,
-- is asked about tables that hold much else: all customers of a publisher, and
-- a month of jobs that are done.
CREATE INDEX organization_open ON organization (publisher_id, parent_id) WHERE state = 'open';

CREATE INDEX job_dead ON job (kind, due) WHERE state = 'dead';

-- +goose Down
DROP INDEX job_dead;
DROP INDEX organization_open;
