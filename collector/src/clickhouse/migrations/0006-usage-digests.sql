-- What devices say they reported of closed days: the audit compares it with the usage that is here.
CREATE TABLE {facts}.usage_digests
(
    day              Date   COMMENT 'UTC day',
    epoch_no         UInt32 COMMENT 'Epoch that reported it; leads to the device',
    run              UInt64 COMMENT 'Uninterrupted run of the agent',
    version          UInt32 COMMENT 'Sequence of the report that said so; the newest counts',
    records          UInt32 COMMENT 'Usage records of generation 0 that the device sent of that day and run',
    seconds          UInt32 COMMENT 'Sum of their seconds',
    launches         UInt32 COMMENT 'Sum of their launches, of every origin',
    marks            UInt32 COMMENT 'Sum of their five-minute marks',
    coverage_seconds UInt32 COMMENT 'Seconds that the meter observed'
)
ENGINE = ReplacingMergeTree(version) PARTITION BY day ORDER BY (epoch_no, run)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Digest of each closed day and run, as the device has it';

CREATE DICTIONARY {facts}.evidence_of
(
    executable_no UInt64,
    evidence_hash UInt128 DEFAULT 0
)
PRIMARY KEY executable_no
SOURCE(CLICKHOUSE(QUERY 'SELECT executable_no, reinterpretAsUInt128(evidence_hash) AS evidence_hash FROM {facts}.executables FINAL WHERE version > 0'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 4294967296)) LIFETIME(0)
COMMENT 'First 16 bytes of the evidence hash, as a number; 0 when nobody has described the executable yet';
