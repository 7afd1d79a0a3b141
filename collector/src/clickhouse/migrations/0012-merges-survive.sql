-- The embedded engine removes parts at most half a minute after it has merged them (old_parts_lifetime is 0 there): what they
-- were merged into has to survive a power cut from then on, as they did. Scratch tables need nothing of the kind.
ALTER TABLE {facts}.migrations MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.epochs MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.device_inventory MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.inventory_changes MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.device_heads MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.host_facts MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.executables MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.mappings MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.usage MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.coverage MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.executable_devices MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.application_devices MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {final}.usage_daily MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.usage_daily_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {final}.application_usage_daily MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.application_usage_daily_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.executable_devices_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.application_devices_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.device_rows MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.device_rows_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.application_last_uses MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.application_last_uses_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.inventory_parts MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.device_registry MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.usage_digests MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {final}.usage_exclusions MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.usage_exclusions_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.final_days MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.kept_since MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.unreferenced_executables MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.unreferenced_executables_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;

ALTER TABLE {facts}.usage_daily_judged_staging MODIFY SETTING min_rows_to_fsync_after_merge = 1;
