-- +goose Up

-- Short codes that stand for a ticket for some minutes. The id is the first 128
-- bits of the code's keyed hash; the code itself is nowhere.
CREATE TABLE pairing (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  ticket_id     {uuid} NOT NULL,
  licenses      {json} NOT NULL,
  expires_at    {ts} NOT NULL,
  used_at       {ts},
  container_id  {uuid},
  refusal       {text} NOT NULL DEFAULT '',
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE INDEX pairing_expires ON pairing (publisher_id, expires_at);

-- +goose Down
DROP TABLE pairing;
