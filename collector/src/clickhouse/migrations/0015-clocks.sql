-- How wrong the clocks of devices are. What they report is named by the clock of the collector where that matters.
ALTER TABLE {facts}.device_heads
    ADD COLUMN IF NOT EXISTS clock_ahead_seconds Int32 COMMENT 'Seconds by which its clock is ahead of the collector''s, negative: behind; 0 when it is right, or that is not known' AFTER skipped_files;

ALTER TABLE {facts}.device_rows
    ADD COLUMN IF NOT EXISTS clock_ahead_seconds Int32 COMMENT 'Seconds by which its clock is ahead of the collector''s, negative: behind; 0 when it is right, or that is not known' AFTER skipped_files;

ALTER TABLE {facts}.device_rows_staging
    ADD COLUMN IF NOT EXISTS clock_ahead_seconds Int32 COMMENT 'Seconds by which its clock is ahead of the collector''s, negative: behind; 0 when it is right, or that is not known' AFTER skipped_files;

CREATE OR REPLACE VIEW {final}.devices
(
    device_id String COMMENT 'Device, 16 hex digits', hostname String COMMENT 'Name of the computer',
    state String COMMENT 'active, ephemeral and stale count as the fleet; archived, superseded and revoked do not',
    `group` String COMMENT 'Group of the device', superseded_by String COMMENT 'Device that took its place, empty for none',
    os String COMMENT 'linux, darwin or win32', os_name String COMMENT 'Operating system', os_version String COMMENT 'Its version',
    architecture String COMMENT 'x64, arm64', cpu_count UInt32 COMMENT 'Logical processors', memory_mib UInt32 COMMENT 'Memory in MiB',
    agent_version String COMMENT 'Version of the agent', executables UInt32 COMMENT 'Executables it had when it last said',
    reports UInt32 COMMENT 'Sequence of the newest report', report_bytes UInt32 COMMENT 'Size of the newest report',
    agent_uptime_s UInt32 COMMENT 'Seconds since the agent started, as of its newest report; the next six are of that time',
    agent_cpu_ms UInt32 COMMENT 'CPU time of the agent', agent_resident_kib UInt32 COMMENT 'Its memory at the end',
    agent_files_hashed UInt32 COMMENT 'Files it hashed', agent_hashed_kib UInt32 COMMENT 'Content it read for that',
    agent_sent_kib UInt32 COMMENT 'What it sent', agent_watches UInt32 COMMENT 'Watches of the system that it uses at the end',
    skipped_files UInt32 COMMENT 'Files it could not list',
    clock_ahead_seconds Int32 COMMENT 'Seconds by which its clock is ahead of the collector''s, negative: behind; 0 when it is right, or that is not known',
    first_seen DateTime64(3, 'UTC') COMMENT 'First report',
    last_seen DateTime64(3, 'UTC') COMMENT 'Newest report received',
    computed_at DateTime64(3, 'UTC') COMMENT 'When this row was derived'
) AS
SELECT device_id, hostname, toString(device_rows.state) AS state, toString(device_group) AS `group`, superseded_by, os, os_name, os_version,
    architecture, cpu_count, memory_mib, agent_version, executables, reports, report_bytes, agent_uptime_s, agent_cpu_ms,
    agent_resident_kib, agent_files_hashed, agent_hashed_kib, agent_sent_kib, agent_watches, skipped_files, clock_ahead_seconds, first_seen, last_seen,
    computed_at
FROM {facts}.device_rows
COMMENT 'The computers of the fleet, and those that left it: see state';
