-- +goose Up

-- Who is told about events. `seen` is the last journal sequence that was looked
-- at for this endpoint: it moves in the transaction that writes the deliveries.
CREATE TABLE webhook_endpoint (
  publisher_id   {uuid} NOT NULL,
  id             {uuid} NOT NULL,
  org_id         {uuid} NOT NULL,
  url            {text} NOT NULL,
  events         {json} NOT NULL,
  secret         {bytes} NOT NULL,
  old_secret     {bytes},
  old_until      {ts},
  state          {text} NOT NULL CHECK (state IN ('active', 'paused', 'closed')),
  seen           {int} NOT NULL,
  rev            {int} NOT NULL DEFAULT 1,
  created_at     {ts} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE TABLE webhook_delivery (
  publisher_id   {uuid} NOT NULL,
  id             {uuid} NOT NULL,
  endpoint_id    {uuid} NOT NULL,
  seq            {int} NOT NULL,
  event          {text} NOT NULL,
  body           {text} NOT NULL,
  state          {text} NOT NULL CHECK (state IN ('open', 'delivered', 'failed')),
  attempts       {int} NOT NULL DEFAULT 0,
  last_status    {int} NOT NULL DEFAULT 0,
  last_error     {text} NOT NULL DEFAULT '',
  created_at     {ts} NOT NULL,
  tried_at       {ts},
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, endpoint_id) REFERENCES webhook_endpoint (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (publisher_id, endpoint_id, seq);

-- +goose Down
DROP TABLE webhook_delivery;
DROP TABLE webhook_endpoint;
