-- +goose Up

-- One row per publisher, locked and raised by every change of its catalog, so
-- that rules over several rows hold although they are checked in the program.
CREATE TABLE catalog_head (
  publisher_id  {uuid} NOT NULL PRIMARY KEY REFERENCES publisher (id),
  rev           {int} NOT NULL
) {strict_rowless};

-- Keys are folded codes and numbers. They are compared bytewise on both engines,
-- so that pages, prefixes and the program agree about their order.
CREATE TABLE product (
  publisher_id  {uuid} NOT NULL REFERENCES publisher (id),
  id            {uuid} NOT NULL,
  code          {text} NOT NULL,
  code_key      {text} NOT NULL, -- +sqlite
  code_key      {text} COLLATE "C" NOT NULL, -- +postgres
  name_de       {text} NOT NULL,
  name_en       {text} NOT NULL,
  key_prefix    {text} NOT NULL,
  prefix_key    {text} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX product_code ON product (publisher_id, code_key);

CREATE UNIQUE INDEX product_prefix ON product (publisher_id, prefix_key);

CREATE TABLE feature (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  product_id    {uuid} NOT NULL,
  code          {text} NOT NULL,
  code_key      {text} NOT NULL, -- +sqlite
  code_key      {text} COLLATE "C" NOT NULL, -- +postgres
  title_de      {text} NOT NULL,
  title_en      {text} NOT NULL,
  all_features  {bool} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, product_id) REFERENCES product (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX feature_code ON feature (publisher_id, product_id, code_key);

CREATE TABLE license_model (
  publisher_id  {uuid} NOT NULL REFERENCES publisher (id),
  id            {uuid} NOT NULL,
  code          {text} NOT NULL,
  code_key      {text} NOT NULL, -- +sqlite
  code_key      {text} COLLATE "C" NOT NULL, -- +postgres
  name_de       {text} NOT NULL,
  name_en       {text} NOT NULL,
  spec          {json} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX license_model_code ON license_model (publisher_id, code_key);

-- The one space of article numbers. An item has the id of its article or
-- configuration, which repeats the number (it never changes) for its lists.
CREATE TABLE item (
  publisher_id  {uuid} NOT NULL REFERENCES publisher (id),
  id            {uuid} NOT NULL,
  number        {text} NOT NULL,
  number_key    {text} NOT NULL, -- +sqlite
  number_key    {text} COLLATE "C" NOT NULL, -- +postgres
  kind          {text} NOT NULL CHECK (kind IN ('article', 'configuration')),
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX item_number ON item (publisher_id, number_key);

CREATE TABLE article (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  number        {text} NOT NULL,
  number_key    {text} NOT NULL, -- +sqlite
  number_key    {text} COLLATE "C" NOT NULL, -- +postgres
  product_id    {uuid} NOT NULL,
  model_id      {uuid} NOT NULL,
  name_de       {text} NOT NULL,
  name_en       {text} NOT NULL,
  kind          {text} NOT NULL CHECK (kind IN ('base', 'upgrade', 'extension', 'addon')),
  ticketing     {text} NOT NULL CHECK (ticketing IN ('per_line', 'per_unit')),
  spec          {json} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, id) REFERENCES item (publisher_id, id),
  FOREIGN KEY (publisher_id, product_id) REFERENCES product (publisher_id, id),
  FOREIGN KEY (publisher_id, model_id) REFERENCES license_model (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX article_number ON article (publisher_id, number_key);

CREATE INDEX article_model ON article (publisher_id, model_id);

CREATE TABLE configuration (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  number        {text} NOT NULL,
  number_key    {text} NOT NULL, -- +sqlite
  number_key    {text} COLLATE "C" NOT NULL, -- +postgres
  article_id    {uuid} NOT NULL,
  name_de       {text} NOT NULL,
  name_en       {text} NOT NULL,
  spec          {json} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, id) REFERENCES item (publisher_id, id),
  FOREIGN KEY (publisher_id, article_id) REFERENCES article (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX configuration_number ON configuration (publisher_id, number_key);

CREATE INDEX configuration_article ON configuration (publisher_id, article_id);

CREATE TABLE article_group (
  publisher_id  {uuid} NOT NULL REFERENCES publisher (id),
  id            {uuid} NOT NULL,
  code          {text} NOT NULL,
  code_key      {text} NOT NULL, -- +sqlite
  code_key      {text} COLLATE "C" NOT NULL, -- +postgres
  name_de       {text} NOT NULL,
  name_en       {text} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('active', 'retired')),
  rev           {int} NOT NULL,
  PRIMARY KEY (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX article_group_code ON article_group (publisher_id, code_key);

CREATE TABLE article_group_member (
  publisher_id  {uuid} NOT NULL,
  group_id      {uuid} NOT NULL,
  item_id       {uuid} NOT NULL,
  PRIMARY KEY (publisher_id, group_id, item_id),
  FOREIGN KEY (publisher_id, group_id) REFERENCES article_group (publisher_id, id),
  FOREIGN KEY (publisher_id, item_id) REFERENCES item (publisher_id, id)
) {strict_rowless};

CREATE INDEX article_group_member_item ON article_group_member (publisher_id, item_id);

CREATE TABLE price (
  publisher_id  {uuid} NOT NULL,
  id            {uuid} NOT NULL,
  item_id       {uuid} NOT NULL,
  class         {text} NOT NULL CHECK (class IN ('list', 'reseller', 'academic', 'free')),
  currency      {text} NOT NULL,
  valid_from    {day} NOT NULL, -- +sqlite
  valid_from    {day} COLLATE "C" NOT NULL, -- +postgres
  minor         {int} NOT NULL CHECK (minor >= 0),
  PRIMARY KEY (publisher_id, id),
  FOREIGN KEY (publisher_id, item_id) REFERENCES item (publisher_id, id)
) {strict_rowless};

CREATE UNIQUE INDEX price_from ON price (publisher_id, item_id, class, currency, valid_from);

-- +goose Down
DROP TABLE price;
DROP TABLE article_group_member;
DROP TABLE article_group;
DROP TABLE configuration;
DROP TABLE article;
DROP TABLE item;
DROP TABLE license_model;
DROP TABLE feature;
DROP TABLE product;
DROP TABLE catalog_head;
