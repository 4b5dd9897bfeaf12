-- +goose Up

-- Letters on their way. Recipient and text are sealed, and gone as soon as the
-- letter has left or is given up; what stays says that there was one.
CREATE TABLE mail (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  kind          {text} NOT NULL,
  sealed        {bytes},
  state         {text} NOT NULL CHECK (state IN ('open', 'sent', 'refused', 'failed', 'expired')),
  status        {text} NOT NULL DEFAULT '',
  attempts      {int} NOT NULL DEFAULT 0,
  created_at    {ts} NOT NULL,
  deadline      {ts} NOT NULL,
  ended_at      {ts},
  PRIMARY KEY (publisher_id, id),
  CHECK ((state = 'open') = (sealed IS NOT NULL))
) {strict_rowless};

CREATE INDEX mail_open ON mail (created_at) WHERE state = 'open';

ALTER TABLE mail ENABLE ROW LEVEL SECURITY; -- +postgres
CREATE POLICY tenant ON mail FOR SELECT USING (publisher_id = nullif(current_setting('licet.publisher', true), '')::uuid); -- +postgres

-- +goose Down
DROP TABLE mail;
