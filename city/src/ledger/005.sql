-- Copies off the machine that were read back: through which sequence each log stands in one, and which files do.
ALTER TABLE log ADD COLUMN safe INTEGER NOT NULL DEFAULT 0;
CREATE TABLE safe_file (sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32)) STRICT, WITHOUT ROWID;

-- Segments that a phone gave back to a restored city, with the receipt that the city had given before: what it says holds.
ALTER TABLE segment ADD COLUMN given_back INTEGER NOT NULL DEFAULT 0 CHECK (given_back IN (0, 1));
