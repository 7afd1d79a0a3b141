/**
 * The layout of the control store, as numbered steps. `PRAGMA user_version` holds the number of the last step taken. A
 * step that was released is never edited; a change is a new step.
 */
export const CONTROL_MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE devices (
     device_id  TEXT PRIMARY KEY,
     key_id     TEXT NOT NULL UNIQUE,
     public_key BLOB NOT NULL UNIQUE,
     enrolled_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   -- AUTOINCREMENT: a number is not reused even when the last rows are gone.
   CREATE TABLE epochs (
     epoch_no   INTEGER PRIMARY KEY AUTOINCREMENT,
     device_id  TEXT NOT NULL,
     epoch_id   BLOB NOT NULL,
     parent_epoch_no INTEGER,
     opened_at  INTEGER NOT NULL,
     UNIQUE (device_id, epoch_id)
   ) STRICT;
   -- One row per allocation: ids (8 bytes little-endian each) of the numbers from first_number on.
   CREATE TABLE executable_numbers (first_number INTEGER PRIMARY KEY, ids BLOB NOT NULL) STRICT;
   -- Numbers (4 bytes little-endian each) of executables whose evidence is in the tables.
   CREATE TABLE processed_evidence (batch INTEGER PRIMARY KEY, numbers BLOB NOT NULL) STRICT;
   CREATE TABLE directives (
     device_id TEXT NOT NULL,
     action    TEXT NOT NULL,
     message   BLOB NOT NULL,
     queued    INTEGER NOT NULL,
     PRIMARY KEY (device_id, action)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE dirty (
     kind TEXT NOT NULL,
     day  INTEGER NOT NULL,
     generation INTEGER NOT NULL,
     since INTEGER NOT NULL,
     PRIMARY KEY (kind, day)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE quarantine (
     number    INTEGER PRIMARY KEY AUTOINCREMENT,
     reason    TEXT NOT NULL,
     detail    TEXT NOT NULL,
     device_id TEXT NOT NULL,
     "offset"  INTEGER NOT NULL,
     sequence  INTEGER NOT NULL,
     bytes     BLOB NOT NULL,
     at        INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX quarantine_by_device ON quarantine (device_id, number);
   CREATE TABLE evidence_wanted (
     executable_id TEXT NOT NULL,
     device_id     TEXT NOT NULL,
     PRIMARY KEY (executable_id, device_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX evidence_wanted_by_device ON evidence_wanted (device_id, executable_id);`,
  `CREATE TABLE undescribed_use (
     executable_no INTEGER NOT NULL,
     day           INTEGER NOT NULL,
     PRIMARY KEY (executable_no, day)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE enrolment_tokens (
     token_id    TEXT PRIMARY KEY,
     secret_hash BLOB NOT NULL UNIQUE,
     uses        INTEGER NOT NULL,
     used        INTEGER NOT NULL DEFAULT 0,
     expires_at  INTEGER NOT NULL,
     group_name  TEXT NOT NULL,
     note        TEXT NOT NULL,
     created_at  INTEGER NOT NULL,
     revoked_at  INTEGER
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE devices ADD COLUMN group_name TEXT NOT NULL DEFAULT 'default';
   ALTER TABLE devices ADD COLUMN token_id TEXT;
   ALTER TABLE devices ADD COLUMN revoked_at INTEGER;`,
  `-- Of a device: \`devices\` has the newest key, this the ones before it.
   CREATE TABLE replaced_keys (
     key_id      TEXT PRIMARY KEY,
     public_key  BLOB NOT NULL UNIQUE,
     device_id   TEXT NOT NULL,
     replaced_at INTEGER NOT NULL,
     valid_until INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX replaced_keys_by_device ON replaced_keys (device_id, replaced_at);`,
  `CREATE TABLE group_settings (
     group_name        TEXT PRIMARY KEY,
     version           INTEGER NOT NULL,
     settings          TEXT NOT NULL,
     previous_version  INTEGER NOT NULL,
     previous_settings TEXT NOT NULL,
     rollout           INTEGER NOT NULL,
     rings             TEXT NOT NULL,
     ring              INTEGER NOT NULL,
     ring_at           INTEGER NOT NULL,
     halted            INTEGER NOT NULL,
     paused_at         INTEGER,
     changed_at        INTEGER NOT NULL,
     changed_by        TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   -- The version that the device last said it runs by.
   ALTER TABLE devices ADD COLUMN settings_version INTEGER NOT NULL DEFAULT 0;`,
  // What the engine's tables have still to be told of devices: one row each, whoever wrote and whatever it was. Not OR
  // REPLACE: what is said of conflicts in the statement that fires a trigger counts inside it as well.
  `ALTER TABLE enrolment_tokens ADD COLUMN ephemeral INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE device_lives (
     device_id     TEXT PRIMARY KEY,
     superseded_by TEXT,
     superseded_at INTEGER,
     erased_at     INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX device_lives_by_successor ON device_lives (superseded_by);
   CREATE TABLE device_changes (
     change    INTEGER PRIMARY KEY AUTOINCREMENT,
     device_id TEXT NOT NULL UNIQUE
   ) STRICT;
   INSERT INTO device_changes (device_id) SELECT device_id FROM devices;
   CREATE TRIGGER device_joined AFTER INSERT ON devices BEGIN
     DELETE FROM device_changes WHERE device_id = NEW.device_id;
     INSERT INTO device_changes (device_id) VALUES (NEW.device_id);
   END;
   CREATE TRIGGER device_changed AFTER UPDATE OF group_name, token_id, revoked_at ON devices BEGIN
     DELETE FROM device_changes WHERE device_id = NEW.device_id;
     INSERT INTO device_changes (device_id) VALUES (NEW.device_id);
   END;
   CREATE TRIGGER life_began AFTER INSERT ON device_lives BEGIN
     DELETE FROM device_changes WHERE device_id = NEW.device_id;
     INSERT INTO device_changes (device_id) VALUES (NEW.device_id);
   END;
   CREATE TRIGGER life_changed AFTER UPDATE ON device_lives BEGIN
     DELETE FROM device_changes WHERE device_id = NEW.device_id;
     INSERT INTO device_changes (device_id) VALUES (NEW.device_id);
   END;`,
  `-- An epoch belongs to its sender until that is proven to be a copy.
   ALTER TABLE epochs ADD COLUMN owner_device_id TEXT NOT NULL DEFAULT '';
   ALTER TABLE epochs ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;
   UPDATE epochs SET owner_device_id = device_id;
   CREATE INDEX epochs_by_owner ON epochs (owner_device_id, epoch_no);
   CREATE INDEX epochs_by_parent ON epochs (parent_epoch_no) WHERE parent_epoch_no IS NOT NULL;
   CREATE TABLE superseded_speech (
     epoch_no INTEGER PRIMARY KEY,
     sequence INTEGER NOT NULL,
     at       INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE split_tickets (
     ticket_hash        BLOB PRIMARY KEY,
     device_id          TEXT NOT NULL UNIQUE,
     original_device_id TEXT NOT NULL,
     epoch_no           INTEGER NOT NULL,
     proven_at          INTEGER NOT NULL,
     public_key         BLOB,
     joined_at          INTEGER
   ) STRICT, WITHOUT ROWID;
   -- Senders of one identity are told apart by their epoch. What was asked before is asked again when it still holds.
   DROP TABLE directives;
   CREATE TABLE directives (
     device_id TEXT NOT NULL,
     epoch     BLOB NOT NULL,
     action    TEXT NOT NULL,
     message   BLOB NOT NULL,
     queued    INTEGER NOT NULL,
     asked_at  INTEGER NOT NULL,
     PRIMARY KEY (device_id, epoch, action)
   ) STRICT, WITHOUT ROWID;`,
  // Which device has which sign of its hardware (6 bytes of a hash), and which two look like one computer.
  `CREATE TABLE device_hardware (
     device_id TEXT PRIMARY KEY,
     identity  TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE hardware_signs (
     sign      INTEGER NOT NULL,
     device_id TEXT NOT NULL,
     PRIMARY KEY (sign, device_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE hardware_twins (
     newcomer TEXT NOT NULL,
     former   TEXT NOT NULL,
     verdict  TEXT NOT NULL,
     at       INTEGER NOT NULL,
     PRIMARY KEY (newcomer, former)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX hardware_twins_by_verdict ON hardware_twins (verdict, at);`,
  `ALTER TABLE enrolment_tokens ADD COLUMN approve INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE waiting_devices (
     key_id        TEXT PRIMARY KEY,
     token_id      TEXT NOT NULL,
     hostname      TEXT NOT NULL,
     management_id TEXT NOT NULL,
     group_tag     TEXT NOT NULL,
     asked_at      INTEGER NOT NULL,
     last_asked_at INTEGER NOT NULL,
     decision      TEXT
   ) STRICT, WITHOUT ROWID;
   -- What group rules look at, and the group that counts when none fits.
   CREATE TABLE device_names (
     device_id     TEXT PRIMARY KEY,
     joined_group  TEXT NOT NULL,
     hostname      TEXT NOT NULL,
     management_id TEXT NOT NULL,
     group_tag     TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE group_rules (
     position   INTEGER PRIMARY KEY,
     kind       TEXT NOT NULL,
     is_prefix  INTEGER NOT NULL,
     pattern    TEXT NOT NULL,
     group_name TEXT NOT NULL
   ) STRICT;
   CREATE INDEX group_rules_by_pattern ON group_rules (is_prefix, kind, pattern, position);`,
  `CREATE TABLE move_notices (
     serial      INTEGER PRIMARY KEY,
     addresses   TEXT NOT NULL,
     authorities TEXT NOT NULL,
     issued_at   INTEGER NOT NULL,
     valid_until INTEGER NOT NULL,
     sealed      BLOB NOT NULL
   ) STRICT;
   -- Of the newest notice that the device said it obeys.
   ALTER TABLE devices ADD COLUMN notice_serial INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX devices_by_notice ON devices (notice_serial, revoked_at) WHERE notice_serial > 0;`,
  `-- 1: the evidence of these numbers was in the tables and is no longer. Batches count in their order.
   ALTER TABLE processed_evidence ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE audit_requests (
     kind       TEXT NOT NULL,
     day        INTEGER NOT NULL,
     device_id  TEXT NOT NULL,
     difference TEXT NOT NULL,
     PRIMARY KEY (kind, day, device_id)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE erasures (
     device_id    TEXT PRIMARY KEY,
     phase        TEXT NOT NULL,
     progress     TEXT NOT NULL,
     requested_at INTEGER NOT NULL,
     marked_at    INTEGER NOT NULL,
     days         TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX erasures_open ON erasures (requested_at) WHERE phase != 'done';
   CREATE INDEX hardware_twins_by_former ON hardware_twins (former);`,
  // What is known of a record that was put aside besides its bytes, what was decided about it, and by whom. Of what an
  // older collector put aside the run and the user are lost: it can be discarded and not replayed.
  `ALTER TABLE devices ADD COLUMN agent_version TEXT NOT NULL DEFAULT '';
   ALTER TABLE quarantine ADD COLUMN kind TEXT NOT NULL DEFAULT 'report';
   ALTER TABLE quarantine ADD COLUMN epoch_no INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE quarantine ADD COLUMN agent_version TEXT NOT NULL DEFAULT '';
   ALTER TABLE quarantine ADD COLUMN run BLOB;
   ALTER TABLE quarantine ADD COLUMN user BLOB;
   -- What an open record concerns: an (application, day) by its executable.
   ALTER TABLE quarantine ADD COLUMN day INTEGER;
   ALTER TABLE quarantine ADD COLUMN executable_no INTEGER;
   ALTER TABLE quarantine ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE quarantine ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
   -- The decision that settled it or, while it is open, the one that is being carried out; 0 for none.
   ALTER TABLE quarantine ADD COLUMN decision INTEGER NOT NULL DEFAULT 0;
   -- 1: its device was told.
   ALTER TABLE quarantine ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
   UPDATE quarantine SET told = 1, size = length(bytes), kind = CASE
     WHEN reason = 'usage-digest-out-of-range' THEN 'usage-digest'
     WHEN reason LIKE 'usage-%' THEN 'usage'
     WHEN reason LIKE 'coverage-%' THEN 'coverage'
     WHEN reason LIKE 'evidence-%' THEN 'evidence'
     WHEN reason LIKE 'inventory-%' THEN 'inventory'
     ELSE 'report' END;
   DROP INDEX quarantine_by_device;
   CREATE INDEX quarantine_by_device ON quarantine (device_id, number, size);
   CREATE INDEX quarantine_by_state ON quarantine (state, number);
   CREATE INDEX quarantine_by_group ON quarantine (state, reason, agent_version);
   CREATE INDEX quarantine_by_time ON quarantine (at);
   CREATE INDEX quarantine_concerns ON quarantine (day) WHERE state = 'open' AND executable_no IS NOT NULL;
   CREATE INDEX quarantine_untold ON quarantine (device_id, number) WHERE told = 0;
   CREATE INDEX quarantine_inventories ON quarantine (device_id)
     WHERE kind IN ('inventory', 'report') AND state = 'open';
   CREATE INDEX quarantine_decided ON quarantine (decision, number) WHERE decision > 0 AND state = 'open';
   -- The audit trail: only ever added to, and it outlives the records.
   CREATE TABLE quarantine_decisions (
     decision       INTEGER PRIMARY KEY AUTOINCREMENT,
     action         TEXT NOT NULL,
     selection      TEXT NOT NULL,
     transformation TEXT NOT NULL,
     reason         TEXT NOT NULL,
     decided_by     TEXT NOT NULL,
     decided_at     INTEGER NOT NULL,
     records        INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE quarantine_outcomes (
     decision      INTEGER NOT NULL,
     number        INTEGER NOT NULL,
     outcome       TEXT NOT NULL,
     detail        TEXT NOT NULL,
     device_id     TEXT NOT NULL,
     kind          TEXT NOT NULL,
     reason        TEXT NOT NULL,
     sequence      INTEGER NOT NULL,
     day           INTEGER,
     executable_no INTEGER,
     at            INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX quarantine_outcomes_by_decision ON quarantine_outcomes (decision, outcome);
   CREATE INDEX quarantine_outcomes_by_number ON quarantine_outcomes (number);
   CREATE INDEX quarantine_outcomes_by_device ON quarantine_outcomes (device_id);
   CREATE INDEX quarantine_outcomes_by_time ON quarantine_outcomes (at);
   CREATE TRIGGER quarantine_decisions_stay BEFORE UPDATE ON quarantine_decisions
     BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END;
   CREATE TRIGGER quarantine_decisions_are_kept BEFORE DELETE ON quarantine_decisions
     BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END;
   CREATE TRIGGER quarantine_outcomes_stay BEFORE UPDATE ON quarantine_outcomes
     BEGIN SELECT RAISE(ABORT, 'outcomes are only added to'); END;
   -- What a decision would do, worked out by the running collector for whoever asks.
   CREATE TABLE quarantine_trials (
     trial          INTEGER PRIMARY KEY AUTOINCREMENT,
     selection      TEXT NOT NULL,
     transformation TEXT NOT NULL,
     asked_at       INTEGER NOT NULL,
     answer         TEXT
   ) STRICT;`,
  `CREATE TABLE processing_pauses (
     number     INTEGER PRIMARY KEY AUTOINCREMENT,
     reason     TEXT NOT NULL,
     paused_by  TEXT NOT NULL,
     paused_at  INTEGER NOT NULL,
     resumed_by TEXT,
     resumed_at INTEGER
   ) STRICT;
   CREATE INDEX processing_paused ON processing_pauses (number) WHERE resumed_at IS NULL;
   -- What an administrator asked the running collector to do, and what became of it.
   CREATE TABLE operations (
     number       INTEGER PRIMARY KEY AUTOINCREMENT,
     kind         TEXT NOT NULL,
     request      TEXT NOT NULL,
     requested_by TEXT NOT NULL,
     requested_at INTEGER NOT NULL,
     state        TEXT NOT NULL,
     progress     TEXT NOT NULL,
     result       TEXT NOT NULL,
     finished_at  INTEGER
   ) STRICT;
   CREATE INDEX operations_open ON operations (kind, number) WHERE finished_at IS NULL;`,
  `-- What the range in hand will put aside, until it is committed; see usage-concerns.ts.
   CREATE TABLE concerns_ahead (
     "offset"      INTEGER NOT NULL,
     day           INTEGER NOT NULL,
     executable_no INTEGER NOT NULL,
     epoch_no      INTEGER NOT NULL,
     device_id     TEXT NOT NULL,
     PRIMARY KEY ("offset", day, executable_no)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX concerns_ahead_by_day ON concerns_ahead (day);`,
  `-- Of what the record says, whichever report brings it: one that comes again is known, and what was decided stays.
   ALTER TABLE quarantine ADD COLUMN identity BLOB;
   CREATE INDEX quarantine_by_identity ON quarantine (device_id, identity) WHERE identity IS NOT NULL;`,
  `CREATE TABLE corrections (
     number  INTEGER PRIMARY KEY AUTOINCREMENT,
     day     INTEGER NOT NULL,
     subject TEXT NOT NULL,
     reason  TEXT NOT NULL,
     author  TEXT NOT NULL,
     made_at INTEGER NOT NULL,
     undoes  INTEGER,
     "before" TEXT NOT NULL,
     "after"  TEXT NOT NULL
   ) STRICT;
   CREATE INDEX corrections_undone ON corrections (undoes) WHERE undoes IS NOT NULL;
   CREATE TRIGGER corrections_stay BEFORE UPDATE ON corrections
     BEGIN SELECT RAISE(ABORT, 'corrections are only added to'); END;
   CREATE TRIGGER corrections_are_kept BEFORE DELETE ON corrections
     BEGIN SELECT RAISE(ABORT, 'corrections are only added to'); END;
   -- What a device did goes with it when it is erased.
   CREATE TABLE correction_rows (
     number        INTEGER NOT NULL,
     day           INTEGER NOT NULL,
     device_id     TEXT NOT NULL,
     executable_no INTEGER NOT NULL,
     user          BLOB NOT NULL,
     fact          TEXT NOT NULL
   ) STRICT;
   CREATE INDEX correction_rows_by_number ON correction_rows (number);
   CREATE INDEX correction_rows_by_device ON correction_rows (device_id);
   CREATE TRIGGER correction_rows_stay BEFORE UPDATE ON correction_rows
     BEGIN SELECT RAISE(ABORT, 'corrections are only added to'); END;
   CREATE TABLE corrections_to_write (number INTEGER PRIMARY KEY) STRICT;`,
  `-- Everything that a list of groups needs: the page asks for it every few seconds.
   DROP INDEX quarantine_by_group;
   CREATE INDEX quarantine_by_group ON quarantine (state, reason, kind, agent_version, device_id, decision, at);`,
  `-- How long an epoch has been going on beside which newer one.
   ALTER TABLE superseded_speech ADD COLUMN newest_epoch_no INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE superseded_speech ADD COLUMN first_sequence INTEGER NOT NULL DEFAULT 0;`,
  `-- Who may ask about persons, and everything that was asked. Of a reading nothing changes once it is over, and none
   -- goes before its time, whoever has the file open.
   CREATE TABLE person_tokens (
     token_id    TEXT PRIMARY KEY,
     secret_hash BLOB NOT NULL UNIQUE,
     name        TEXT NOT NULL,
     created_by  TEXT NOT NULL,
     created_at  INTEGER NOT NULL,
     expires_at  INTEGER NOT NULL,
     revoked_at  INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE person_reads (
     number      INTEGER PRIMARY KEY AUTOINCREMENT,
     at          INTEGER NOT NULL,
     token_id    TEXT NOT NULL,
     name        TEXT NOT NULL,
     reason      TEXT NOT NULL,
     statement   TEXT NOT NULL,
     outcome     TEXT NOT NULL,
     detail      TEXT NOT NULL,
     rows        INTEGER NOT NULL,
     bytes       INTEGER NOT NULL,
     finished_at INTEGER
   ) STRICT;
   CREATE INDEX person_reads_by_time ON person_reads (at);
   CREATE TRIGGER person_reads_stay BEFORE UPDATE ON person_reads
     WHEN OLD.finished_at IS NOT NULL OR NEW.number != OLD.number OR NEW.at != OLD.at OR NEW.token_id != OLD.token_id
       OR NEW.name != OLD.name OR NEW.reason != OLD.reason OR NEW.statement != OLD.statement
     BEGIN SELECT RAISE(ABORT, 'readings are only added to'); END;
   CREATE TRIGGER person_reads_are_kept BEFORE DELETE ON person_reads
     WHEN OLD.at > (unixepoch() - 399 * 86400) * 1000
     BEGIN SELECT RAISE(ABORT, 'readings are kept for 400 days'); END;`,
  `-- Persons that are not to be kept. The pseudonym is here only while it is needed; a keyed hash of it keeps away what comes
   -- later, and the devices are those of which days are not audited any more.
   CREATE TABLE person_erasures (
     number       INTEGER PRIMARY KEY AUTOINCREMENT,
     tombstone    BLOB NOT NULL UNIQUE,
     person       BLOB,
     devices      TEXT NOT NULL,
     epochs       TEXT NOT NULL,
     days         TEXT NOT NULL,
     reason       TEXT NOT NULL,
     requested_by TEXT NOT NULL,
     requested_at INTEGER NOT NULL,
     phase        TEXT NOT NULL,
     progress     TEXT NOT NULL,
     rows         INTEGER NOT NULL,
     marked_at    INTEGER NOT NULL,
     finished_at  INTEGER
   ) STRICT;
   CREATE INDEX person_erasures_open ON person_erasures (number) WHERE finished_at IS NULL;
   CREATE INDEX quarantine_by_user ON quarantine (user) WHERE user IS NOT NULL;`,
];
