-- What is looked at for every row of a list: narrow, in the order of change.
-- Several values stand in one text, each between two unit separators (0x1f).
CREATE TABLE place (
  n INTEGER PRIMARY KEY,   -- the item's number here, in the order in which it was met
  seq INTEGER NOT NULL,    -- of the entry that made the item's present revision
  id TEXT NOT NULL,
  mask INTEGER NOT NULL,   -- states, audiences, stage under way: see mask.go
  status INTEGER NOT NULL, -- the states in mask alone
  kind TEXT NOT NULL,
  form TEXT NOT NULL,
  region TEXT NOT NULL,
  people TEXT NOT NULL,    -- c: creator, w: writers, r: who has the review, p: who passed a stage
  topics TEXT NOT NULL,
  tags TEXT NOT NULL,      -- folded
  title TEXT NOT NULL,     -- as it is spelled, for the order
  due INTEGER NOT NULL,    -- of the stage under way; 9223372036854775807 where there is none
  series TEXT,
  part INTEGER NOT NULL,
  live_form TEXT,          -- where the live text says otherwise
  live_title TEXT,
  until INTEGER,
  schedule INTEGER,
  recheck INTEGER,         -- when the date begins
  turn INTEGER             -- when mask is to be looked at again
) STRICT;
CREATE UNIQUE INDEX place_id ON place (id);
-- A list goes through one of these from where it begins to its last row, and to
-- the table only for rows that fit by what stands here. One that asks for words
-- goes through the rows of word, which are in the order of n as the table is.
CREATE UNIQUE INDEX place_seq ON place (seq, mask, region, kind, form);
CREATE INDEX place_title ON place (title, seq, mask, region, kind, form);
CREATE INDEX place_live ON place (coalesce(live_title, title), seq, mask, region, kind);
CREATE INDEX place_due ON place (due, seq, mask, region, kind, form);
CREATE INDEX place_status ON place (status, region);
CREATE INDEX place_until ON place (until) WHERE until IS NOT NULL;
CREATE INDEX place_schedule ON place (schedule) WHERE schedule IS NOT NULL;
CREATE INDEX place_turn ON place (turn) WHERE turn IS NOT NULL;
CREATE INDEX place_series ON place (series, part) WHERE series IS NOT NULL;

-- Whose an item is: who created it and who wrote on its draft.
CREATE TABLE own (person TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (person, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE card (n INTEGER PRIMARY KEY, json BLOB NOT NULL) STRICT;

-- The words of text n are in row 2n, those of its live text, where that is
-- another, in row 2n+1.
CREATE VIRTUAL TABLE word USING fts5 (
  text, content = '', contentless_delete = 1, detail = 'none', tokenize = "ascii tokenchars '.'"
);

CREATE TABLE slug (slug TEXT NOT NULL, id TEXT NOT NULL, current INTEGER NOT NULL, PRIMARY KEY (slug, id)) STRICT, WITHOUT ROWID;
CREATE INDEX slug_id ON slug (id);

-- What shows an asset: target is an asset's id or a blob's key; a rendition's key
-- is what its asset shows.
CREATE TABLE uses (
  target TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, live INTEGER NOT NULL, draft INTEGER NOT NULL,
  PRIMARY KEY (target, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX uses_by ON uses (kind, id);

CREATE TABLE asset (id TEXT PRIMARY KEY, key TEXT NOT NULL, storing INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX asset_key ON asset (key);

CREATE TABLE comment (
  id TEXT PRIMARY KEY, item TEXT NOT NULL, parent TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
  resolved INTEGER NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL, json BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_item ON comment (item, at, id);

CREATE TABLE user (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, json BLOB NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_name ON user (name, id);

CREATE TABLE token (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, json BLOB NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_owner ON token (owner, id);

-- One line for every entry.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, act TEXT NOT NULL,
  actor TEXT NOT NULL, at INTEGER NOT NULL, gone INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_at ON entry (at);
CREATE INDEX entry_record ON entry (kind, id, rev);
CREATE INDEX entry_kind ON entry (kind, at);
CREATE INDEX entry_act ON entry (act, at);
CREATE INDEX entry_actor ON entry (actor, at);

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
