-- Visits of which somebody said that they were elsewhere (14) or are void (15): what people may say differently is found among
-- these, however long the history is.
CREATE INDEX statement_of_moved_visit ON statement (entity) WHERE kind IN (14, 15);
