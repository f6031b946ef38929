-- The city's ledger: what came in, what was decided, what was said. Ids are 16 bytes, times Unix milliseconds
-- of the city, days and sequences whole numbers. Every feed stands alone: no row joins two of them.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the office loads; the words stand in the feeds alone.
CREATE TABLE area (
    area BLOB NOT NULL PRIMARY KEY CHECK (length(area) = 16),
    code TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX area_code ON area (code);

CREATE TABLE unit (
    unit BLOB NOT NULL PRIMARY KEY CHECK (length(unit) = 16),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    area BLOB NOT NULL CHECK (length(area) = 16)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX unit_code ON unit (code);

CREATE TABLE site (
    site BLOB NOT NULL PRIMARY KEY CHECK (length(site) = 16),
    code TEXT NOT NULL,
    unit BLOB NOT NULL CHECK (length(unit) = 16),
    area BLOB NOT NULL CHECK (length(area) = 16)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX site_code ON site (code);

-- What later files may refer to: kinds of windows and published criteria sets.
CREATE TABLE window_kind (
    code   TEXT NOT NULL PRIMARY KEY,
    parent TEXT,
    zh     TEXT NOT NULL,
    en     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE criteria (
    code    TEXT NOT NULL,
    version INTEGER NOT NULL,
    toml    TEXT NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    PRIMARY KEY (code, version)
) STRICT;

-- The items of published sets and how they are answered, and the sets that visits were opened with.
CREATE TABLE criteria_item (
    code    TEXT NOT NULL,
    version INTEGER NOT NULL,
    item    TEXT NOT NULL,
    answer  TEXT NOT NULL,
    parts   INTEGER NOT NULL CHECK (parts >= 0), -- the most that a count of named things can be; 0 for any other
    PRIMARY KEY (code, version, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX criteria_item_item ON criteria_item (item);

CREATE TABLE visit_set (
    visit   BLOB NOT NULL CHECK (length(visit) = 16),
    code    TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (visit, code, version)
) STRICT, WITHOUT ROWID;

-- People and what they may do, as intervals.
CREATE TABLE person (
    person BLOB NOT NULL PRIMARY KEY CHECK (length(person) = 16),
    role   INTEGER NOT NULL CHECK (role BETWEEN 0 AND 4),
    unit   BLOB CHECK (length(unit) = 16),
    since  INTEGER NOT NULL,
    name   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE placement (
    person BLOB NOT NULL,
    area   BLOB NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER, -- NULL while it holds
    PRIMARY KEY (person, area, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    device   BLOB NOT NULL PRIMARY KEY CHECK (length(device) = 16),
    person   BLOB NOT NULL,
    key      BLOB NOT NULL CHECK (length(key) = 33),
    enrolled INTEGER NOT NULL,
    revoked  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    hash   BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256; the token itself is nowhere
    device BLOB NOT NULL,
    made   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE code (
    hash       BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    person     BLOB NOT NULL,
    made       INTEGER NOT NULL,
    used       INTEGER,
    used_by    BLOB, -- the public key that used it
    CHECK ((used IS NULL) = (used_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE wrong_code (at INTEGER NOT NULL) STRICT; -- machine time, so that a set clock does not open a door

-- The inbox: logs as they came, and the receipts given for them.
CREATE TABLE log (
    log      BLOB NOT NULL PRIMARY KEY CHECK (length(log) = 16),
    device   BLOB NOT NULL,
    person   BLOB NOT NULL,
    covert   INTEGER NOT NULL CHECK (covert IN (0, 1)),
    seq      INTEGER NOT NULL,
    head     BLOB NOT NULL CHECK (length(head) = 32),
    last_ord INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE segment (
    log          BLOB NOT NULL,
    first_seq    INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    payload_hash BLOB NOT NULL CHECK (length(payload_hash) = 32),
    received     INTEGER NOT NULL,
    bytes        BLOB NOT NULL,
    receipt      BLOB NOT NULL,
    PRIMARY KEY (log, first_seq)
) STRICT;

-- One row for each op: its order and its verdict. What it says stands in its segment.
CREATE TABLE op (
    log      BLOB NOT NULL,
    seq      INTEGER NOT NULL,
    ord      INTEGER NOT NULL,
    entity   BLOB NOT NULL,
    verdict  INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 3), -- accepted, refused, parked, held
    reason   INTEGER,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- Ops that were said again in another log: a statement counts once, whichever of its writings is accepted first.
CREATE TABLE said_again (
    log       BLOB NOT NULL, -- where it stood first
    seq       INTEGER NOT NULL,
    again_log BLOB NOT NULL,
    again_seq INTEGER NOT NULL,
    PRIMARY KEY (log, seq, again_log, again_seq)
) STRICT, WITHOUT ROWID;

-- Ops that wait for what they belong to.
CREATE TABLE parked (
    waits_for BLOB NOT NULL,
    ord       INTEGER NOT NULL,
    log       BLOB NOT NULL,
    seq       INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (waits_for, ord, log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_since ON parked (since);
CREATE INDEX parked_op ON parked (log, seq);

-- What the city knows of an entity: where it belongs. Fixed by its first accepted creation.
CREATE TABLE entity (
    entity     BLOB NOT NULL PRIMARY KEY CHECK (length(entity) = 16),
    kind       INTEGER NOT NULL, -- the kind of op that creates such a thing
    area       BLOB NOT NULL,
    unit       BLOB NOT NULL,
    site       BLOB NOT NULL,
    covert     INTEGER NOT NULL CHECK (covert IN (0, 1)),
    self_check INTEGER NOT NULL CHECK (self_check IN (0, 1)),
    owner      BLOB NOT NULL, -- who opened the visit, or wrote this where there is no visit
    creator    BLOB NOT NULL, -- who wrote this
    root_log   BLOB NOT NULL, -- the log that opened the visit
    log        BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    parent     BLOB,          -- visit of a finding, owner of a photo, finding of a submission
    assignee   BLOB,          -- of a task
    held       INTEGER NOT NULL CHECK (held IN (0, 1)),
    number     TEXT           -- of a finding
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_parent ON entity (parent) WHERE parent IS NOT NULL;
CREATE INDEX entity_kind ON entity (kind);

-- Undercover visits: the number by which readers of their feed know the inspector, for this one visit.
CREATE TABLE covert_visit (
    visit  BLOB NOT NULL PRIMARY KEY CHECK (length(visit) = 16),
    area   BLOB NOT NULL,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX covert_visit_number ON covert_visit (area, number);

-- The one visit that each log for an undercover visit is for: its first accepted op says which.
CREATE TABLE covert_log (
    log   BLOB NOT NULL PRIMARY KEY CHECK (length(log) = 16),
    visit BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What staff decided of an undercover finding before its copy was published; the copy hears it then.
CREATE TABLE covert_word (
    finding BLOB NOT NULL,
    ord     INTEGER NOT NULL,
    log     BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    flags   INTEGER NOT NULL,
    PRIMARY KEY (finding, ord, log, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE year_number (
    year INTEGER NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Photos: what their op promised, and which files came.
CREATE TABLE photo (
    photo     BLOB NOT NULL,
    copy      INTEGER NOT NULL CHECK (copy BETWEEN 0 AND 2), -- original, standard, thumbnail
    sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes     INTEGER NOT NULL,
    arrived   INTEGER,
    PRIMARY KEY (photo, copy)
) STRICT, WITHOUT ROWID;

-- Photos that a person released to a unit, and the copy that the city made.
CREATE TABLE published (
    finding BLOB NOT NULL,
    photo   BLOB NOT NULL,
    place   INTEGER NOT NULL,
    blur    BLOB NOT NULL, -- what is made unrecognisable first, as in the op that released it
    sha256  BLOB CHECK (length(sha256) = 32), -- NULL until the file came
    failed  INTEGER NOT NULL DEFAULT 0 CHECK (failed IN (0, 1)), -- its file is no picture
    PRIMARY KEY (finding, photo)
) STRICT, WITHOUT ROWID;
CREATE INDEX published_photo ON published (photo);
CREATE INDEX published_sha256 ON published (sha256) WHERE sha256 IS NOT NULL;

-- Feeds: one head row each, pages as they were written.
CREATE TABLE feed (
    feed     TEXT NOT NULL PRIMARY KEY,
    epoch    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    head     BLOB NOT NULL CHECK (length(head) = 32),
    small    INTEGER NOT NULL, -- pages at the end that were never merged
    log      BLOB NOT NULL CHECK (length(log) = 16), -- the city's own log in this feed
    secret   BLOB NOT NULL CHECK (length(secret) = 32), -- salts of what the city says here
    said     INTEGER NOT NULL, -- last sequence of that log
    said_ord INTEGER NOT NULL  -- its order
) STRICT, WITHOUT ROWID;

CREATE TABLE page (
    feed  TEXT NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (feed, first)
) STRICT;

-- The newest thing that the city itself said of an entity in a feed, as a hash: saying it again says nothing.
CREATE TABLE said (
    feed   TEXT NOT NULL,
    kind   INTEGER NOT NULL,
    entity BLOB NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (feed, kind, entity)
) STRICT, WITHOUT ROWID;

-- How far the case cards have followed each feed.
CREATE TABLE followed (
    feed     TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Findings whose card must be written again though no entry of their area says so: a published copy is ready.
CREATE TABLE card_due (finding BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Units that hold a card of a finding, and the site that the card names: a visit that moves may leave one behind.
CREATE TABLE told_unit (
    finding BLOB NOT NULL,
    unit    BLOB NOT NULL CHECK (length(unit) = 16),
    site    BLOB NOT NULL CHECK (length(site) = 16),
    PRIMARY KEY (finding, unit)
) STRICT, WITHOUT ROWID;
