/**
 * The layout of the agent's store, as numbered steps. A step that was released is never edited; a change is a
 * new step. `PRAGMA user_version` holds the number of the last step taken.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Every distinct program file ever found or used, with the evidence that proves its id.
  CREATE TABLE executables (
    executable_no INTEGER PRIMARY KEY,
    executable_id TEXT NOT NULL UNIQUE,      -- 16 hex digits
    evidence      BLOB NOT NULL,             -- canonical encoding
    digest_part   BLOB NOT NULL,             -- 16 bytes of the evidence hash
    files         INTEGER NOT NULL DEFAULT 0,-- installed while >= 1; 0 = used or gone
    touched       INTEGER NOT NULL DEFAULT 0,-- counter value of the last change of presence
    kept_since    INTEGER NOT NULL DEFAULT 0 -- day on which it was last needed while files = 0
  ) STRICT;
  CREATE INDEX executables_touched ON executables (touched);

  -- Which file is which executable: what keeps a file from being hashed again.
  CREATE TABLE files (
    path          TEXT PRIMARY KEY,
    executable_no INTEGER NOT NULL REFERENCES executables (executable_no),
    format        TEXT NOT NULL,
    device        TEXT NOT NULL,
    inode         TEXT NOT NULL,
    size          INTEGER NOT NULL,
    mtime_ns      TEXT NOT NULL,
    ctime_ns      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_identity ON files (inode, device);
  CREATE INDEX files_executable ON files (executable_no);

  -- Digest of what is installed and the rising counter that marks touched ids. One row.
  CREATE TABLE inventory_state (
    only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
    digest_count  INTEGER NOT NULL,
    digest_sum    BLOB NOT NULL,
    touch_counter INTEGER NOT NULL
  ) STRICT;
  INSERT INTO inventory_state VALUES (1, 0, zeroblob(16), 0);

  -- The present epoch and what of it was acknowledged. One row, replaced when an epoch opens.
  CREATE TABLE epoch (
    only_row            INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch_id            BLOB NOT NULL,
    parent_id           BLOB,
    parent_sequence     INTEGER,
    parent_digest_count INTEGER,
    parent_digest_sum   BLOB,
    sequence            INTEGER NOT NULL, -- of the last report composed
    baseline_sequence   INTEGER NOT NULL, -- of the last baseline composed, 0 before the first
    baseline_wanted     INTEGER NOT NULL,
    acked_digest_count  INTEGER NOT NULL,
    acked_digest_sum    BLOB NOT NULL,
    acked_touch         INTEGER NOT NULL,
    acked_host_hash     TEXT NOT NULL     -- '' = host facts are due
  ) STRICT;

  -- The one report that was composed and not yet acknowledged, byte for byte.
  CREATE TABLE outbox (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence     INTEGER NOT NULL,
    envelope     BLOB NOT NULL,
    touch        INTEGER NOT NULL,
    digest_count INTEGER NOT NULL,
    digest_sum   BLOB NOT NULL,
    host_hash    TEXT NOT NULL
  ) STRICT;
  CREATE TABLE outbox_usage (usage_no INTEGER PRIMARY KEY, changed INTEGER NOT NULL, slots BLOB NOT NULL) STRICT;
  CREATE TABLE outbox_coverage (
    day INTEGER NOT NULL, run TEXT NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (day, run)
  ) STRICT;
  -- Hashes of the newest reports of the epoch: tells a rewound agent from a slow collector.
  CREATE TABLE report_hashes (sequence INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;

  -- Cumulative values per key; changed > acknowledged means that the collector lacks something of the row.
  CREATE TABLE usage (
    usage_no           INTEGER PRIMARY KEY,
    day                INTEGER NOT NULL,
    run                TEXT NOT NULL,   -- 16 hex digits: 8 wire bytes
    executable_id      TEXT NOT NULL,
    user               TEXT NOT NULL,   -- 16 hex digits: keyed hash
    seconds            INTEGER NOT NULL,
    launches_user      INTEGER NOT NULL,
    launches_autostart INTEGER NOT NULL,
    launches_service   INTEGER NOT NULL,
    launches_scheduler INTEGER NOT NULL,
    launches_unknown   INTEGER NOT NULL,
    slots              BLOB NOT NULL,   -- 36 bytes, bit n = five-minute mark n of the UTC day
    changed            INTEGER NOT NULL,
    acknowledged       INTEGER NOT NULL DEFAULT 0,
    acknowledged_slots BLOB NOT NULL DEFAULT (zeroblob(36)),
    UNIQUE (day, run, executable_id, user)
  ) STRICT;
  CREATE INDEX usage_due ON usage (changed) WHERE changed > acknowledged;
  CREATE INDEX usage_executable ON usage (executable_id);
  CREATE TABLE coverage (
    day          INTEGER NOT NULL,
    run          TEXT NOT NULL,
    seconds      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, run)
  ) STRICT;

  -- Where metering stood at the last flush: lets the next run go on without counting anything twice.
  CREATE TABLE meter_state (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    boot_id     TEXT NOT NULL,
    monotonic_ms INTEGER NOT NULL,
    boot_ms     INTEGER NOT NULL,
    usage_counter INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE live_processes (
    process       TEXT PRIMARY KEY,     -- pid and kernel start
    program       TEXT NOT NULL,        -- names the file it runs
    executable_id TEXT,                 -- absent until identified
    user          TEXT NOT NULL,
    origin        TEXT,                 -- its launch, while that is not in usage yet
    counted_until_ms INTEGER NOT NULL   -- monotonic clock
  ) STRICT;

  -- Small facts by name: enrolment, settings, status, counters. JSON.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- Which report of the present epoch was acknowledged with the row's newest values; 0 = one of an earlier epoch.
  -- Of rows from before this step that is not known: the newest, so that they are sent again rather than not.
  ALTER TABLE usage ADD COLUMN acknowledged_by INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE coverage ADD COLUMN acknowledged_by INTEGER NOT NULL DEFAULT 0;
  UPDATE usage SET acknowledged_by = coalesce((SELECT sequence FROM epoch), 0) WHERE acknowledged > 0;
  UPDATE coverage SET acknowledged_by = coalesce((SELECT sequence FROM epoch), 0) WHERE acknowledged > 0;

  -- Day on which upkeep first found the row acknowledged: it is kept some weeks from then on. 0 = not yet.
  ALTER TABLE usage ADD COLUMN settled_on INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE coverage ADD COLUMN settled_on INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Digests of closed days that were acknowledged, by the newest change that they sum; 0 = due again.
  CREATE TABLE usage_digests (
    day             INTEGER NOT NULL,
    run             TEXT NOT NULL,
    changed         INTEGER NOT NULL,
    acknowledged_by INTEGER NOT NULL,   -- sequence as in usage
    PRIMARY KEY (day, run)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox_digests (
    day INTEGER NOT NULL, run TEXT NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (day, run)
  ) STRICT;
  `,
  `
  -- A baseline on its way in parts, and the parts that have still to be composed. Both empty otherwise.
  CREATE TABLE baseline (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    parts        INTEGER NOT NULL,
    touch        INTEGER NOT NULL,      -- of the inventory that it lists
    digest_count INTEGER NOT NULL,
    digest_sum   BLOB NOT NULL
  ) STRICT;
  CREATE TABLE baseline_parts (
    part INTEGER PRIMARY KEY,           -- from 0
    ids  BLOB NOT NULL                  -- as on the wire
  ) STRICT;
  `,
  `
  -- Programs in homes, outside of install folders, that somebody ran: listed while they are there.
  CREATE TABLE ran_in_homes (
    path    TEXT PRIMARY KEY,
    ran_on  INTEGER NOT NULL            -- day on which that was first seen
  ) STRICT, WITHOUT ROWID;
  -- Day on which the file was hashed in its present state; 0 = before this step.
  ALTER TABLE files ADD COLUMN hashed_on INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- What left the device, for the people who use it. Fields are "Message.field", in order, with spaces between.
  CREATE TABLE disclosed_shapes (shape_no INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE disclosed_messages (
    message_no INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,    -- hash of the payload
    at_ms      INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    sequence   INTEGER,
    bytes      INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    outcome    TEXT NOT NULL,
    shape_no   INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE disclosed_days (
    day INTEGER PRIMARY KEY, messages INTEGER NOT NULL, bytes INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE disclosed_fields (
    field    TEXT PRIMARY KEY,
    messages INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE disclosed_use (
    day           INTEGER NOT NULL,
    user          TEXT NOT NULL,
    executable_id TEXT NOT NULL,
    run           TEXT NOT NULL,
    seconds       INTEGER NOT NULL,
    launches      INTEGER NOT NULL,
    marks         BLOB NOT NULL,        -- a bit for each mark sent, in the order of the wire
    PRIMARY KEY (day, user, executable_id, run)
  ) STRICT, WITHOUT ROWID;
  -- Never leaves the device: who may see which use.
  CREATE TABLE disclosed_users (user TEXT PRIMARY KEY, uid INTEGER NOT NULL) STRICT;
  `,
  `
  ALTER TABLE coverage ADD COLUMN unobserved_seconds INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE coverage ADD COLUMN interactive_seconds INTEGER;   -- NULL = cannot be told here
  -- Counter value of the last change of what is told of them.
  ALTER TABLE coverage ADD COLUMN interactive_changed INTEGER NOT NULL DEFAULT 0;
  -- 0: metering was off, so that only how long the computer was on goes on from there.
  ALTER TABLE meter_state ADD COLUMN resumable INTEGER NOT NULL DEFAULT 1;
  UPDATE meter_state SET resumable = boot_id <> '';
  `,
  `
  -- Programs listed as licensed by concurrency when the day was first metered, JSON: the order of that day's marks on the wire.
  CREATE TABLE slot_orders (day INTEGER PRIMARY KEY, listed TEXT NOT NULL) STRICT;
  -- What was told of these days so far is in the device's own order.
  INSERT INTO slot_orders SELECT DISTINCT day, '[]' FROM usage;
  -- 1: told in true order, from its first mark on.
  ALTER TABLE usage ADD COLUMN in_order INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX usage_in_order ON usage (executable_id) WHERE in_order = 1;
  ALTER TABLE disclosed_use ADD COLUMN in_order INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Of the seconds: in front, NULL = never as far as is known; of which that is not known; with all sessions of the user locked, NULL = not
  -- known. What is told of the time in front is a column of its own: a little of it is only told when its day is over.
  ALTER TABLE usage ADD COLUMN front_seconds INTEGER;
  ALTER TABLE usage ADD COLUMN front_unknown_seconds INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE usage ADD COLUMN locked_seconds INTEGER;
  ALTER TABLE usage ADD COLUMN foreground_seconds INTEGER;
  UPDATE usage SET front_unknown_seconds = seconds;
  CREATE INDEX usage_front_untold ON usage (day) WHERE front_seconds IS NOT foreground_seconds;
  `,
];
