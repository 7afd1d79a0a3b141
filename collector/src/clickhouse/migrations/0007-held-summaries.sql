-- Records in quarantine leave devices out of an application's day: few of them are only counted, many of them hold the day
-- at its last right numbers. See usage-exclusions.ts.
ALTER TABLE {final}.usage_daily
    ADD COLUMN IF NOT EXISTS stale_since Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when this application and day is held at its last right numbers, because records of many devices are in quarantine; NULL: current',
    ADD COLUMN IF NOT EXISTS devices_excluded UInt32 COMMENT 'Devices of this application and day of which records are in quarantine, so they are left out';

ALTER TABLE {facts}.usage_daily_staging
    ADD COLUMN IF NOT EXISTS stale_since Nullable(DateTime64(3, 'UTC')) COMMENT 'As in usage_daily',
    ADD COLUMN IF NOT EXISTS devices_excluded UInt32 COMMENT 'As in usage_daily';

ALTER TABLE {final}.application_usage_daily
    ADD COLUMN IF NOT EXISTS stale_since Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when its use is held at its last right numbers, because records of many devices are in quarantine; NULL: current',
    ADD COLUMN IF NOT EXISTS devices_excluded UInt32 COMMENT 'Devices of which records of this application and day are in quarantine, so they are left out';

ALTER TABLE {facts}.application_usage_daily_staging
    ADD COLUMN IF NOT EXISTS stale_since Nullable(DateTime64(3, 'UTC')) COMMENT 'As in application_usage_daily',
    ADD COLUMN IF NOT EXISTS devices_excluded UInt32 COMMENT 'As in application_usage_daily';

CREATE TABLE {final}.usage_exclusions
(
    day              Date                COMMENT 'UTC day',
    application_id   String              COMMENT 'Application, 16 hex digits',
    application      String              COMMENT 'Its name',
    publisher        String              COMMENT 'Its publisher',
    devices_excluded UInt32              COMMENT 'Devices of which records of this application and day are in quarantine',
    devices          UInt64              COMMENT 'Devices that used it that day, those included; 0: not counted, since too few are left out to hold it',
    stale_since      Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the day is held at its last right numbers; NULL: it flows without these devices',
    computed_at      DateTime64(3, 'UTC') COMMENT 'When this was decided'
)
ENGINE = MergeTree PARTITION BY day ORDER BY application_id
COMMENT 'Applications and days of which records are in quarantine. One that is held and has no row in application_usage_daily never had a right number: it has none until the records are repaired or discarded';

CREATE TABLE {facts}.usage_exclusions_staging AS {final}.usage_exclusions;

CREATE TABLE {facts}.usage_concerns
(
    executable_no UInt32 COMMENT 'Executable that a record in quarantine is about',
    device_id64   UInt64 COMMENT 'Device whose use it is'
)
ENGINE = MergeTree ORDER BY executable_no
COMMENT 'What open quarantine records of the day in hand concern; empty but while a day is derived';
