-- Final tables: derived whole by the recompute job and swapped in by partition, never incremented.
CREATE DATABASE IF NOT EXISTS {final} COMMENT 'What administrators ask';

CREATE TABLE {facts}.executable_devices
(
    executable_no UInt32                COMMENT 'Executable',
    devices       UInt64                COMMENT 'Devices that have it now',
    computed_at   DateTime64(3, 'UTC')  COMMENT 'When this was derived'
)
ENGINE = MergeTree ORDER BY executable_no
COMMENT 'How many devices have each executable now';

CREATE TABLE {facts}.application_devices
(
    application_id String                                  COMMENT 'Application',
    version        String                                  COMMENT 'Version of it',
    name           String                                  COMMENT 'Its name',
    publisher      String                                  COMMENT 'Its publisher',
    recognised     UInt8                                   COMMENT '0 when only the file name is known',
    executables    UInt64                                  COMMENT 'Distinct executables of it that are installed somewhere',
    devices        UInt64                                  COMMENT 'Devices that have this version now',
    device_bitmap  AggregateFunction(groupBitmap, UInt32)  COMMENT 'Their epoch numbers',
    computed_at    DateTime64(3, 'UTC')                    COMMENT 'When this was derived'
)
ENGINE = MergeTree ORDER BY (application_id, version)
COMMENT 'Which devices have each application version now';

CREATE TABLE {final}.usage_daily
(
    day            Date                 COMMENT 'UTC day',
    application_id String               COMMENT 'Application, 16 hex digits',
    device_id      String               COMMENT 'Device, 16 hex digits',
    application    String               COMMENT 'Name of the application',
    publisher      String               COMMENT 'Its publisher',
    version        String               COMMENT 'Version that ran longest on the device that day',
    seconds        UInt32               COMMENT 'Seconds it ran, at most 86,400: exact for one executable and user, else an upper bound',
    launches       UInt32               COMMENT 'How often one of its executables was started',
    launches_by_user UInt32             COMMENT 'Of these, by a person',
    computed_at    DateTime64(3, 'UTC') COMMENT 'When this row was derived'
)
ENGINE = MergeTree PARTITION BY day ORDER BY (application_id, device_id)
COMMENT 'Use of each application on each device by day';

CREATE TABLE {facts}.usage_daily_staging AS {final}.usage_daily;

CREATE TABLE {final}.application_usage_daily
(
    day            Date                 COMMENT 'UTC day',
    application_id String               COMMENT 'Application, 16 hex digits',
    application    String               COMMENT 'Name of the application',
    publisher      String               COMMENT 'Its publisher',
    devices        UInt64               COMMENT 'Devices that had it, as last derived on that day',
    devices_used   UInt64               COMMENT 'Devices that used it',
    seconds        UInt64               COMMENT 'Seconds over all devices',
    launches       UInt64               COMMENT 'Launches over all devices',
    computed_at    DateTime64(3, 'UTC') COMMENT 'When this row was derived'
)
ENGINE = MergeTree PARTITION BY day ORDER BY application_id
COMMENT 'Presence and use of each application by day';

CREATE TABLE {facts}.application_usage_daily_staging AS {final}.application_usage_daily;

CREATE TABLE {facts}.executable_devices_staging AS {facts}.executable_devices;

CREATE TABLE {facts}.application_devices_staging AS {facts}.application_devices;
