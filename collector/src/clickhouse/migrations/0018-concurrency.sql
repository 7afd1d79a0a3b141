-- How many use a program at once. Marks of what is licensed so are told in the order of the day; all others lie in an order
-- that only their device knows, and the two must never be taken for each other.
ALTER TABLE {facts}.usage
    ADD COLUMN IF NOT EXISTS slot_order SimpleAggregateFunction(groupBitOr, UInt8) DEFAULT 1 COMMENT '1: marks are in an order that only the device knows, 2: in the order of the day, 0: no marks were told; 3, both, is never read as times';

-- A table in memory takes no new column. It is empty, and gone with the engine.
DROP TABLE IF EXISTS {facts}.usage_trial;

CREATE TABLE {facts}.usage_trial AS {facts}.usage
ENGINE = Memory
COMMENT 'Usage that a repair would add, while it is tried; never read with the facts otherwise';

CREATE TABLE {final}.application_concurrency_daily
(
    day              Date                            COMMENT 'UTC day',
    application_id   String                          COMMENT 'Application, 16 hex digits',
    application      String                          COMMENT 'Name of the application',
    publisher        String                          COMMENT 'Its publisher',
    peak_devices     UInt64                          COMMENT 'Most devices that used it within the same five minutes; of devices_in_order only, so at least so many',
    peak_devices_at  Nullable(DateTime('UTC'))       COMMENT 'Beginning of the first five minutes with so many; NULL when these are fewer devices than are shown as what they are',
    peak_users       String                          COMMENT 'Most users that used it within the same five minutes, the users of each device for themselves; < 5 for fewer than are shown',
    devices_in_order UInt64                          COMMENT 'Devices that told at which times of the day they used it: the peaks are of these',
    devices_used     UInt64                          COMMENT 'Devices that used it',
    catalogue_version LowCardinality(String)         COMMENT 'Catalogue that named the application',
    computed_at      DateTime64(3, 'UTC')            COMMENT 'When this row was derived',
    stale_since      Nullable(DateTime64(3, 'UTC'))  COMMENT 'Since when it is held at its last right numbers, because records of many devices are in quarantine; NULL: current',
    devices_excluded UInt32                          COMMENT 'Devices of which records of this application and day are in quarantine, so they are left out'
)
ENGINE = MergeTree PARTITION BY day ORDER BY application_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Most devices and users of an application at once, by day, where programs of it are in concurrentLicences';

CREATE TABLE {facts}.application_concurrency_staging AS {final}.application_concurrency_daily;

CREATE TABLE {facts}.application_concurrency_judged_staging AS {final}.application_concurrency_daily;
