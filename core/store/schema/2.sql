-- Photos that were erased for good, as the city said or as was asked for here. What is not done yet: files, pages, segments.
CREATE TABLE erased_photo (
    photo BLOB    NOT NULL PRIMARY KEY CHECK (length(photo) = 16),
    done  INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT, WITHOUT ROWID;
