-- What the control store knows of devices, and what follows from it and from their reports: who is in the fleet.
CREATE TABLE {facts}.device_registry
(
    device_id64     UInt64                 COMMENT 'Device',
    version         UInt64                 COMMENT 'Milliseconds since 1970 when this was written',
    device_group    LowCardinality(String) COMMENT 'Group of the device',
    ephemeral       UInt8                  COMMENT '1 when the token it joined with says that it comes and goes',
    revoked         UInt8                  COMMENT '1 while an administrator has put it out',
    superseded_by64 UInt64                 COMMENT 'Device that took its place, 0 for none',
    superseded_at   DateTime64(3, 'UTC')   COMMENT 'When that was decided',
    erased          UInt8                  COMMENT '1 when its records are not to be kept'
)
ENGINE = ReplacingMergeTree(version) ORDER BY device_id64
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Devices as the control store knows them; the recompute job writes what has changed there';

ALTER TABLE {facts}.device_rows
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'active' COMMENT 'active, ephemeral, stale, archived, superseded or revoked' AFTER epoch_no,
    ADD COLUMN IF NOT EXISTS device_group LowCardinality(String) DEFAULT '' COMMENT 'Group of the device' AFTER state,
    ADD COLUMN IF NOT EXISTS superseded_by String DEFAULT '' COMMENT 'Device that took its place, empty for none' AFTER device_group;

ALTER TABLE {facts}.device_rows_staging
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'active' COMMENT 'active, ephemeral, stale, archived, superseded or revoked' AFTER epoch_no,
    ADD COLUMN IF NOT EXISTS device_group LowCardinality(String) DEFAULT '' COMMENT 'Group of the device' AFTER state,
    ADD COLUMN IF NOT EXISTS superseded_by String DEFAULT '' COMMENT 'Device that took its place, empty for none' AFTER device_group;

CREATE OR REPLACE VIEW {facts}.newest_epochs AS
SELECT device_id64, max(epoch_no) AS epoch_no, min(opened_at) AS enrolled_at
FROM {facts}.epochs FINAL GROUP BY device_id64;

-- Who counts. A device of which nothing is derived yet does: it has just reported.
CREATE OR REPLACE VIEW {facts}.current_epochs AS
SELECT device_id64, epoch_no, enrolled_at FROM {facts}.newest_epochs
WHERE device_id64 NOT IN
(
    SELECT reinterpretAsUInt64(reverse(unhex(device_id))) FROM {facts}.device_rows WHERE state IN ('archived', 'superseded', 'revoked')
);

CREATE OR REPLACE VIEW {final}.devices
(
    device_id String COMMENT 'Device, 16 hex digits', hostname String COMMENT 'Name of the computer',
    state String COMMENT 'active, ephemeral and stale count as the fleet; archived, superseded and revoked do not',
    `group` String COMMENT 'Group of the device', superseded_by String COMMENT 'Device that took its place, empty for none',
    os String COMMENT 'linux, darwin or win32', os_name String COMMENT 'Operating system', os_version String COMMENT 'Its version',
    architecture String COMMENT 'x64, arm64', cpu_count UInt32 COMMENT 'Logical processors', memory_mib UInt32 COMMENT 'Memory in MiB',
    agent_version String COMMENT 'Version of the agent', executables UInt32 COMMENT 'Executables it had when it last said',
    reports UInt32 COMMENT 'Sequence of the newest report', report_bytes UInt32 COMMENT 'Size of the newest report',
    agent_cpu_ms UInt32 COMMENT 'CPU time of the agent since it started', agent_resident_kib UInt32 COMMENT 'Its memory',
    agent_files_hashed UInt32 COMMENT 'Files it hashed since it started',
    skipped_files UInt32 COMMENT 'Files it could not list', first_seen DateTime64(3, 'UTC') COMMENT 'First report',
    last_seen DateTime64(3, 'UTC') COMMENT 'Newest report received',
    computed_at DateTime64(3, 'UTC') COMMENT 'When this row was derived'
) AS
SELECT device_id, hostname, toString(device_rows.state) AS state, toString(device_group) AS `group`, superseded_by, os, os_name, os_version,
    architecture, cpu_count, memory_mib, agent_version, executables, reports, report_bytes, agent_cpu_ms, agent_resident_kib,
    agent_files_hashed, skipped_files, first_seen, last_seen, computed_at
FROM {facts}.device_rows
COMMENT 'The computers of the fleet, and those that left it: see state';
