-- A part waits a week from when it was kept, by the clock of the engine that lets it go. What was received long before
-- (a backlog of a week, a stream read again) lost its parts at once, and those computers told everything again.
ALTER TABLE {facts}.inventory_parts
    ADD COLUMN IF NOT EXISTS kept_at DateTime DEFAULT now() COMMENT 'When this row was written';

ALTER TABLE {facts}.inventory_parts
    MODIFY TTL kept_at + INTERVAL 7 DAY;

ALTER TABLE {facts}.inventory_parts
    DROP COLUMN IF EXISTS received_at;
