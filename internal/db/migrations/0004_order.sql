-- +goose Up

-- quantity and issued are sums over the order's lines, so that its state and its
-- progress are known without reading them.
CREATE TABLE orders (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  source        {text} NOT NULL,
  external_no   {text} NOT NULL,
  revision      {int},
  mode          {text} NOT NULL CHECK (mode IN ('complete', 'lines')),
  buyer_id      {uuid} NOT NULL,
  customer_id   {uuid},
  language      {text} NOT NULL,
  currency      {text} NOT NULL,
  state         {text} NOT NULL
    CHECK (state IN ('issuing', 'delivered', 'awaiting_confirmation', 'reversed')),
  quantity      {int} NOT NULL,
  issued        {int} NOT NULL,
  job_id        {uuid},
  line_count    {int} NOT NULL,
  sale_count    {int} NOT NULL,
  created_at    {ts} NOT NULL,
  changed_at    {ts} NOT NULL,
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  CHECK (issued >= 0 AND issued <= quantity)
) {strict_rowless};

CREATE UNIQUE INDEX orders_number ON orders (publisher_id, source, external_no);

CREATE INDEX orders_buyer ON orders (publisher_id, buyer_id, id);

CREATE INDEX orders_open ON orders (publisher_id, state, id) WHERE state IN ('issuing', 'awaiting_confirmation');

-- What the lines of an order sell, frozen when it was ordered and shared by the
-- lines that sell the same.
CREATE TABLE order_sale (
  publisher_id  {uuid} NOT NULL,
  order_id      {uuid} NOT NULL,
  no            {int} NOT NULL,
  article_no    {text} NOT NULL,
  options       {json} NOT NULL,
  snapshot      {json} NOT NULL,
  PRIMARY KEY (publisher_id, order_id, no)
) {strict};

-- One line per (source, order number, line number): orders_number and
-- order_line_no. made is how many tickets it ever had, at most.
CREATE TABLE order_line (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  order_id      {uuid} NOT NULL,
  line_no       {text} NOT NULL,
  sale_no       {int} NOT NULL,
  article_no    {text} NOT NULL,
  quantity      {int} NOT NULL,
  issued        {int} NOT NULL,
  made          {int} NOT NULL,
  customer_id   {uuid},
  state         {text} NOT NULL CHECK (state IN ('open', 'delivered', 'cancelled')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  CHECK (issued >= 0 AND issued <= quantity)
) {strict_rowless};

CREATE UNIQUE INDEX order_line_no ON order_line (publisher_id, order_id, line_no);

CREATE INDEX order_line_open ON order_line (publisher_id, order_id, id) WHERE state = 'open';

-- Every document that was taken, so that a late copy is known.
CREATE TABLE order_document (
  publisher_id  {uuid} NOT NULL,
  hash          {bytes} NOT NULL,
  order_id      {uuid} NOT NULL,
  at            {ts} NOT NULL,
  PRIMARY KEY (publisher_id, hash)
) {strict_rowless};

-- The document that waits for a human, as it was understood.
CREATE TABLE order_pending (
  publisher_id  {uuid} NOT NULL,
  order_id      {uuid} NOT NULL,
  document      {json} NOT NULL,
  recalls       {int} NOT NULL,
  at            {ts} NOT NULL,
  PRIMARY KEY (publisher_id, order_id)
) {strict};

-- A shop that sends its orders by hook, with the secret that it signs with.
CREATE TABLE order_source (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  name          {text} NOT NULL,
  kind          {text} NOT NULL CHECK (kind IN ('woocommerce')),
  org_id        {uuid} NOT NULL,
  secret        {bytes} NOT NULL,
  unknown       {text} NOT NULL CHECK (unknown IN ('refuse', 'skip')),
  state         {text} NOT NULL CHECK (state IN ('active', 'disabled')),
  created_at    {ts} NOT NULL,
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX order_source_name ON order_source (publisher_id, name);

-- +goose Down
DROP TABLE order_source;
DROP TABLE order_pending;
DROP TABLE order_document;
DROP TABLE order_line;
DROP TABLE order_sale;
DROP TABLE orders;
