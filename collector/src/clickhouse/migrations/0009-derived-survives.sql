-- A mark is cleared once a derivation was swapped in, so what it derived has to survive a power cut from then on. Tables
-- that are empty, or made anew, whenever something is derived need nothing of the kind.
ALTER TABLE {facts}.executable_devices MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.application_devices MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {final}.usage_daily MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.usage_daily_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {final}.application_usage_daily MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.application_usage_daily_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.executable_devices_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.application_devices_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.device_rows MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.device_rows_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.application_last_uses MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.application_last_uses_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {final}.usage_exclusions MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {facts}.usage_exclusions_staging MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
