-- What counts as use is said of an application by the catalogue, where what is usual does not fit: what has no window and what others
-- start is used when it runs; of what a person starts and leaves open the foreground alone may count.
CREATE TABLE {facts}.application_bases
(
    application_id String COMMENT 'Application, 16 hex digits',
    basis          String COMMENT 'foreground, user launch or run'
)
ENGINE = MergeTree ORDER BY application_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'What counts as use of an application, as the catalogue in force says; of all others that depends on what is known';

CREATE TABLE {facts}.application_bases_staging AS {facts}.application_bases;

-- A day is its number times 64, and 32 when it ran for five minutes, 16 when it was so long in the foreground, 8 when the foreground is
-- known, 4 unless it is known that nobody was there; 2 when it was started that day, 1 when by a person. Where the platform cannot tell
-- the foreground, a day counts on which a person started it, and one through which what a person started still ran while somebody was
-- there (7: that depends on who started it before). When something else has started a part of it since (its updater does each day),
-- what ran may be either: that is not known.
CREATE OR REPLACE VIEW {facts}.application_uses AS
SELECT toString(application_id) AS application_id, toString(device_id) AS device_id, application, publisher, newest_day,
    multiIf(
        application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'run'), 'run',
        application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'user launch'), 'user launch',
        application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'foreground'), 'foreground',
        '') AS wanted,
    arrayMap(each -> multiIf(
        wanted = 'run', if(bitTest(each, 5), 5, 0),
        wanted != 'user launch' AND bitTest(each, 4), 1,
        wanted != 'user launch' AND bitTest(each, 3), 0,
        wanted = 'foreground', if(bitTest(each, 5), 6, 0),
        bitTest(each, 0), 2,
        bitTest(each, 5) AND bitTest(each, 2), 7,
        0), days) AS kinds,
    arrayFill(each -> bitTest(each, 1), days) AS starts,
    arrayFill(each -> bitTest(each, 0), days) AS starts_by_person,
    arrayMap((each, kind, begun, by_person) -> multiIf(
        kind != 7, kind,
        NOT bitTest(each, 1) AND bitTest(begun, 0), 3,
        NOT bitTest(each, 1) AND NOT bitTest(begun, 1), 4,
        bitTest(by_person, 0), 4,
        0), days, kinds, starts, starts_by_person) AS counts_by,
    toDate(toUInt16(arrayMax(arrayMap((each, by) -> if(by IN (1, 2, 3, 5), intDiv(each, 64), 0), days, counts_by)))) AS newest_use,
    arrayCount((each, by) -> by IN (1, 2, 3, 5) AND intDiv(each, 64) > toUInt16(toDate(now('UTC'))) - 90, days, counts_by) AS days_used,
    arrayCount((each, by) -> by = 4 AND intDiv(each, 64) > toUInt16(toDate(now('UTC'))) - 90, days, counts_by) AS starts_not_seen,
    arrayCount((each, by) -> by = 6 AND intDiv(each, 64) > toUInt16(toDate(now('UTC'))) - 90, days, counts_by) AS front_not_known,
    arrayMap((each, by) -> (each.1, each.2, each.3, each.4, each.5, ['', 'foreground', 'user launch', 'still running', 'start not seen', 'run', 'foreground not known'][by + 1]), figures, counts_by) AS days_of_use,
    seconds_7, seconds_30, seconds_90, in_foreground
FROM
(
    SELECT application_id, device_id, toString(any(app_name)) AS application, toString(any(app_publisher)) AS publisher, max(used_on) AS newest_day,
        arraySort(groupArray(toUInt32(toUInt16(used_on)) * 64 + 32 * (ran >= 300) + 16 * (foreground >= 300) + 8 * (foreground >= 0)
            + 4 * (present != 0) + 2 * (started > 0) + (by_user > 0))) AS days,
        arraySort(groupArray((used_on, ran, started, by_user, foreground))) AS figures,
        sumIf(ran, used_on > toDate(now('UTC')) - 7) AS seconds_7, sumIf(ran, used_on > toDate(now('UTC')) - 30) AS seconds_30,
        sumIf(ran, used_on > toDate(now('UTC')) - 90) AS seconds_90, max(used_on > toDate(now('UTC')) - 90 AND foreground >= 0) AS in_foreground
    FROM
    (
        SELECT application_id, device_id, application AS app_name, publisher AS app_publisher, day AS used_on, seconds AS ran, launches AS started,
            launches_by_user AS by_user, foreground_seconds AS foreground, person_present AS present
        FROM {final}.usage_daily
    )
    GROUP BY application_id, device_id
)
COMMENT 'Use by device and application over all days that are kept, and what makes each of them count';

CREATE OR REPLACE VIEW {final}.application_last_used
(
    device_id String COMMENT 'Device, 16 hex digits', application_id String COMMENT 'Application, 16 hex digits',
    application String COMMENT 'Its name', publisher String COMMENT 'Its publisher',
    installed UInt8 COMMENT '1 when the device has it now', installed_since Date COMMENT 'Day from which on that is known, 1970 when it is not',
    last_used Nullable(Date) COMMENT 'Newest UTC day that counts as use, NULL for none within what is kept',
    seconds_7 UInt64 COMMENT 'Seconds it ran in the last 7 days', seconds_30 UInt64 COMMENT 'In the last 30', seconds_90 UInt64 COMMENT 'In the last 90',
    days_used UInt32 COMMENT 'Days of the last 90 that count as use',
    basis String COMMENT 'What such a day was counted by: what the catalogue says of the application (foreground, user launch, run), else foreground, or user launch where that is not known',
    observed_share_7 Nullable(Float64) COMMENT 'Share observed of the time the device was on in the last 7 days',
    observed_share_30 Nullable(Float64) COMMENT 'In the last 30', observed_share_90 Nullable(Float64) COMMENT 'In the last 90',
    observed_share Nullable(Float64) COMMENT 'The same of the days it is judged by',
    judged_days UInt16 COMMENT 'Of so many days it is judged: 90, or less when the application or the device is newer',
    interactive_days Int16 COMMENT 'Of these, days with a person at the device, -1 when that is not known',
    state String COMMENT 'used, not used or unknown',
    reason String COMMENT 'Why it is unknown: too new, silent, absent, not observed, presence not known, in quarantine, start not seen, foreground not known, not installed'
) AS
SELECT device_id, application_id, application, publisher, installed, installed_since,
    if(newest_use = toDate(0), NULL, newest_use) AS last_used, seconds_7, seconds_30, seconds_90, days_used, basis,
    if(powered_seconds_7 = 0, NULL, round(observed_seconds_7 / powered_seconds_7, 3)) AS observed_share_7, if(powered_seconds_30 = 0, NULL, round(observed_seconds_30 / powered_seconds_30, 3)) AS observed_share_30, if(powered_seconds_90 = 0, NULL, round(observed_seconds_90 / powered_seconds_90, 3)) AS observed_share_90,
    if(powered = 0, NULL, round(observed / powered, 3)) AS observed_share,
    judged_days, interactive_days,
    multiIf(days_used >= 2, 'used', reason = '', 'not used', 'unknown') AS state,
    multiIf(
        days_used >= 2, '',
        installed = 0, 'not installed',
        starts_not_seen > 0, 'start not seen',
        front_not_known > 0, 'foreground not known',
        judged_days = 0, 'too new',
        silent_days > 7, 'silent',
        powered = 0, 'absent',
        interactive_days < 0, 'presence not known',
        -- A day on which nobody can tell whether a person was there is not one on which it was seen not to be used.
        presence_known < 0.8 * powered, 'not observed',
        is_held > 0, 'in quarantine',
        interactive_days < 20, 'absent',
        '') AS reason
FROM
(
    -- Of the whole fleet only those rows are kept that the other side asks for.
    SELECT pair.device_id AS device_id, pair.application_id AS application_id, pair.app_name AS application, pair.app_publisher AS publisher,
        pair.is_installed AS installed, greatest(pair.arrived, toDate(known.first_seen)) AS installed_since, pair.newest_use AS newest_use,
        pair.seconds_7 AS seconds_7, pair.seconds_30 AS seconds_30, pair.seconds_90 AS seconds_90, pair.days_used AS days_used,
        pair.starts_not_seen AS starts_not_seen, pair.front_not_known AS front_not_known,
        multiIf(
            pair.application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'run'), 'run',
            pair.application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'user launch'), 'user launch',
            pair.application_id IN (SELECT application_id FROM {facts}.application_bases WHERE basis = 'foreground') OR pair.in_foreground > 0, 'foreground',
            'user launch') AS basis,
        -- Of days that are not kept nobody knows what was used on them.
        toDate(now('UTC')) - greatest(installed_since, (SELECT max(day) FROM {facts}.kept_since WHERE kind = 'device-usage')) AS age,
        -- What it was used for since then is still to be told.
        toDate(now('UTC')) - toDate(known.last_seen) AS silent_days,
        -- Use on days that are held waits in quarantine.
        pair.application_id IN (SELECT application_id FROM {final}.usage_exclusions WHERE stale_since IS NOT NULL AND day > toDate(now('UTC')) - 90) AS is_held,
        multiIf(age >= 89, 90, age >= 59, 60, age >= 29, 30, 0) AS judged_days,
        multiIf(judged_days = 90, interactive_days_90, judged_days = 60, interactive_days_60, interactive_days_30) AS interactive_days,
        multiIf(judged_days = 90, observed_seconds_90, judged_days = 60, observed_seconds_60, observed_seconds_30) AS observed,
        multiIf(judged_days = 90, known_seconds_90, judged_days = 60, known_seconds_60, known_seconds_30) AS presence_known,
        multiIf(judged_days = 90, powered_seconds_90, judged_days = 60, powered_seconds_60, powered_seconds_30) AS powered,
        observed_seconds_7, powered_seconds_7, observed_seconds_30, powered_seconds_30, observed_seconds_90, powered_seconds_90
    FROM (SELECT device_id AS device, first_seen, last_seen FROM {facts}.device_rows) AS known
    RIGHT JOIN
    (
        SELECT uses.*, covered.* EXCEPT device
        FROM (SELECT toString(device_id) AS device, * EXCEPT device_id FROM {facts}.coverage_windows) AS covered
        RIGHT JOIN
        (
            SELECT application_id, device_id, argMax(name_then, named_on) AS app_name, argMax(publisher_then, named_on) AS app_publisher,
                max(is_present) AS is_installed, max(arrived_on) AS arrived, max(use_day) AS newest_use, sum(in_7) AS seconds_7, sum(in_30) AS seconds_30,
                sum(in_90) AS seconds_90, sum(counted) AS days_used, sum(not_seen) AS starts_not_seen, sum(not_known) AS front_not_known, max(has_foreground) AS in_foreground,
                max(is_recent) AS any_recent
            FROM
            (
                SELECT application_id, device_id, application AS name_then, publisher AS publisher_then, toDate('2149-06-06') AS named_on, 1 AS is_present,
                    1 AS is_recent, toDate(0) AS arrived_on, toDate(0) AS use_day, 0 AS in_7, 0 AS in_30, 0 AS in_90, 0 AS counted, 0 AS not_seen, 0 AS not_known, 0 AS has_foreground
                FROM {final}.application_devices
                UNION ALL
                SELECT application_id, toString(device_id), '', '', toDate(0), 0, 0, day, toDate(0), 0, 0, 0, 0, 0, 0, 0
                FROM {facts}.application_arrivals
                UNION ALL
                SELECT application_id, device_id, application, publisher, newest_day, 0, newest_day > toDate(now('UTC')) - 90, toDate(0), newest_use,
                    seconds_7, seconds_30, seconds_90, days_used, starts_not_seen, front_not_known, in_foreground
                FROM {facts}.application_uses
            )
            GROUP BY application_id, device_id
            HAVING any_recent > 0
        ) AS uses ON covered.device = uses.device_id
    ) AS pair ON known.device = pair.device_id
)
COMMENT 'Which application each device uses, does not use, or of which that is not known. Used: two days that count, of 90. Not used: at least 80 % of the time the device was on was observed, with a person at it on at least 20 days, and it has reported within a week. Ask with an application_id: use lies in the order of applications, and without one all of it is read';
