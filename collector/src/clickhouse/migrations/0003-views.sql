-- What administrators ask. Every view merges, so a reader never sees a fact twice.
CREATE VIEW {facts}.current_epochs AS
SELECT device_id64, max(epoch_no) AS epoch_no, min(opened_at) AS enrolled_at
FROM {facts}.epochs FINAL GROUP BY device_id64;

CREATE VIEW {final}.devices
(
    device_id String COMMENT 'Device, 16 hex digits', hostname String COMMENT 'Name of the computer',
    os String COMMENT 'linux, darwin or win32', os_name String COMMENT 'Operating system', os_version String COMMENT 'Its version',
    architecture String COMMENT 'x64, arm64', cpu_count UInt32 COMMENT 'Logical processors', memory_mib UInt32 COMMENT 'Memory in MiB',
    agent_version String COMMENT 'Version of the agent', executables UInt32 COMMENT 'Executables installed now',
    reports UInt32 COMMENT 'Sequence of the newest report', report_bytes UInt32 COMMENT 'Size of the newest report',
    agent_cpu_ms UInt32 COMMENT 'CPU time of the agent since it started', agent_resident_kib UInt32 COMMENT 'Its memory',
    agent_files_hashed UInt32 COMMENT 'Files it hashed since it started',
    skipped_files UInt32 COMMENT 'Files it could not list', first_seen DateTime64(3, 'UTC') COMMENT 'First report',
    last_seen DateTime64(3, 'UTC') COMMENT 'Newest report received'
) AS
SELECT lower(leftPad(hex(current.device_id64), 16, '0')) AS device_id, host.hostname AS hostname, host.os AS os,
    host.os_name AS os_name, host.os_version AS os_version, host.architecture AS architecture, host.cpu_count AS cpu_count,
    host.memory_mib AS memory_mib, host.agent_version AS agent_version, inventory.digest_count AS executables,
    head.sequence AS reports, head.report_bytes AS report_bytes, head.agent_cpu_ms AS agent_cpu_ms,
    head.agent_resident_kib AS agent_resident_kib, head.agent_files_hashed AS agent_files_hashed, head.skipped_files AS skipped_files,
    current.enrolled_at AS first_seen, head.received_at AS last_seen
FROM {facts}.current_epochs AS current
INNER JOIN (SELECT * FROM {facts}.device_heads FINAL) AS head ON head.epoch_no = current.epoch_no
LEFT JOIN (SELECT epoch_no, digest_count FROM {facts}.device_inventory FINAL) AS inventory ON inventory.epoch_no = current.epoch_no
LEFT JOIN (SELECT * FROM {facts}.host_facts FINAL) AS host ON host.device_id64 = current.device_id64
COMMENT 'The computers of the fleet';

CREATE VIEW {facts}.described_executables AS
SELECT executables.executable_no AS executable_no,
    lower(leftPad(hex(executables.executable_id64), 16, '0')) AS executable_id,
    if(executables.version = 0, '', lower(hex(executables.sha256))) AS sha256, executables.path AS path,
    executables.size AS size, executables.format AS format, lower(hex(executables.build_id)) AS build_id,
    executables.package_name AS package, lower(leftPad(hex(mappings.application_id64), 16, '0')) AS application_id,
    mappings.application AS application, mappings.application_version AS version, mappings.publisher AS publisher,
    mappings.recognised AS recognised, executables.first_seen AS first_seen
FROM (SELECT * EXCEPT evidence FROM {facts}.executables FINAL) AS executables
LEFT JOIN (SELECT * FROM {facts}.mappings FINAL) AS mappings ON mappings.executable_no = executables.executable_no
COMMENT 'Executables with their mapping; evidence not yet received shows as empty text';

CREATE VIEW {final}.executables
(
    executable_id String COMMENT 'Executable, 16 hex digits', sha256 String COMMENT 'SHA-256 of the file, 64 hex digits',
    path String COMMENT 'Normalised path', size UInt64 COMMENT 'Bytes', format String COMMENT 'elf, macho, pe or script',
    build_id String COMMENT 'Build id of the linker, hex', package String COMMENT 'Owning package',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher',
    recognised UInt8 COMMENT '0 when only the file name is known', devices UInt64 COMMENT 'Devices that have it now',
    first_seen DateTime64(3, 'UTC') COMMENT 'When the collector learnt of it',
    computed_at DateTime64(3, 'UTC') COMMENT 'When devices was derived'
) AS
SELECT described.executable_id AS executable_id, sha256, path, size, format, build_id, package, application_id, application, version,
    publisher, recognised, counted.devices AS devices, first_seen, counted.computed_at AS computed_at
FROM {facts}.executable_devices AS counted
INNER JOIN {facts}.described_executables AS described ON described.executable_no = counted.executable_no
COMMENT 'Executables that at least one device has now';

CREATE VIEW {final}.executables_seen
(
    executable_id String COMMENT 'Executable, 16 hex digits', sha256 String COMMENT 'SHA-256 of the file, 64 hex digits',
    path String COMMENT 'Normalised path', size UInt64 COMMENT 'Bytes', format String COMMENT 'elf, macho, pe or script',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher',
    devices UInt64 COMMENT 'Devices that have it now; 0: removed, or run from outside every program root',
    first_seen DateTime64(3, 'UTC') COMMENT 'When the collector learnt of it'
) AS
SELECT described.executable_id AS executable_id, sha256, path, size, format, application_id, application, version, publisher,
    counted.devices AS devices, first_seen
FROM {facts}.described_executables AS described
LEFT JOIN {facts}.executable_devices AS counted ON counted.executable_no = described.executable_no
COMMENT 'Every executable the collector knows: installed now, installed once, or only ever run';

CREATE VIEW {final}.installations
(
    device_id String COMMENT 'Device, 16 hex digits', executable_id String COMMENT 'Executable, 16 hex digits',
    sha256 String COMMENT 'SHA-256 of the file, 64 hex digits', path String COMMENT 'Normalised path',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher'
) AS
SELECT lower(leftPad(hex(installed.device_id64), 16, '0')) AS device_id, described.executable_id AS executable_id, sha256, path,
    application_id, application, version, publisher
FROM
(
    SELECT current.device_id64 AS device_id64, arrayJoin(inventory.ids) AS executable_no
    FROM {facts}.current_epochs AS current
    INNER JOIN (SELECT epoch_no, ids FROM {facts}.device_inventory FINAL) AS inventory ON inventory.epoch_no = current.epoch_no
) AS installed
INNER JOIN {facts}.described_executables AS described ON described.executable_no = installed.executable_no
COMMENT 'Which device has which executable now';

CREATE VIEW {final}.applications
(
    application_id String COMMENT 'Application, 16 hex digits', name String COMMENT 'Its name', version String COMMENT 'Version',
    publisher String COMMENT 'Publisher', recognised UInt8 COMMENT '0 when only the file name is known',
    devices UInt64 COMMENT 'Devices that have this version now', executables UInt64 COMMENT 'Distinct executables of this version',
    last_used Nullable(Date) COMMENT 'Newest UTC day on which any version was used; NULL: never while observed',
    catalogue_version String COMMENT 'Catalogue that names it', computed_at DateTime64(3, 'UTC') COMMENT 'When devices was derived'
) AS
SELECT present.application_id AS application_id, name, version, publisher, recognised, devices, executables,
    if(used.last_used = toDate(0), NULL, used.last_used) AS last_used, catalogue_version, computed_at
FROM
(
    SELECT application_id, name, version, publisher, recognised, devices, executables, toString(catalogue_version) AS catalogue_version,
        computed_at
    FROM {facts}.application_devices
    UNION ALL
    SELECT application_id, any(application) AS name, '' AS version, any(publisher) AS publisher, 0 AS recognised, 0 AS devices,
        0 AS executables, argMax(toString(catalogue_version), day) AS catalogue_version, max(computed_at) AS computed_at
    FROM {final}.application_usage_daily
    WHERE devices_used > 0 AND application_id NOT IN (SELECT application_id FROM {facts}.application_devices)
    GROUP BY application_id
) AS present
LEFT JOIN
(
    SELECT application_id, max(day) AS last_used FROM {final}.application_usage_daily WHERE devices_used > 0 GROUP BY application_id
) AS used ON used.application_id = present.application_id
COMMENT 'Applications of the fleet, one row per version; devices 0: run, but not installed in any program root';
