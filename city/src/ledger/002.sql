-- The public key of the one secret key that this city signs with: another key is never taken for it.

CREATE TABLE city_key (
    public BLOB NOT NULL PRIMARY KEY CHECK (length(public) > 0)
) STRICT, WITHOUT ROWID;
