-- One row an entry. Hashes are the 32 bytes themselves: hex(hash) shows them.
CREATE TABLE entry (
  seq   INTEGER PRIMARY KEY,
  kind  TEXT    NOT NULL,
  id    TEXT    NOT NULL,
  rev   INTEGER NOT NULL,
  state BLOB,             -- NULL where the revision deletes
  act   TEXT    NOT NULL,
  actor TEXT    NOT NULL,
  at    INTEGER NOT NULL, -- milliseconds since 1970, UTC
  op    TEXT    NOT NULL,
  prev  BLOB,             -- NULL for the first
  hash  BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_key ON entry (kind, id, rev);
CREATE UNIQUE INDEX entry_op ON entry (op);

-- The state each entry made, once. Apart from entry so that walking entries
-- reads no states; numbered alike so that it only ever grows at its end.
CREATE TABLE state (
  seq  INTEGER PRIMARY KEY,
  json TEXT    NOT NULL
) STRICT;

CREATE TABLE head (
  kind   TEXT    NOT NULL,
  id     TEXT    NOT NULL,
  rev    INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  hash   BLOB,             -- NULL where deleted
  v      INTEGER NOT NULL, -- format of the state
  erased INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE part (
  n    INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id   TEXT NOT NULL,
  hash BLOB NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX part_key ON part (kind, id, hash);

CREATE TABLE slate (
  n       INTEGER PRIMARY KEY,
  key     TEXT    NOT NULL UNIQUE,
  value   BLOB    NOT NULL,
  version INTEGER NOT NULL,
  due     INTEGER, -- milliseconds since 1970; NULL: never
  expires INTEGER
) STRICT;
CREATE INDEX slate_due ON slate (key, due) WHERE due IS NOT NULL; -- by key, as List answers
CREATE INDEX slate_expires ON slate (expires) WHERE expires IS NOT NULL;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
