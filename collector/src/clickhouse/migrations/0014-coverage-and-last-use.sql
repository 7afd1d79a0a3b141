-- How much of each day was observed, and what follows for an application without use: not used, or not known.
ALTER TABLE {facts}.coverage
    ADD COLUMN IF NOT EXISTS unobserved_seconds SimpleAggregateFunction(max, UInt32) COMMENT 'Seconds it was on and awake and not observed',
    ADD COLUMN IF NOT EXISTS interactive_seconds SimpleAggregateFunction(max, Int32) DEFAULT -1 COMMENT 'Seconds observed with a person at it, counted up to 900, -1 not known';

CREATE TABLE {final}.device_coverage
(
    day                 Date                COMMENT 'UTC day',
    device_id           FixedString(16)     COMMENT 'Device, 16 hex digits',
    observed_seconds    UInt32              COMMENT 'Seconds in which the meter really observed it, at most 86,400',
    powered_seconds     UInt32              COMMENT 'Seconds it was on and awake as far as the agent knows, observed or not, at most 86,400',
    interactive_seconds Int32               COMMENT 'Of those observed, with a person at it, counted up to 900; -1 where that cannot be told',
    computed_at         DateTime64(3, 'UTC') COMMENT 'When this row was derived'
)
ENGINE = MergeTree PARTITION BY day ORDER BY device_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'How much of each day of each device was observed; a day without a row: it was off, or there was no agent';

CREATE TABLE {facts}.device_coverage_staging AS {final}.device_coverage;

CREATE TABLE {facts}.coverage_windows
(
    device_id FixedString(16) COMMENT 'Device, 16 hex digits',
    observed_seconds_7 UInt64 COMMENT 'Seconds observed in the last 7 days',
    powered_seconds_7 UInt64 COMMENT 'Seconds it was on in them',
    interactive_days_7 Int16 COMMENT 'Days of them with a person at it for at least a quarter of an hour, -1 when that is not known',
    known_seconds_7 UInt64 COMMENT 'Seconds observed on days of them of which that is known',
    observed_seconds_30 UInt64 COMMENT 'Seconds observed in the last 30 days',
    powered_seconds_30 UInt64 COMMENT 'Seconds it was on in them',
    interactive_days_30 Int16 COMMENT 'Days of them with a person at it for at least a quarter of an hour, -1 when that is not known',
    known_seconds_30 UInt64 COMMENT 'Seconds observed on days of them of which that is known',
    observed_seconds_60 UInt64 COMMENT 'Seconds observed in the last 60 days',
    powered_seconds_60 UInt64 COMMENT 'Seconds it was on in them',
    interactive_days_60 Int16 COMMENT 'Days of them with a person at it for at least a quarter of an hour, -1 when that is not known',
    known_seconds_60 UInt64 COMMENT 'Seconds observed on days of them of which that is known',
    observed_seconds_90 UInt64 COMMENT 'Seconds observed in the last 90 days',
    powered_seconds_90 UInt64 COMMENT 'Seconds it was on in them',
    interactive_days_90 Int16 COMMENT 'Days of them with a person at it for at least a quarter of an hour, -1 when that is not known',
    known_seconds_90 UInt64 COMMENT 'Seconds observed on days of them of which that is known'
)
ENGINE = MergeTree ORDER BY device_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Coverage of the newest days of each device: summing it for every question reads ninety days of the whole fleet';

CREATE TABLE {facts}.coverage_windows_staging AS {facts}.coverage_windows;

ALTER TABLE {final}.usage_daily
    ADD COLUMN IF NOT EXISTS foreground_seconds Int32 DEFAULT -1 COMMENT 'Of these seconds, in the foreground; -1 where the platform cannot tell' AFTER launches_by_user,
    ADD COLUMN IF NOT EXISTS person_present Int8 DEFAULT -1 COMMENT '1 when a person was at the device that day for at least a quarter of an hour, 0 when nobody was, -1 when that is not known' AFTER foreground_seconds;

ALTER TABLE {facts}.usage_daily_staging
    ADD COLUMN IF NOT EXISTS foreground_seconds Int32 DEFAULT -1 COMMENT 'As in usage_daily' AFTER launches_by_user,
    ADD COLUMN IF NOT EXISTS person_present Int8 DEFAULT -1 COMMENT 'As in usage_daily' AFTER foreground_seconds;

ALTER TABLE {facts}.usage_daily_judged_staging
    ADD COLUMN IF NOT EXISTS foreground_seconds Int32 DEFAULT -1 COMMENT 'As in usage_daily' AFTER launches_by_user,
    ADD COLUMN IF NOT EXISTS person_present Int8 DEFAULT -1 COMMENT 'As in usage_daily' AFTER foreground_seconds;

CREATE TABLE {facts}.application_presence
(
    application_id String                                 COMMENT 'Application, 16 hex digits',
    epochs         AggregateFunction(groupBitmap, UInt32) COMMENT 'Epochs that had it, in any version'
)
ENGINE = MergeTree ORDER BY application_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'What was installed when that was last derived: what is new since is seen beside it';

CREATE TABLE {facts}.application_presence_staging AS {facts}.application_presence;

CREATE TABLE {facts}.application_arrivals
(
    day            Date            COMMENT 'UTC day on which it was first seen there',
    application_id String          COMMENT 'Application, 16 hex digits',
    device_id      FixedString(16) COMMENT 'Device, 16 hex digits'
)
ENGINE = ReplacingMergeTree PARTITION BY day ORDER BY (application_id, device_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Applications that came to a device that was known before. Not derived from facts: it is seen when it happens';

-- How an application was used on a device, one row for both: what is asked of all devices of an application is computed without a row for
-- each of their days. A day is its number times 16, and 4 for one that counts by the foreground, 8 by a launch, 12 where that depends on
-- who started it before; 2 when it was started that day, 1 when by a person. Where the platform cannot tell the foreground, a day counts
-- on which a person started it, and one through which what a person started still ran while somebody was there.
-- When something else has started a part of it since (its updater does each day), what ran may be either: that is not known.
CREATE VIEW {facts}.application_uses AS
SELECT toString(application_id) AS application_id, toString(device_id) AS device_id, application, publisher, newest_day,
    arrayFill(each -> bitTest(each, 1), days) AS starts,
    arrayFill(each -> bitTest(each, 0), days) AS starts_by_person,
    arrayMap((each, begun, by_person) -> multiIf(
        bitAnd(each, 12) < 12, intDiv(bitAnd(each, 12), 4),
        NOT bitTest(each, 1) AND bitTest(begun, 0), 3,
        NOT bitTest(each, 1) AND NOT bitTest(begun, 1), 4,
        bitTest(by_person, 0), 4,
        0), days, starts, starts_by_person) AS counts_by,
    toDate(toUInt16(arrayMax(arrayMap((each, by) -> if(by IN (1, 2, 3), intDiv(each, 16), 0), days, counts_by)))) AS newest_use,
    arrayCount((each, by) -> by IN (1, 2, 3) AND intDiv(each, 16) > toUInt16(toDate(now('UTC'))) - 90, days, counts_by) AS days_used,
    arrayCount((each, by) -> by = 4 AND intDiv(each, 16) > toUInt16(toDate(now('UTC'))) - 90, days, counts_by) AS starts_not_seen,
    arrayMap((each, by) -> (each.1, each.2, each.3, each.4, each.5, ['', 'foreground', 'user launch', 'still running', 'start not seen'][by + 1]), figures, counts_by) AS days_of_use,
    seconds_7, seconds_30, seconds_90, in_foreground
FROM
(
    SELECT application_id, device_id, toString(any(app_name)) AS application, toString(any(app_publisher)) AS publisher, max(used_on) AS newest_day,
        arraySort(groupArray(toUInt32(toUInt16(used_on)) * 16
            + multiIf(foreground >= 300, 4, foreground >= 0, 0, by_user > 0, 8, ran < 300 OR present = 0, 0, 12)
            + 2 * (started > 0) + (by_user > 0))) AS days,
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

CREATE VIEW {final}.application_last_used
(
    device_id String COMMENT 'Device, 16 hex digits', application_id String COMMENT 'Application, 16 hex digits',
    application String COMMENT 'Its name', publisher String COMMENT 'Its publisher',
    installed UInt8 COMMENT '1 when the device has it now', installed_since Date COMMENT 'Day from which on that is known, 1970 when it is not',
    last_used Nullable(Date) COMMENT 'Newest UTC day that counts as use, NULL for none within what is kept',
    seconds_7 UInt64 COMMENT 'Seconds it ran in the last 7 days', seconds_30 UInt64 COMMENT 'In the last 30', seconds_90 UInt64 COMMENT 'In the last 90',
    days_used UInt32 COMMENT 'Days of the last 90 that count as use',
    basis String COMMENT 'What such a day was counted by: foreground, or user launch where that is not known',
    observed_share_7 Nullable(Float64) COMMENT 'Share observed of the time the device was on in the last 7 days',
    observed_share_30 Nullable(Float64) COMMENT 'In the last 30', observed_share_90 Nullable(Float64) COMMENT 'In the last 90',
    observed_share Nullable(Float64) COMMENT 'The same of the days it is judged by',
    judged_days UInt16 COMMENT 'Of so many days it is judged: 90, or less when the application or the device is newer',
    interactive_days Int16 COMMENT 'Of these, days with a person at the device, -1 when that is not known',
    state String COMMENT 'used, not used or unknown',
    reason String COMMENT 'Why it is unknown: too new, silent, absent, not observed, presence not known, in quarantine, start not seen, not installed'
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
        pair.starts_not_seen AS starts_not_seen, if(pair.in_foreground > 0, 'foreground', 'user launch') AS basis,
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
                sum(in_90) AS seconds_90, sum(counted) AS days_used, sum(not_seen) AS starts_not_seen, max(has_foreground) AS in_foreground,
                max(is_recent) AS any_recent
            FROM
            (
                SELECT application_id, device_id, application AS name_then, publisher AS publisher_then, toDate('2149-06-06') AS named_on, 1 AS is_present,
                    1 AS is_recent, toDate(0) AS arrived_on, toDate(0) AS use_day, 0 AS in_7, 0 AS in_30, 0 AS in_90, 0 AS counted, 0 AS not_seen, 0 AS has_foreground
                FROM {final}.application_devices
                UNION ALL
                SELECT application_id, toString(device_id), '', '', toDate(0), 0, 0, day, toDate(0), 0, 0, 0, 0, 0, 0
                FROM {facts}.application_arrivals
                UNION ALL
                SELECT application_id, device_id, application, publisher, newest_day, 0, newest_day > toDate(now('UTC')) - 90, toDate(0), newest_use,
                    seconds_7, seconds_30, seconds_90, days_used, starts_not_seen, in_foreground
                FROM {facts}.application_uses
            )
            GROUP BY application_id, device_id
            HAVING any_recent > 0
        ) AS uses ON covered.device = uses.device_id
    ) AS pair ON known.device = pair.device_id
)
COMMENT 'Which application each device uses, does not use, or of which that is not known. Used: two days that count, of 90. Not used: at least 80 % of the time the device was on was observed, with a person at it on at least 20 days, and it has reported within a week. Ask with an application_id: use lies in the order of applications, and without one all of it is read';

CREATE VIEW {final}.usage_evidence
(
    day Date COMMENT 'UTC day', device_id String COMMENT 'Device, 16 hex digits', application_id String COMMENT 'Application, 16 hex digits',
    observed_seconds UInt32 COMMENT 'Seconds of the day in which the device was observed',
    powered_seconds UInt32 COMMENT 'Seconds it was on', interactive_seconds Int32 COMMENT 'Seconds with a person at it, counted up to 900, -1 when that is not known',
    seconds UInt32 COMMENT 'Seconds the application ran', launches UInt32 COMMENT 'How often it was started',
    launches_by_user UInt32 COMMENT 'Of these, by a person', foreground_seconds Int32 COMMENT 'Seconds in the foreground, -1 when that is not known',
    counts_by String COMMENT 'What makes the day count as use: foreground, user launch, still running; empty: it does not count. Start not seen: it ran, and who started it was not seen'
) AS
SELECT each.1 AS day, device_id, application_id, max(each.2) AS observed_seconds, max(each.3) AS powered_seconds, max(each.4) AS interactive_seconds,
    max(each.5) AS seconds, max(each.6) AS launches, max(each.7) AS launches_by_user, max(each.8) AS foreground_seconds, max(each.9) AS counts_by
FROM
(
    SELECT pair.application_id AS application_id, pair.device_id AS device_id,
        arrayConcat(
            arrayMap(used -> (used.1, 0, 0, -1, used.2, used.3, used.4, used.5, used.6), pair.days_used),
            arrayMap(seen -> (seen.1, seen.2, seen.3, seen.4, 0, 0, 0, -1, ''), covered.days_covered)) AS days
    FROM
    (
        SELECT application_id, device_id, groupArrayArray(days_of_use) AS days_used
        FROM
        (
            -- Whether one device is among them, without a row for each of the others.
            SELECT application_id, device_id, [] AS days_of_use FROM {facts}.application_devices CROSS JOIN {facts}.device_rows
            WHERE bitmapContains(device_bitmap, epoch_no)
            UNION ALL
            SELECT application_id, device_id, days_of_use FROM {facts}.application_uses
        )
        GROUP BY application_id, device_id
    ) AS pair
    LEFT JOIN
    (
        SELECT toString(device_id) AS device, groupArray((day, observed_seconds, powered_seconds, interactive_seconds)) AS days_covered
        FROM {final}.device_coverage GROUP BY device_id
    ) AS covered ON covered.device = pair.device_id
)
ARRAY JOIN days AS each
GROUP BY day, device_id, application_id
COMMENT 'The days and figures that the state of an application on a device rests on. Ask with a device_id and an application_id: both are found by their keys';
