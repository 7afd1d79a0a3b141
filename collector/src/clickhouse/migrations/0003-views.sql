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
    last_seen DateTime64(3, 'UTC') COMMENT 'Newest report received',
    computed_at DateTime64(3, 'UTC') COMMENT 'When this row was derived'
) AS
SELECT device_id, hostname, os, os_name, os_version, architecture, cpu_count, memory_mib, agent_version, executables, reports,
    report_bytes, agent_cpu_ms, agent_resident_kib, agent_files_hashed, skipped_files, first_seen, last_seen, computed_at
FROM {facts}.device_rows
COMMENT 'The computers of the fleet';

-- Names by number, as of the last round of the recompute job, like everything that is derived: joining mappings for
-- every question costs a tenth of a second for each million executables.
CREATE VIEW {facts}.described_executables AS
SELECT executable_no, lower(leftPad(hex(executable_id64), 16, '0')) AS executable_id,
    if(known = 0, '', lower(hex(sha256_bytes))) AS sha256, path, size, format, lower(hex(build_id_bytes)) AS build_id, package,
    lower(leftPad(hex(dictGet('{facts}.application_numbered', 'application_id64', toUInt64(application_no))), 16, '0')) AS application_id,
    if(application_no = 0, '', dictGet('{facts}.application_numbered', 'name', toUInt64(application_no))) AS application,
    dictGet('{facts}.application_numbered', 'version', toUInt64(application_no)) AS version,
    dictGet('{facts}.application_numbered', 'publisher', toUInt64(application_no)) AS publisher,
    dictGet('{facts}.application_numbered', 'recognised', toUInt64(application_no)) AS recognised, first_seen
FROM
(
    SELECT executable_no, executable_id64, version AS known, sha256 AS sha256_bytes, path, size, format, build_id AS build_id_bytes,
        package_name AS package, first_seen,
        dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no
    FROM {facts}.executables FINAL
)
COMMENT 'Executables with their application; evidence not yet received shows as empty text';

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

-- Newest rows by a join and not by FINAL: the rows of one device are then found by their key.
CREATE VIEW {facts}.current_inventory AS
SELECT newest.device_id AS device_id, inventory.ids AS ids
FROM (SELECT epoch_no, version, ids FROM {facts}.device_inventory) AS inventory
ANY INNER JOIN
(
    SELECT current.device_id AS device_id, present.epoch_no AS epoch_no, max(present.version) AS version
    FROM (SELECT epoch_no, version FROM {facts}.device_inventory) AS present
    INNER JOIN
    (
        SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, epoch_no FROM {facts}.current_epochs
    ) AS current ON current.epoch_no = present.epoch_no
    GROUP BY device_id, epoch_no
) AS newest ON newest.epoch_no = inventory.epoch_no AND newest.version = inventory.version
COMMENT 'What each device has now, as numbers';

CREATE VIEW {final}.installations
(
    device_id String COMMENT 'Device, 16 hex digits', executable_id String COMMENT 'Executable, 16 hex digits',
    sha256 String COMMENT 'SHA-256 of the file, 64 hex digits', path String COMMENT 'Normalised path',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher'
) AS
SELECT installed.device_id AS device_id, described.executable_id AS executable_id, sha256, path,
    application_id, application, version, publisher
FROM {facts}.described_executables AS described
INNER JOIN (SELECT device_id, arrayJoin(ids) AS executable_no FROM {facts}.current_inventory) AS installed
    ON installed.executable_no = described.executable_no
COMMENT 'Which device has which executable now; of an application ask application_devices';

CREATE VIEW {final}.application_devices
(
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Version that the device has', publisher String COMMENT 'Its publisher',
    device_id String COMMENT 'Device, 16 hex digits', computed_at DateTime64(3, 'UTC') COMMENT 'When this was derived'
) AS
SELECT application_id, name AS application, version, publisher,
    lower(leftPad(hex(dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no))), 16, '0')) AS device_id, computed_at
FROM
(
    SELECT application_id, name, version, publisher, arrayJoin(bitmapToArray(device_bitmap)) AS epoch_no, computed_at
    FROM {facts}.application_devices
)
COMMENT 'Which device has which application version now, one row for each';

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
    SELECT application_id, application AS name, '' AS version, publisher, 0 AS recognised, 0 AS devices, 0 AS executables,
        toString(catalogue_version) AS catalogue_version, computed_at
    FROM {facts}.application_last_uses
    WHERE application_id NOT IN (SELECT application_id FROM {facts}.application_devices)
) AS present
LEFT JOIN {facts}.application_last_uses AS used ON used.application_id = present.application_id
COMMENT 'Applications of the fleet, one row per version; devices 0: run, but not installed in any program root';

-- From facts, which lie in the order of devices: usage_daily lies in the order of applications, and a copy of it in
-- the other order would double its size and what a recompute costs. The same steps as in derive-usage-day.ts.
CREATE VIEW {final}.device_usage_daily
(
    day Date COMMENT 'UTC day', device_id String COMMENT 'Device, 16 hex digits',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    publisher String COMMENT 'Its publisher', version String COMMENT 'Version that ran longest that day',
    seconds UInt32 COMMENT 'Seconds it ran, at most 86,400', launches UInt64 COMMENT 'How often it was started',
    launches_by_user UInt64 COMMENT 'Of these, by a person'
) AS
SELECT day, device_id, lower(leftPad(hex(app), 16, '0')) AS application_id,
    dictGetString('{facts}.application_numbered', 'name', toUInt64(main)) AS application,
    dictGetString('{facts}.application_numbered', 'publisher', toUInt64(main)) AS publisher,
    dictGetString('{facts}.application_numbered', 'version', toUInt64(main)) AS version,
    device_seconds AS seconds, device_launches AS launches, device_by_user AS launches_by_user
FROM
(
    SELECT day, device_id, app, argMax(user_main, (user_seconds, user_main)) AS main,
        least(sum(user_seconds), 86400) AS device_seconds, sum(user_launches) AS device_launches, sum(user_by_user) AS device_by_user
    FROM
    (
        SELECT day, device_id, user, dictGetUInt64('{facts}.application_numbered', 'application_id64', toUInt64(application_no)) AS app,
            argMax(application_no, (version_seconds, application_no)) AS user_main,
            least(sum(version_seconds), 300 * (bitCount(groupBitOr(v0)) + bitCount(groupBitOr(v1)) + bitCount(groupBitOr(v2))
                + bitCount(groupBitOr(v3)) + bitCount(groupBitOr(v4))), 86400) AS user_seconds,
            sum(version_launches) AS user_launches, sum(version_by_user) AS user_by_user
        FROM
        (
            SELECT day, device_id, user, dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no,
                sum(run_seconds) AS version_seconds, sum(run_launches) AS version_launches, sum(run_by_user) AS version_by_user,
                groupBitOr(r0) AS v0, groupBitOr(r1) AS v1, groupBitOr(r2) AS v2, groupBitOr(r3) AS v3, groupBitOr(r4) AS v4
            FROM
            (
                SELECT facts.day AS day, owner.device_id AS device_id, facts.executable_no AS executable_no, facts.user AS user, facts.run AS run,
                    facts.generation AS generation, max(facts.generation) OVER (PARTITION BY day, device_id, executable_no, user) AS newest,
                    max(facts.seconds) AS run_seconds, max(facts.launches_user) AS run_by_user,
                    run_by_user + max(facts.launches_autostart) + max(facts.launches_service) + max(facts.launches_scheduler)
                        + max(facts.launches_unknown) AS run_launches,
                    groupBitOr(facts.slots_0) AS r0, groupBitOr(facts.slots_1) AS r1, groupBitOr(facts.slots_2) AS r2,
                    groupBitOr(facts.slots_3) AS r3, groupBitOr(facts.slots_4) AS r4
                FROM {facts}.usage AS facts
                INNER JOIN
                (
                    SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, epoch_no FROM {facts}.epochs FINAL
                ) AS owner ON owner.epoch_no = facts.epoch_no
                GROUP BY day, device_id, executable_no, user, run, generation
            )
            WHERE generation = newest
            GROUP BY day, device_id, user, application_no
        )
        GROUP BY day, device_id, user, app
    )
    GROUP BY day, device_id, app
)
COMMENT 'The same as usage_daily, quick for one device and slow for many';
