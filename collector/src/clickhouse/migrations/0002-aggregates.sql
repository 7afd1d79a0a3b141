-- Final tables: derived whole by the recompute job and swapped in by partition, never incremented.
CREATE DATABASE IF NOT EXISTS {final} COMMENT 'What administrators ask';

CREATE TABLE {facts}.application_numbers
(
    application_no   UInt32 COMMENT 'Number of an application version; good for one round of the recompute job only',
    application_id64 UInt64 COMMENT 'Application',
    version          String COMMENT 'Version of it',
    name             String COMMENT 'Its name',
    publisher        String COMMENT 'Its publisher',
    recognised       UInt8  COMMENT '0 when only the file name is known'
)
ENGINE = MergeTree ORDER BY application_no
COMMENT 'Application versions under dense numbers: deriving with numbers costs a seventh of deriving with joins';

CREATE TABLE {facts}.application_of_executable
(
    executable_no  UInt32 COMMENT 'Executable',
    application_no UInt32 COMMENT 'Its application version'
)
ENGINE = MergeTree ORDER BY executable_no
COMMENT 'Mappings by number, as of the last round of the recompute job';

CREATE DICTIONARY {facts}.application_of
(
    executable_no  UInt64,
    application_no UInt32 DEFAULT 0
)
PRIMARY KEY executable_no
SOURCE(CLICKHOUSE(QUERY 'SELECT executable_no, application_no FROM {facts}.application_of_executable'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 4294967296)) LIFETIME(0)
COMMENT 'Executable to application version; 0 when nobody has described it yet';

CREATE DICTIONARY {facts}.application_numbered
(
    application_no   UInt64,
    application_id64 UInt64 DEFAULT 0,
    version          String DEFAULT '',
    name             String DEFAULT '(evidence not yet received)',
    publisher        String DEFAULT '',
    recognised       UInt8 DEFAULT 0
)
PRIMARY KEY application_no
SOURCE(CLICKHOUSE(QUERY 'SELECT application_no, application_id64, version, name, publisher, recognised FROM {facts}.application_numbers'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 4294967296)) LIFETIME(0)
COMMENT 'What an application version is called';

CREATE DICTIONARY {facts}.device_of
(
    epoch_no    UInt64,
    device_id64 UInt64 DEFAULT 0
)
PRIMARY KEY epoch_no
SOURCE(CLICKHOUSE(QUERY 'SELECT epoch_no, device_id64 FROM {facts}.epochs FINAL'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 4294967296)) LIFETIME(0)
COMMENT 'Epoch to device';

CREATE TABLE {facts}.application_epochs
(
    application_no UInt32                                 COMMENT 'Application version',
    epochs         AggregateFunction(groupBitmap, UInt32) COMMENT 'Epochs of one band whose inventory holds it'
)
ENGINE = MergeTree ORDER BY application_no
COMMENT 'Empty but while the recompute job counts applications band by band, which bounds its memory';

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
    catalogue_version LowCardinality(String)               COMMENT 'Catalogue that names the applications',
    computed_at    DateTime64(3, 'UTC')                    COMMENT 'When this was derived'
)
ENGINE = MergeTree ORDER BY (application_id, version)
COMMENT 'Which devices have each application version now';

CREATE TABLE {final}.usage_daily
(
    day            Date                 COMMENT 'UTC day',
    application_id FixedString(16)      COMMENT 'Application, 16 hex digits',
    device_id      FixedString(16)      COMMENT 'Device, 16 hex digits',
    application    LowCardinality(String) COMMENT 'Name of the application',
    publisher      LowCardinality(String) COMMENT 'Its publisher',
    version        LowCardinality(String) COMMENT 'Version that ran longest on the device that day',
    seconds        UInt32               COMMENT 'Seconds it ran, at most 86,400: exact for one executable and user, else an upper bound',
    launches       UInt32               COMMENT 'How often one of its executables was started',
    launches_by_user UInt32             COMMENT 'Of these, by a person',
    catalogue_version LowCardinality(String) COMMENT 'Catalogue that named the application',
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
    catalogue_version LowCardinality(String) COMMENT 'Catalogue that named the application',
    computed_at    DateTime64(3, 'UTC') COMMENT 'When this row was derived'
)
ENGINE = MergeTree PARTITION BY day ORDER BY application_id
COMMENT 'Presence and use of each application by day';

CREATE TABLE {facts}.application_usage_daily_staging AS {final}.application_usage_daily;

CREATE TABLE {facts}.executable_devices_staging AS {facts}.executable_devices;

CREATE TABLE {facts}.application_devices_staging AS {facts}.application_devices;

CREATE TABLE {facts}.device_rows
(
    device_id          String                 COMMENT 'Device, 16 hex digits',
    epoch_no           UInt32                 COMMENT 'Its present epoch',
    hostname           String                 COMMENT 'Name of the computer',
    os                 LowCardinality(String) COMMENT 'linux, darwin or win32',
    os_name            LowCardinality(String) COMMENT 'Operating system',
    os_version         LowCardinality(String) COMMENT 'Its version',
    architecture       LowCardinality(String) COMMENT 'x64, arm64',
    cpu_count          UInt32                 COMMENT 'Logical processors',
    memory_mib         UInt32                 COMMENT 'Memory in MiB',
    agent_version      LowCardinality(String) COMMENT 'Version of the agent',
    executables        UInt32                 COMMENT 'Executables installed',
    reports            UInt32                 COMMENT 'Sequence of the newest report',
    report_bytes       UInt32                 COMMENT 'Size of the newest report',
    agent_cpu_ms       UInt32                 COMMENT 'CPU time of the agent since it started',
    agent_uptime_s     UInt32                 COMMENT 'Seconds since the agent started',
    agent_resident_kib UInt32                 COMMENT 'Its memory',
    agent_files_hashed UInt32                 COMMENT 'Files it hashed since it started',
    skipped_files      UInt32                 COMMENT 'Files it could not list',
    first_seen         DateTime64(3, 'UTC')   COMMENT 'First report',
    last_seen          DateTime64(3, 'UTC')   COMMENT 'Newest report received',
    computed_at        DateTime64(3, 'UTC')   COMMENT 'When this row was derived'
)
ENGINE = MergeTree ORDER BY device_id
COMMENT 'What each device is and last said, in one row: joining it for every question costs a second at a million devices';

CREATE TABLE {facts}.device_rows_staging AS {facts}.device_rows;

CREATE TABLE {facts}.application_last_uses
(
    application_id    String                 COMMENT 'Application, 16 hex digits',
    application       String                 COMMENT 'Name of the application',
    publisher         String                 COMMENT 'Its publisher',
    last_used         Date                   COMMENT 'Newest UTC day on which any device used it',
    catalogue_version LowCardinality(String) COMMENT 'Catalogue that named the application then',
    computed_at       DateTime64(3, 'UTC')   COMMENT 'When that day was derived'
)
ENGINE = MergeTree ORDER BY application_id
COMMENT 'Newest use of each application: looking for it in ninety days of all applications costs a third of a second';

CREATE TABLE {facts}.application_last_uses_staging AS {facts}.application_last_uses;
