-- What was given up by its age. Rows here come first and outlive what they speak of, so that nothing is derived from less
-- than there was.
CREATE TABLE {facts}.final_days
(
    day          Date                 COMMENT 'UTC day whose totals stay as they are: its five-minute marks are given up',
    version      UInt64               COMMENT 'Milliseconds since 1970 when this was written',
    finalised_at DateTime64(3, 'UTC') COMMENT 'Since when that is so',
    cleared_at   DateTime('UTC')      COMMENT 'When all its marks were cleared, by the clock of the engine; a second of 1970: some were and some wait; 1970: not yet'
)
ENGINE = ReplacingMergeTree(version) ORDER BY day
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Days that are derived from facts no more, but for devices of which nothing was known';

CREATE TABLE {facts}.kept_since
(
    kind    String COMMENT 'user-usage, device-usage, application-usage or last-used',
    day     Date   COMMENT 'Oldest UTC day that is kept',
    version UInt64 COMMENT 'Milliseconds since 1970 when this was written'
)
ENGINE = ReplacingMergeTree(version) ORDER BY kind
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'From which day on what is kept';

CREATE TABLE {facts}.unreferenced_executables
(
    executable_no UInt32              COMMENT 'Executable that no device has and no use names',
    since         DateTime64(3, 'UTC') COMMENT 'Since when nobody has it'
)
ENGINE = MergeTree ORDER BY executable_no
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Evidence that is kept for a while longer, in case somebody has it again';

CREATE TABLE {facts}.unreferenced_executables_staging AS {facts}.unreferenced_executables;

-- A device's rows lie in many granules, of which each covers a narrow range of devices where an application is common.
ALTER TABLE {final}.usage_daily ADD INDEX IF NOT EXISTS device_range device_id TYPE minmax GRANULARITY 1;

ALTER TABLE {facts}.usage_daily_staging ADD INDEX IF NOT EXISTS device_range device_id TYPE minmax GRANULARITY 1;

-- From facts, as before, where all of them are there; of a day whose marks are given up, what was derived.
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
