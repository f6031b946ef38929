-- Visits that were submitted: whoever took a photo may erase it until then.
CREATE TABLE submitted_visit (visit BLOB NOT NULL PRIMARY KEY CHECK (length(visit) = 16)) STRICT, WITHOUT ROWID;

-- Photos that were erased for good. What is not done yet: files on the disk, the read model, the write-ahead logs.
CREATE TABLE erased_photo (
    photo BLOB NOT NULL PRIMARY KEY CHECK (length(photo) = 16),
    at    INTEGER NOT NULL,
    done  INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_photo_to_do ON erased_photo (photo) WHERE done = 0;

-- Files that nothing names any more since then.
CREATE TABLE doomed_file (sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32)) STRICT, WITHOUT ROWID;
