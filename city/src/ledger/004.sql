-- The classes that a measured number of a published item may be given by hand, as `excellent standard`; below them it may always be
-- where there is one. What was published before may have any.
ALTER TABLE criteria_item ADD COLUMN classes TEXT NOT NULL DEFAULT 'excellent well standard';
