-- Facts: what devices reported, merged by state. Written only by the processor, read only by the recompute job and
-- by the views in {final}; readers cannot name this database. Ids are 64-bit integers here (`..._id64`) and text of 16
-- hex digits elsewhere; they need different names, since ClickHouse mixes up equally named columns of joined views.
CREATE DATABASE IF NOT EXISTS {facts} COMMENT 'What devices reported, before aggregation';

CREATE TABLE {facts}.epochs
(
    epoch_no        UInt32                  COMMENT 'Dense number of the epoch, from the control store',
    device_id64     UInt64                  COMMENT 'Device the epoch belongs to',
    parent_epoch_no UInt32                  COMMENT 'Epoch it branched off, 0 for none',
    opened_at       DateTime64(3, 'UTC')    COMMENT 'When the collector first saw it',
    moves           UInt32                  COMMENT 'How often it was moved to another device; the newest row counts'
)
ENGINE = ReplacingMergeTree(moves) ORDER BY epoch_no
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Epoch to device: facts stay, this mapping may move';

CREATE TABLE {facts}.device_inventory
(
    epoch_no     UInt32                     COMMENT 'Epoch whose inventory this is',
    version      UInt32                     COMMENT 'Sequence of the report that made this state',
    digest_count UInt32                     COMMENT 'Digest: number of executables',
    digest_sum   FixedString(16)            COMMENT 'Digest: sum modulo 2^128 of the evidence hashes, little-endian',
    ids          Array(UInt32) COMMENT 'executable_no of everything installed, ascending' CODEC(Delta(4), T64, LZ4),
    received_at  DateTime64(3, 'UTC')       COMMENT 'When that report was received'
)
ENGINE = ReplacingMergeTree(version) ORDER BY epoch_no
SETTINGS index_granularity = 8, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Present inventory, one row per epoch';

CREATE TABLE {facts}.inventory_changes
(
    epoch_no      UInt32                    COMMENT 'Epoch that changed',
    sequence      UInt32                    COMMENT 'Report that changed it',
    executable_no UInt32                    COMMENT 'Executable',
    installed     UInt8                     COMMENT '1 appeared, 0 disappeared',
    received_at   DateTime64(3, 'UTC')      COMMENT 'When that report was received'
)
ENGINE = ReplacingMergeTree ORDER BY (epoch_no, sequence, executable_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Change log of inventories, for as-of questions; baselines are not unrolled into it';

CREATE TABLE {facts}.device_heads
(
    epoch_no           UInt32               COMMENT 'Epoch',
    sequence           UInt32               COMMENT 'Newest processed report',
    report_hash        FixedString(16)      COMMENT 'First 16 bytes of SHA-256 of its payload',
    received_at        DateTime64(3, 'UTC') COMMENT 'When it was received',
    composed_at        DateTime('UTC')      COMMENT 'When the device composed it, by the device''s clock',
    utc_offset_seconds Int32                COMMENT 'Seconds east of UTC on the device',
    report_bytes       UInt32               COMMENT 'Size of its envelope',
    agent_cpu_ms       UInt32               COMMENT 'CPU time of the agent since it started',
    agent_uptime_s     UInt32               COMMENT 'Seconds since the agent started',
    agent_resident_kib UInt32               COMMENT 'Resident memory of the agent',
    agent_files_hashed UInt32               COMMENT 'Files the agent hashed since it started',
    skipped_files      UInt32               COMMENT 'Files the agent saw and could not list'
)
ENGINE = ReplacingMergeTree(sequence) ORDER BY epoch_no
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Newest processed report of each epoch';

CREATE TABLE {facts}.host_facts
(
    device_id64   UInt64                    COMMENT 'Device',
    version       UInt64                    COMMENT 'Milliseconds since 1970 when received',
    hostname      String                    COMMENT 'Name of the computer',
    os            LowCardinality(String)    COMMENT 'linux, darwin or win32',
    os_name       LowCardinality(String)    COMMENT 'Operating system for people',
    os_version    LowCardinality(String)    COMMENT 'Its version',
    architecture  LowCardinality(String)    COMMENT 'x64, arm64',
    kernel        LowCardinality(String)    COMMENT 'Kernel release',
    cpu_count     UInt32                    COMMENT 'Logical processors',
    memory_mib    UInt32                    COMMENT 'Physical memory in MiB',
    agent_version LowCardinality(String)    COMMENT 'Version of the agent',
    system_uuid   String                    COMMENT 'SMBIOS system UUID, 16 bytes big-endian, or empty',
    serial        String                    COMMENT 'System serial number',
    mac_addresses Array(String)             COMMENT 'Permanent addresses of interfaces, 6 bytes each',
    join_kind     UInt8                     COMMENT 'How the device is joined, see JoinKind in the schema',
    management_id String                    COMMENT 'Identifier in the management system',
    ephemeral     UInt8                     COMMENT '0 no, 1 yes, 2 not known',
    is_virtual    UInt8                     COMMENT '0 no, 1 yes, 2 not known'
)
ENGINE = ReplacingMergeTree(version) ORDER BY device_id64
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What each device is';

CREATE TABLE {facts}.executables
(
    executable_no        UInt32                 COMMENT 'Dense number from the control store',
    executable_id64      UInt64                 COMMENT 'First 8 bytes of the evidence hash, read big-endian',
    version              UInt8                  COMMENT '0 known by id only, 1 with evidence',
    evidence_hash        FixedString(16)        COMMENT 'First 16 bytes of the evidence hash',
    sha256               FixedString(32)        COMMENT 'SHA-256 of the file',
    path                 String                 COMMENT 'Normalised path',
    size                 UInt64                 COMMENT 'Bytes',
    format               LowCardinality(String) COMMENT 'elf, macho, pe or script',
    build_id             String                 COMMENT 'Build id of the linker',
    package_manager      LowCardinality(String) COMMENT 'dpkg, rpm, ...',
    package_name         LowCardinality(String) COMMENT 'Owning package',
    package_version      LowCardinality(String) COMMENT 'Its version',
    package_architecture LowCardinality(String) COMMENT 'Its architecture',
    package_vendor       LowCardinality(String) COMMENT 'Its maintainer or vendor',
    evidence             String COMMENT 'The canonical evidence as received' CODEC(ZSTD(3)),
    first_seen           DateTime64(3, 'UTC')   COMMENT 'When the collector learnt this'
)
ENGINE = ReplacingMergeTree(version) ORDER BY executable_no
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Executables of the fleet; evidence proves itself against the id';

CREATE TABLE {facts}.mappings
(
    executable_no       UInt32                 COMMENT 'Executable',
    version             UInt64                 COMMENT 'Generation of the catalogue x 2^44 + milliseconds since 1970; the newest counts',
    application_id64    UInt64                 COMMENT 'Application, from publisher and name',
    application         String                 COMMENT 'Its name',
    publisher           LowCardinality(String) COMMENT 'Its publisher',
    application_version LowCardinality(String) COMMENT 'Version of the application this executable belongs to',
    recognised          UInt8                  COMMENT '0 when nothing but the file name was to go by',
    fingerprint         UInt64                 COMMENT 'Hash of everything the mapping was made from'
)
ENGINE = ReplacingMergeTree(version) ORDER BY executable_no
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Executable to application, as the catalogue says';

CREATE TABLE {facts}.usage
(
    day                Date                                       COMMENT 'UTC day',
    epoch_no           UInt32                                     COMMENT 'Epoch that reported it; leads to the device',
    executable_no      UInt32                                     COMMENT 'Executable',
    user               FixedString(16)                            COMMENT 'Pseudonym: keyed on the device, keyed again here',
    run                UInt64                                     COMMENT 'Uninterrupted run of the agent',
    generation         UInt16                                     COMMENT '0 from agents; the highest is read',
    seconds            SimpleAggregateFunction(max, UInt32)       COMMENT 'Seconds run in that run and day',
    launches_user      SimpleAggregateFunction(max, UInt32)       COMMENT 'Launches by a person',
    launches_autostart SimpleAggregateFunction(max, UInt32)       COMMENT 'Launches by the session''s autostart',
    launches_service   SimpleAggregateFunction(max, UInt32)       COMMENT 'Launches by the service manager',
    launches_scheduler SimpleAggregateFunction(max, UInt32)       COMMENT 'Launches by a scheduler',
    launches_unknown   SimpleAggregateFunction(max, UInt32)       COMMENT 'Launches by what could not be told',
    foreground_seconds SimpleAggregateFunction(max, Int32)        COMMENT 'Seconds in the foreground, -1 not known',
    locked_seconds     SimpleAggregateFunction(max, Int32)        COMMENT 'Seconds with the session locked, -1 not known',
    slots_0            SimpleAggregateFunction(groupBitOr, UInt64) COMMENT 'Five-minute marks 0 to 63',
    slots_1            SimpleAggregateFunction(groupBitOr, UInt64) COMMENT 'Marks 64 to 127',
    slots_2            SimpleAggregateFunction(groupBitOr, UInt64) COMMENT 'Marks 128 to 191',
    slots_3            SimpleAggregateFunction(groupBitOr, UInt64) COMMENT 'Marks 192 to 255',
    slots_4            SimpleAggregateFunction(groupBitOr, UInt64) COMMENT 'Marks 256 to 287'
)
ENGINE = AggregatingMergeTree PARTITION BY day ORDER BY (epoch_no, executable_no, user, run, generation)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Cumulative usage; columns merge by max and bit-or, so a repeated report changes nothing';

CREATE TABLE {facts}.coverage
(
    day      Date                                 COMMENT 'UTC day',
    epoch_no UInt32                               COMMENT 'Epoch that reported it',
    run      UInt64                               COMMENT 'Uninterrupted run of the agent',
    seconds  SimpleAggregateFunction(max, UInt32) COMMENT 'Seconds the meter observed in that run and day'
)
ENGINE = AggregatingMergeTree PARTITION BY day ORDER BY (epoch_no, run)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'How much of each day was observed';
