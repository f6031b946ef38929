-- The first shape of the store. Once released it is never edited: a change is the next file.
--
-- Three kinds of table: projections of feeds (may be dropped and folded again), this device's own logs
-- (may not), and what lies around both. A projection row belongs to one feed and depends on that feed alone.

-- Feeds as they were folded here. Key 0 is no feed: under it stand lists' rows that this device alone knows.
CREATE TABLE feed (
    key          INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    rank         INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 255), -- smaller is the better home of an entity
    epoch        INTEGER NOT NULL CHECK (epoch >= 0),
    position     INTEGER NOT NULL CHECK (position >= 0),          -- the last position folded
    head         BLOB    NOT NULL CHECK (length(head) = 32),      -- of the chain at that position
    sum          BLOB    NOT NULL CHECK (length(sum) = 32),       -- of the hashes of its rows, modulo 2^256
    fold_version INTEGER NOT NULL CHECK (fold_version > 0)
) STRICT;
INSERT INTO feed (key, name, rank, epoch, position, head, sum, fold_version)
VALUES (0, 'own', 255, 0, 0, zeroblob(32), zeroblob(32), 1);

-- Pages as they came: proof, explanation, and what a restored city is handed back.
CREATE TABLE page (
    key   INTEGER PRIMARY KEY,
    feed  INTEGER NOT NULL REFERENCES feed (key),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    first INTEGER NOT NULL CHECK (first > 0),
    count INTEGER NOT NULL CHECK (count > 0),
    head  BLOB    NOT NULL CHECK (length(head) = 32),
    bytes BLOB    NOT NULL,
    UNIQUE (feed, epoch, first)
) STRICT;

-- Logs by a small number, so that big tables need not repeat 16 bytes. Numbers mean nothing outside this file.
CREATE TABLE log_name (
    key INTEGER PRIMARY KEY,
    log BLOB NOT NULL UNIQUE CHECK (length(log) = 16)
) STRICT;

-- Whatever was spoken of, once per feed.
CREATE TABLE entity (
    key       INTEGER PRIMARY KEY,
    feed      INTEGER NOT NULL REFERENCES feed (key),
    id        BLOB    NOT NULL CHECK (length(id) = 16),
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 65535),   -- of the op that made it; 0 while unknown
    parent    BLOB    CHECK (length(parent) = 16),                 -- what it belongs to, where its making says so
    read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),        -- a newer app said something critical of it
    shown     INTEGER NOT NULL CHECK (shown IN (0, 1)),            -- lists show the row of this feed; depends on all feeds
    UNIQUE (id, feed)
) STRICT;
CREATE INDEX entity_by_parent ON entity (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX entity_by_kind ON entity (kind) WHERE kind BETWEEN 100 AND 120;
CREATE INDEX entity_of_own ON entity (id) WHERE feed = 0;

-- One row a register of a field that is written often: answers, and items of photos (field '').
-- The latest live value stands in columns; `rest` holds further live values and what they replaced.
-- No foreign keys here: this is the table that a merge is made of, and its writer has just looked both up.
CREATE TABLE register (
    entity INTEGER NOT NULL,
    field  TEXT    NOT NULL,
    log    INTEGER NOT NULL, -- 0 when every value was replaced
    seq    INTEGER NOT NULL,
    ord    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    flags  INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    texts  BLOB    NOT NULL,
    rest   BLOB,
    PRIMARY KEY (entity, field)
) STRICT, WITHOUT ROWID;

-- Those with live values beside the latest one: `rest` begins with an array of two whose first is not empty.
CREATE INDEX register_contested ON register (entity, field) WHERE rest IS NOT NULL AND substr(rest, 2, 1) <> x'80';

-- Every other statement, verbatim: what is true of an entity is folded from these.
CREATE TABLE statement (
    entity  INTEGER NOT NULL,
    log     INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    ord     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    flags   INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    version INTEGER NOT NULL,
    over    BLOB    NOT NULL, -- empty when nothing was replaced
    origin  BLOB,
    body    BLOB    NOT NULL,
    texts   BLOB    NOT NULL, -- empty when there are none
    PRIMARY KEY (entity, log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_held ON statement (log, seq) WHERE (flags & 2) = 2;

-- Ops that a release named; without one, a held op is shown and not folded.
CREATE TABLE released (
    feed INTEGER NOT NULL REFERENCES feed (key),
    log  INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (feed, log, seq)
) STRICT, WITHOUT ROWID;

-- What lists filter and sort by, computed from one feed's statements. Nothing here depends on today.
CREATE TABLE site (
    entity       INTEGER PRIMARY KEY REFERENCES entity (key),
    unit         BLOB    NOT NULL CHECK (length(unit) = 16),
    area         BLOB    NOT NULL CHECK (length(area) = 16),
    code         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    latitude_e7  INTEGER,
    longitude_e7 INTEGER,
    datum        INTEGER CHECK (datum BETWEEN 0 AND 2),
    present      INTEGER NOT NULL CHECK (present IN (0, 1)), -- 0 once it left this feed
    entered      INTEGER NOT NULL
) STRICT;
CREATE INDEX site_by_code ON site (code);
CREATE INDEX site_by_area ON site (area, code);
CREATE INDEX site_by_unit ON site (unit, code);

CREATE TABLE visit (
    entity        INTEGER PRIMARY KEY REFERENCES entity (key),
    site          BLOB    NOT NULL CHECK (length(site) = 16),
    mode          INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 5),
    status        INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    author        BLOB    NOT NULL CHECK (length(author) = 16), -- the log that opened it
    opened        INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL,
    opened_day    INTEGER NOT NULL,
    submitted     INTEGER,
    submitted_day INTEGER,
    campaign      BLOB    CHECK (length(campaign) = 16),
    task          BLOB    CHECK (length(task) = 16)
) STRICT;
CREATE INDEX visit_by_opened ON visit (opened);
CREATE INDEX visit_by_site ON visit (site, opened);

CREATE TABLE finding (
    entity       INTEGER PRIMARY KEY REFERENCES entity (key),
    visit        BLOB    NOT NULL CHECK (length(visit) = 16),
    site         BLOB    NOT NULL CHECK (length(site) = 16),
    item         TEXT    NOT NULL,
    severity     INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),
    stage        INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 9),
    number       TEXT,
    raised       INTEGER NOT NULL,
    raised_day   INTEGER NOT NULL,
    feedback_day INTEGER,
    suspended    INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    appealed     INTEGER NOT NULL CHECK (appealed IN (0, 1)),
    contested    INTEGER NOT NULL CHECK (contested IN (0, 1)),
    published    INTEGER NOT NULL CHECK (published IN (0, 1)) -- an undercover original whose copy stands elsewhere: in no list
) STRICT;
CREATE INDEX finding_by_raised ON finding (raised);
CREATE INDEX finding_by_site ON finding (site, raised);
CREATE INDEX finding_by_stage ON finding (stage, raised);
CREATE INDEX finding_by_visit ON finding (visit);
CREATE INDEX finding_published ON finding (entity) WHERE published = 1;

CREATE TABLE card (
    entity   INTEGER PRIMARY KEY REFERENCES entity (key),
    site     BLOB    NOT NULL CHECK (length(site) = 16),
    stage    INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 9),
    deadline INTEGER,
    written  INTEGER NOT NULL, -- the order of the card in force
    log      INTEGER NOT NULL,
    seq      INTEGER NOT NULL
) STRICT;
CREATE INDEX card_by_stage ON card (stage, written);

CREATE TABLE task (
    entity    INTEGER PRIMARY KEY REFERENCES entity (key),
    site      BLOB    NOT NULL CHECK (length(site) = 16),
    person    BLOB    NOT NULL CHECK (length(person) = 16),
    from_day  INTEGER NOT NULL,
    due_day   INTEGER NOT NULL,
    campaign  BLOB    CHECK (length(campaign) = 16),
    withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1))
) STRICT;
CREATE INDEX task_by_person ON task (person, due_day);
CREATE INDEX task_by_site ON task (site);

-- This device's own logs: evidence, never derived from anything.
CREATE TABLE own_log (
    key            INTEGER PRIMARY KEY,
    log            BLOB    NOT NULL UNIQUE CHECK (length(log) = 16),
    covert_visit   BLOB    CHECK (length(covert_visit) = 16), -- the one undercover visit that it is for
    opened_at      INTEGER NOT NULL,                          -- Unix seconds of this phone
    sealed_through INTEGER NOT NULL CHECK (sealed_through >= 0),
    head           BLOB    NOT NULL CHECK (length(head) = 32), -- of its chain at sealed_through
    safe_through   INTEGER NOT NULL CHECK (safe_through >= 0), -- the city copied it off its machine through here
    closed         INTEGER NOT NULL CHECK (closed IN (0, 1))   -- given up: its tail was said again in another log
) STRICT;

-- Own ops, until the city has them safe and a feed brought them back.
CREATE TABLE own_op (
    log     INTEGER NOT NULL REFERENCES own_log (key),
    seq     INTEGER NOT NULL CHECK (seq > 0),
    entity  BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    version INTEGER NOT NULL,
    over    BLOB    NOT NULL,
    origin  BLOB,
    body    BLOB    NOT NULL,
    texts   BLOB    NOT NULL,
    verdict INTEGER CHECK (verdict BETWEEN 0 AND 3),
    refusal INTEGER CHECK (refusal BETWEEN 0 AND 255),
    since   INTEGER,                                     -- Unix seconds of that verdict
    echoed  INTEGER NOT NULL CHECK (echoed IN (0, 1)),  -- a feed brought it back
    overlay INTEGER NOT NULL CHECK (overlay IN (0, 1)), -- folded on top of what feeds say
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_op_overlay ON own_op (entity) WHERE overlay = 1;
CREATE INDEX own_op_refused ON own_op (entity) WHERE verdict = 1;
CREATE INDEX own_op_attention ON own_op (log, seq) WHERE verdict IN (1, 2, 3);

-- Sealed runs of own logs: the same bytes stored, signed and sent.
CREATE TABLE segment (
    key       INTEGER PRIMARY KEY,
    log       INTEGER NOT NULL REFERENCES own_log (key),
    first_seq INTEGER NOT NULL CHECK (first_seq > 0),
    count     INTEGER NOT NULL CHECK (count > 0),
    head      BLOB    NOT NULL CHECK (length(head) = 32),
    bytes     BLOB    NOT NULL,
    receipt   BLOB,
    forked    INTEGER NOT NULL CHECK (forked IN (0, 1)), -- the city holds another run here: kept as evidence, not sent
    UNIQUE (log, first_seq)
) STRICT;
CREATE INDEX segment_unsent ON segment (key) WHERE receipt IS NULL AND forked = 0;

-- Files of photos. A file's name is its SHA-256; its key stands here alone.
CREATE TABLE photo_file (
    photo  BLOB    NOT NULL CHECK (length(photo) = 16),
    copy   INTEGER NOT NULL CHECK (copy BETWEEN 0 AND 3),
    sha256 BLOB    NOT NULL CHECK (length(sha256) = 32),
    bytes  INTEGER NOT NULL CHECK (bytes >= 0),
    key    BLOB    CHECK (length(key) = 32), -- NULL where there is no file here, or it was erased
    state  INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    since  INTEGER NOT NULL,                 -- Unix seconds of that state
    PRIMARY KEY (photo, copy)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_file_by_state ON photo_file (state, copy);
CREATE INDEX photo_file_by_sha256 ON photo_file (sha256);

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What is searched: sites, findings with their cards, visits with their notes, each one document. Made on the first
-- search and never before; dropped whole when a text is erased or a feed goes, so that nothing of it is left behind.
CREATE TABLE search_document (
    key    INTEGER PRIMARY KEY,
    entity BLOB    NOT NULL UNIQUE CHECK (length(entity) = 16),
    kind   INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 65535),
    stale  INTEGER NOT NULL CHECK (stale IN (0, 1)) -- changed since its block was made: read itself instead
) STRICT;
CREATE INDEX search_document_kind ON search_document (kind, key);
CREATE INDEX search_document_stale ON search_document (key) WHERE stale = 1;

-- Which documents of a block of 1,024 hold these two characters side by side.
CREATE TABLE search_gram (
    block     INTEGER NOT NULL,
    gram      INTEGER NOT NULL,
    documents BLOB    NOT NULL,
    PRIMARY KEY (block, gram)
) STRICT, WITHOUT ROWID;
