-- What few devices have in their homes is one application for readers, and its files have an id of its own on each device. With one id
-- for all, who has such a file, or gives one of his own the name he guesses, would find whoever else has it.
ALTER TABLE {facts}.small_groups
    ADD COLUMN IF NOT EXISTS rules UInt32 COMMENT 'Rules by which everything was last derived; others have it derived again',
    ADD COLUMN IF NOT EXISTS key_low UInt64 COMMENT 'Half of the key of ids that only the collector can make',
    ADD COLUMN IF NOT EXISTS key_high UInt64 COMMENT 'The other half';

CREATE TABLE {facts}.home_applications
(
    application_id64 UInt64 COMMENT 'Application that is only known by the name of its files in homes',
    devices          UInt64 COMMENT 'Devices that have it now'
)
ENGINE = MergeTree ORDER BY application_id64
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Which names of homes are those of many';

CREATE TABLE {facts}.home_applications_staging AS {facts}.home_applications;

-- A mutation keeps its text for long, so it must not be the text that says who is erased.
CREATE TABLE {facts}.persons_to_erase
(
    user FixedString(16) COMMENT 'Pseudonym; here for as long as rows are being deleted'
)
ENGINE = MergeTree ORDER BY user
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Whose rows are being deleted';

CREATE OR REPLACE DICTIONARY {facts}.application_numbered
(
    application_no   UInt64,
    application_id64 UInt64 DEFAULT 0,
    version          String DEFAULT '',
    name             String DEFAULT '(evidence not yet received)',
    publisher        String DEFAULT '',
    recognised       UInt8 DEFAULT 0,
    home_only        UInt8 DEFAULT 0,
    true_id64        UInt64 DEFAULT 0,
    true_name        String DEFAULT '(evidence not yet received)'
)
PRIMARY KEY application_no
SOURCE(CLICKHOUSE(QUERY 'SELECT application_no, if(is_hidden, 0x93c63535119adece, true_id64) AS application_id64, if(is_hidden, \'\', true_version) AS version, if(is_hidden, concat(\'~/(fewer than \', toString(assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups))), \' devices)\'), true_name) AS name, publisher, recognised, home_only, true_id64, true_name FROM (SELECT application_no, application_id64 AS true_id64, version AS true_version, name AS true_name, publisher, recognised, home_only, home_only AND assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups)) > 1 AND true_id64 NOT IN (SELECT application_id64 FROM {facts}.home_applications WHERE devices >= assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups))) AS is_hidden FROM {facts}.application_numbers)'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 4294967296)) LIFETIME(0)
COMMENT 'What an application version is called; what is in the homes of few devices is one for all of it, and true_id64 and true_name are for the views of persons';

CREATE OR REPLACE VIEW {facts}.hidden_applications AS
SELECT lower(leftPad(hex(application_id64), 16, '0')) AS application_id
FROM {facts}.application_numbers
WHERE home_only AND dictGetUInt64('{facts}.application_numbered', 'application_id64', toUInt64(application_no)) != application_id64
COMMENT 'Applications whose name is not shown, as of the last round of the recompute job';

CREATE OR REPLACE VIEW {facts}.described_executables AS
SELECT executable_no, if(is_hidden, lower(leftPad(hex(sipHash64Keyed((assumeNotNull((SELECT argMax(key_low, version) FROM {facts}.small_groups)), assumeNotNull((SELECT argMax(key_high, version) FROM {facts}.small_groups))), executable_no)), 16, '0')), lower(leftPad(hex(executable_id64), 16, '0'))) AS executable_id, is_hidden,
    if(known = 0 OR is_hidden, '', lower(hex(sha256_bytes))) AS sha256,
    if(is_hidden AND known > 0, concat('~/(fewer than ', toString(assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups))), ' devices)'), true_path) AS path, if(is_hidden, 0, true_size) AS size,
    format, if(is_hidden, '', lower(hex(build_id_bytes))) AS build_id, package,
    lower(leftPad(hex(dictGet('{facts}.application_numbered', 'application_id64', toUInt64(application_no))), 16, '0')) AS application_id,
    if(application_no = 0, '', dictGet('{facts}.application_numbered', 'name', toUInt64(application_no))) AS application,
    dictGet('{facts}.application_numbered', 'version', toUInt64(application_no)) AS version,
    dictGet('{facts}.application_numbered', 'publisher', toUInt64(application_no)) AS publisher,
    dictGet('{facts}.application_numbered', 'recognised', toUInt64(application_no)) AS recognised, first_seen
FROM
(
    SELECT executable_no, executable_id64, version AS known, sha256 AS sha256_bytes, path AS true_path, size AS true_size, format, build_id AS build_id_bytes,
        package_name AS package, first_seen,
        dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no,
        (known = 0 OR startsWith(true_path, '~')) AND dictGetUInt8('{facts}.application_of', 'is_common', toUInt64(executable_no)) = 0
            AND assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups)) > 1 AS is_hidden
    FROM {facts}.executables FINAL
)
COMMENT 'Executables with their application; evidence not yet received shows as empty text. What few devices have in a home, or have not described, has an id that only this collector can make, and no path, size or hash: who has the file could find it by them';

CREATE OR REPLACE VIEW {final}.installations
(
    device_id String COMMENT 'Device, 16 hex digits', executable_id String COMMENT 'Executable, 16 hex digits; of what is not shown another one on each device',
    sha256 String COMMENT 'SHA-256 of the file, 64 hex digits', path String COMMENT 'Normalised path',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher'
) AS
SELECT installed.device_id AS device_id,
    if(described.is_hidden, lower(leftPad(hex(sipHash64Keyed((assumeNotNull((SELECT argMax(key_low, version) FROM {facts}.small_groups)), assumeNotNull((SELECT argMax(key_high, version) FROM {facts}.small_groups))), described.executable_no, installed.device_id)), 16, '0')), described.executable_id) AS executable_id,
    sha256, path, application_id, application, version, publisher
FROM {facts}.described_executables AS described
INNER JOIN (SELECT device_id, arrayJoin(ids) AS executable_no FROM {facts}.current_inventory) AS installed
    ON installed.executable_no = described.executable_no
COMMENT 'Which device has which executable now; of an application ask application_devices';

-- Marks of two orders are united each for itself, as in usage_daily.
CREATE OR REPLACE VIEW {final}.device_usage_daily
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
                + bitCount(groupBitOr(v3)) + bitCount(groupBitOr(v4)) + bitCount(groupBitOr(o0)) + bitCount(groupBitOr(o1))
                + bitCount(groupBitOr(o2)) + bitCount(groupBitOr(o3)) + bitCount(groupBitOr(o4))), 86400) AS user_seconds,
            sum(version_launches) AS user_launches, sum(version_by_user) AS user_by_user
        FROM
        (
            SELECT day, device_id, user, dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no,
                sum(run_seconds) AS version_seconds, sum(run_launches) AS version_launches, sum(run_by_user) AS version_by_user,
                groupBitOrIf(r0, NOT is_in_order) AS v0, groupBitOrIf(r1, NOT is_in_order) AS v1, groupBitOrIf(r2, NOT is_in_order) AS v2,
                groupBitOrIf(r3, NOT is_in_order) AS v3, groupBitOrIf(r4, NOT is_in_order) AS v4,
                groupBitOrIf(r0, is_in_order) AS o0, groupBitOrIf(r1, is_in_order) AS o1, groupBitOrIf(r2, is_in_order) AS o2,
                groupBitOrIf(r3, is_in_order) AS o3, groupBitOrIf(r4, is_in_order) AS o4
            FROM
            (
                SELECT facts.day AS day, owner.device_id AS device_id, facts.executable_no AS executable_no, facts.user AS user, facts.run AS run,
                    facts.generation AS generation, max(facts.generation) OVER (PARTITION BY day, device_id, executable_no, user) AS newest,
                    max(facts.seconds) AS run_seconds, max(facts.launches_user) AS run_by_user,
                    run_by_user + max(facts.launches_autostart) + max(facts.launches_service) + max(facts.launches_scheduler)
                        + max(facts.launches_unknown) AS run_launches,
                    groupBitOr(facts.slots_0) AS r0, groupBitOr(facts.slots_1) AS r1, groupBitOr(facts.slots_2) AS r2,
                    groupBitOr(facts.slots_3) AS r3, groupBitOr(facts.slots_4) AS r4, groupBitOr(facts.slot_order) = 2 AS is_in_order
                FROM {facts}.usage AS facts
                INNER JOIN
                (
                    SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, epoch_no FROM {facts}.epochs FINAL
                ) AS owner ON owner.epoch_no = facts.epoch_no
                WHERE facts.day NOT IN (SELECT final_days.day FROM {facts}.final_days)
                    AND facts.day >= (SELECT max(kept_since.day) FROM {facts}.kept_since FINAL WHERE kind = 'user-usage')
                GROUP BY day, device_id, executable_no, user, run, generation
            )
            WHERE generation = newest
            GROUP BY day, device_id, user, application_no
        )
        GROUP BY day, device_id, user, app
    )
    GROUP BY day, device_id, app
)
UNION ALL
SELECT day, toString(device_id) AS device_id, toString(application_id) AS application_id, toString(application) AS application,
    toString(publisher) AS publisher, toString(version) AS version, seconds, toUInt64(launches) AS launches,
    toUInt64(launches_by_user) AS launches_by_user
FROM {final}.usage_daily
WHERE usage_daily.day IN (SELECT final_days.day FROM {facts}.final_days)
    OR usage_daily.day < (SELECT max(kept_since.day) FROM {facts}.kept_since FINAL WHERE kind = 'user-usage')
COMMENT 'The same as usage_daily, quick for one device and slow for many';

CREATE OR REPLACE VIEW {person}.user_usage_daily
(
    day Date COMMENT 'UTC day', person String COMMENT 'Pseudonym of a user of one device, 32 hex digits',
    device_id String COMMENT 'Device, 16 hex digits', application_id String COMMENT 'Application, 16 hex digits',
    application String COMMENT 'Its name, also where it is in the homes of few', publisher String COMMENT 'Its publisher',
    seconds UInt32 COMMENT 'Seconds it ran for this user, at most 86,400: exact for one executable, else an upper bound',
    launches UInt64 COMMENT 'How often one of its executables was started', launches_by_user UInt64 COMMENT 'Of these, by a person',
    foreground_seconds Int32 COMMENT 'Seconds in the foreground, -1 where the platform cannot tell'
) AS
SELECT day, lower(hex(used.user)) AS person, device_id, lower(leftPad(hex(app), 16, '0')) AS application_id,
    dictGetString('{facts}.application_numbered', 'true_name', toUInt64(main)) AS application,
    dictGetString('{facts}.application_numbered', 'publisher', toUInt64(main)) AS publisher,
    user_seconds AS seconds, user_launches AS launches, user_by_user AS launches_by_user, user_foreground AS foreground_seconds
FROM
(
    SELECT day, device_id, user, dictGetUInt64('{facts}.application_numbered', 'true_id64', toUInt64(application_no)) AS app,
        argMax(application_no, (version_seconds, application_no)) AS main,
        bitCount(groupBitOr(v0)) + bitCount(groupBitOr(v1)) + bitCount(groupBitOr(v2)) + bitCount(groupBitOr(v3)) + bitCount(groupBitOr(v4))
            + bitCount(groupBitOr(o0)) + bitCount(groupBitOr(o1)) + bitCount(groupBitOr(o2)) + bitCount(groupBitOr(o3)) + bitCount(groupBitOr(o4)) AS marks,
        toUInt32(least(sum(version_seconds), if(marks = 0 AND day IN (SELECT final_days.day FROM {facts}.final_days), 86400, 300 * marks), 86400)) AS user_seconds,
        sum(version_launches) AS user_launches, sum(version_by_user) AS user_by_user,
        toInt32(if(max(version_foreground) < 0 OR (sumIf(version_foreground, version_foreground > 0) < 300 AND sumIf(version_foreground, version_foreground > 0) + sumIf(version_seconds, version_foreground < 0) >= 300), -1, least(sumIf(version_foreground, version_foreground > 0), 86400))) AS user_foreground
    FROM
    (
        SELECT day, device_id, user, dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no,
            sum(run_seconds) AS version_seconds, sum(run_launches) AS version_launches, sum(run_by_user) AS version_by_user,
            if(max(run_foreground) < 0 OR (sumIf(run_foreground, run_foreground > 0) < 300 AND sumIf(run_foreground, run_foreground > 0) + sumIf(run_seconds, run_foreground < 0) >= 300), -1, least(sumIf(run_foreground, run_foreground > 0), 86400)) AS version_foreground,
            groupBitOrIf(r0, NOT is_in_order) AS v0, groupBitOrIf(r1, NOT is_in_order) AS v1, groupBitOrIf(r2, NOT is_in_order) AS v2,
            groupBitOrIf(r3, NOT is_in_order) AS v3, groupBitOrIf(r4, NOT is_in_order) AS v4,
            groupBitOrIf(r0, is_in_order) AS o0, groupBitOrIf(r1, is_in_order) AS o1, groupBitOrIf(r2, is_in_order) AS o2,
            groupBitOrIf(r3, is_in_order) AS o3, groupBitOrIf(r4, is_in_order) AS o4
        FROM
        (
            SELECT facts.day AS day, owner.device_id AS device_id, facts.executable_no AS executable_no, facts.user AS user, facts.run AS run,
                facts.generation AS generation, max(facts.generation) OVER (PARTITION BY day, device_id, executable_no, user) AS newest,
                max(facts.seconds) AS run_seconds, max(facts.launches_user) AS run_by_user,
                run_by_user + max(facts.launches_autostart) + max(facts.launches_service) + max(facts.launches_scheduler)
                    + max(facts.launches_unknown) AS run_launches,
                max(facts.foreground_seconds) AS run_foreground,
                groupBitOr(facts.slots_0) AS r0, groupBitOr(facts.slots_1) AS r1, groupBitOr(facts.slots_2) AS r2,
                groupBitOr(facts.slots_3) AS r3, groupBitOr(facts.slots_4) AS r4, groupBitOr(facts.slot_order) = 2 AS is_in_order
            FROM {facts}.usage AS facts
            INNER JOIN
            (
                SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, epoch_no FROM {facts}.epochs FINAL
            ) AS owner ON owner.epoch_no = facts.epoch_no
            WHERE facts.day >= (SELECT max(kept_since.day) FROM {facts}.kept_since FINAL WHERE kind = 'user-usage')
            GROUP BY day, device_id, executable_no, user, run, generation
        )
        WHERE generation = newest
        GROUP BY day, device_id, user, application_no
    )
    GROUP BY day, device_id, user, app
) AS used
COMMENT 'Use of each application by each user by day, as long as use by user is kept. Ask with days, and with a device_id where it is known: it is found by its key, and a person is not';

CREATE OR REPLACE VIEW {person}.executables
(
    executable_id String COMMENT 'Executable, 16 hex digits',
    shown_id String COMMENT 'What it is called in lists of executables of {final}: the same, or another number where its name is not shown',
    sha256 String COMMENT 'SHA-256 of the file, 64 hex digits', path String COMMENT 'Normalised path',
    size UInt64 COMMENT 'Bytes', format String COMMENT 'elf, macho, pe or script', package String COMMENT 'Owning package',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name, also where it is in the homes of few',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher',
    devices UInt64 COMMENT 'Devices that have it now; 0: removed, or run from outside every program root',
    first_seen DateTime64(3, 'UTC') COMMENT 'When the collector learnt of it'
) AS
SELECT lower(leftPad(hex(known.executable_id64), 16, '0')) AS executable_id,
    if((known.path = '' OR startsWith(known.path, '~')) AND dictGetUInt8('{facts}.application_of', 'is_common', toUInt64(known.executable_no)) = 0
        AND assumeNotNull((SELECT if(count() = 0, 5, argMax(smallest_shown, version)) FROM {facts}.small_groups)) > 1,
        lower(leftPad(hex(sipHash64Keyed((assumeNotNull((SELECT argMax(key_low, version) FROM {facts}.small_groups)), assumeNotNull((SELECT argMax(key_high, version) FROM {facts}.small_groups))), known.executable_no)), 16, '0')), executable_id) AS shown_id,
    if(known.version = 0, '', lower(hex(known.sha256))) AS sha256, known.path AS path, known.size AS size, toString(known.format) AS format,
    toString(known.package_name) AS package,
    lower(leftPad(hex(dictGetUInt64('{facts}.application_numbered', 'true_id64', toUInt64(known.numbered_as))), 16, '0')) AS application_id,
    if(known.numbered_as = 0, '', dictGetString('{facts}.application_numbered', 'true_name', toUInt64(known.numbered_as))) AS application,
    dictGetString('{facts}.application_numbered', 'version', toUInt64(known.numbered_as)) AS version, dictGetString('{facts}.application_numbered', 'publisher', toUInt64(known.numbered_as)) AS publisher, counted.devices AS devices, known.first_seen AS first_seen
FROM
(
    SELECT *, dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS numbered_as FROM {facts}.executables FINAL
) AS known
LEFT ANY JOIN {facts}.executable_devices AS counted ON counted.executable_no = known.executable_no
COMMENT 'Every executable the collector knows, under its true name';
