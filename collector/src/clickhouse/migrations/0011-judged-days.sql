-- Rows of a day in which some applications are held, put together from those that were derived and those in place.
CREATE TABLE {facts}.usage_daily_judged_staging AS {final}.usage_daily;

ALTER TABLE {facts}.usage_daily_judged_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
