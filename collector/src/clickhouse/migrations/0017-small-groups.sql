-- From how many on a group is shown: fewer users, and names of few devices, would say who somebody is.
CREATE TABLE {facts}.small_groups
(
    smallest_shown UInt32 COMMENT 'Users and devices from which on a group is shown as what it is',
    version        UInt64 COMMENT 'Milliseconds since 1970 when this was written'
)
ENGINE = ReplacingMergeTree(version) ORDER BY tuple()
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'The setting smallestGroupShown, for the views and derivations that heed it';
