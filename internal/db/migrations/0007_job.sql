-- +goose Up

-- The outbox and the schedule. An installation-level table: a job may belong to
-- no publisher, and within one to an organization or to the publisher as a whole. `due` is both the time to start and, while a worker holds the
-- job, the end of its lease; `fence` names the holder.
CREATE TABLE job (
  id            {uuid} NOT NULL PRIMARY KEY,
  publisher_id  {uuid},
  org_id        {uuid},
  kind          {text} NOT NULL,
  payload       {json} NOT NULL,
  unique_key    {text},
  state         {text} NOT NULL CHECK (state IN ('open', 'done', 'dead')),
  due           {ts} NOT NULL,
  fence         {int} NOT NULL DEFAULT 0,
  attempts      {int} NOT NULL DEFAULT 0,
  max_attempts  {int} NOT NULL,
  last_error    {text} NOT NULL DEFAULT '',
  done_count    {int} NOT NULL DEFAULT 0,
  total_count   {int} NOT NULL DEFAULT 0,
  result        {json},
  created_at    {ts} NOT NULL,
  finished_at   {ts}
) {strict};

CREATE INDEX job_due ON job (due) WHERE state = 'open';

CREATE UNIQUE INDEX job_unique_open ON job (unique_key) WHERE state = 'open' AND unique_key IS NOT NULL;

CREATE INDEX job_by_publisher ON job (publisher_id, id);

CREATE TABLE job_schedule (
  kind       {text} NOT NULL PRIMARY KEY,
  last_slot  {ts} NOT NULL
) {strict};

-- +goose Down
DROP TABLE job_schedule;
DROP TABLE job;
