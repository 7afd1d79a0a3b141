-- Parts of large baselines that are not complete yet: the stream is trimmed behind the processor, so what came lies here
-- until the last part comes. A device has at most one row per part number, of the newest baseline.
CREATE TABLE {facts}.inventory_parts
(
    epoch_no       UInt32              COMMENT 'Epoch whose baseline this is part of',
    part           UInt32              COMMENT 'Number of the part, from 0',
    version        UInt32              COMMENT 'Sequence of the report that brought it',
    first_sequence UInt32              COMMENT 'Sequence of part 0: which baseline it belongs to',
    digest_count   UInt32              COMMENT 'Digest of the whole baseline: number of executables',
    digest_sum     FixedString(16)     COMMENT 'Digest of the whole baseline: sum, little-endian',
    ids            Array(UInt32)       COMMENT 'executable_no of what this part lists' CODEC(Delta(4), T64, LZ4),
    received_at    DateTime64(3, 'UTC') COMMENT 'When that report was received'
)
ENGINE = ReplacingMergeTree(version) ORDER BY (epoch_no, part)
TTL toDateTime(received_at) + INTERVAL 7 DAY
SETTINGS index_granularity = 8, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Parts of baselines that wait for the others; one that waits for a week is asked for again';
