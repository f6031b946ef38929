-- Photos that were taken and of which nothing was said yet: the original lies sealed on the disk, with its row in photo_file,
-- and its copies are still to be made. A row goes in the transaction that says the photo, or with its erasure.
CREATE TABLE captured_photo (
    key         INTEGER PRIMARY KEY,             -- in the order in which they were taken
    photo       BLOB    NOT NULL UNIQUE CHECK (length(photo) = 16),
    visit       BLOB    NOT NULL CHECK (length(visit) = 16),
    item        TEXT,                            -- the item it was taken for
    observed_at INTEGER NOT NULL,                -- Unix seconds of this phone
    width       INTEGER NOT NULL CHECK (width > 0),
    height      INTEGER NOT NULL CHECK (height > 0),
    problem     TEXT,                            -- the code of why its copies could not be made when that was last tried
    advice      TEXT                             -- the same in words
) STRICT;
CREATE INDEX captured_photo_by_visit ON captured_photo (visit);
