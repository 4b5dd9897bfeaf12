-- +goose Up
CREATE TABLE meta (
  key {text} NOT NULL PRIMARY KEY,
  value {text} NOT NULL
) {strict_rowless};

CREATE TABLE rate (
  id {bytes} NOT NULL PRIMARY KEY,
  name {text} NOT NULL,
  tat {ts} NOT NULL
) {strict_rowless};
CREATE INDEX rate_tat ON rate (tat);

INSERT INTO meta (key, value) VALUES ('epoch', '1');

-- +goose Down
DROP TABLE rate;
DROP TABLE meta;
