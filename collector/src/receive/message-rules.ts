/**
 * The schema of proto/fleetmeter/v1 with the limits of every field, as checkWire reads it. A test compares names,
 * numbers and types with the .proto files.
 */
import type { FieldRule, MessageRule } from './wire-limits.ts';

const uint32 = (name: string): FieldRule => ({ name, type: 'uint32' });
const bool = (name: string): FieldRule => ({ name, type: 'bool' });
const bytes = (name: string, maxBytes: number): FieldRule => ({ name, type: 'bytes', maxBytes });
const text = (name: string, maxBytes = 1024): FieldRule => ({ name, type: 'string', maxBytes });
const message = (name: string, rule: MessageRule): FieldRule => ({ name, type: 'message', message: rule });
const many = (max: number, rule: FieldRule): FieldRule => ({ ...rule, repeated: { max } });

/** Ids are 8 bytes each; lengths of fixed-size ids are checked later, with a better message. */
const ID = 64;
const ID_LIST = 100_000 * 8;

const signature: MessageRule = { 1: bytes('sig', 256), 2: text('keyid', 64) };
export const ENVELOPE_RULE: MessageRule = {
  1: bytes('payload', 1024 * 1024),
  2: text('payload_type', 128),
  3: many(8, message('signatures', signature)),
};

const digest: MessageRule = { 1: uint32('count'), 2: bytes('sum', ID) };
const epochParent: MessageRule = {
  1: bytes('id', ID),
  2: uint32('sequence'),
  3: message('digest', digest),
};
const epoch: MessageRule = { 1: bytes('id', ID), 2: message('parent', epochParent) };
const inventoryChange: MessageRule = {
  1: bool('baseline'),
  2: bytes('present_ids', ID_LIST),
  3: bytes('absent_ids', ID_LIST),
  4: uint32('part'),
  5: uint32('parts'),
};
const launches: MessageRule = {
  1: uint32('user'),
  2: uint32('autostart'),
  3: uint32('service'),
  4: uint32('scheduler'),
  5: uint32('unknown'),
};
const usageRecord: MessageRule = {
  1: uint32('day'),
  2: uint32('run'),
  3: bytes('executable_id', ID),
  4: uint32('user'),
  5: uint32('generation'),
  6: uint32('seconds'),
  7: message('launches', launches),
  8: uint32('foreground_seconds'),
  9: uint32('locked_seconds'),
  // Beyond 36 bytes the record is put aside by processing.
  10: bytes('slots', ID),
  11: bool('slots_chronological'),
};
const coverage: MessageRule = {
  1: uint32('day'),
  2: uint32('run'),
  3: uint32('seconds'),
  4: uint32('unobserved_seconds'),
  5: uint32('interactive_seconds'),
};
const usageDigest: MessageRule = {
  1: uint32('day'),
  2: uint32('run'),
  3: uint32('records'),
  4: uint32('seconds'),
  5: uint32('launches'),
  6: uint32('marks'),
  7: uint32('coverage_seconds'),
};
const usage: MessageRule = {
  1: bytes('runs', 1000 * 8),
  2: many(1000, bytes('users', ID)),
  3: many(20_000, message('records', usageRecord)),
  4: many(20_000, message('coverage', coverage)),
  5: many(20_000, message('digests', usageDigest)),
};
const hardware: MessageRule = {
  1: bytes('system_uuid', ID),
  2: bytes('system_uuid_little_endian', ID),
  3: text('serial'),
  4: many(64, bytes('mac_addresses', ID)),
};
const hostFacts: MessageRule = {
  1: text('hostname'),
  2: text('os'),
  3: text('os_name'),
  4: text('os_version'),
  5: text('architecture'),
  6: text('kernel'),
  7: uint32('cpu_count'),
  8: uint32('memory_mib'),
  9: text('agent_version'),
  10: message('hardware', hardware),
  11: { name: 'join_kind', type: 'enum' },
  12: text('management_id'),
  13: bool('ephemeral'),
  14: bool('virtual'),
  15: text('group_tag', 256),
};
const skippedFiles: MessageRule = {
  1: { name: 'reason', type: 'enum' },
  2: uint32('count'),
};
const agentCost: MessageRule = {
  1: uint32('uptime_seconds'),
  2: uint32('cpu_milliseconds'),
  3: uint32('resident_kib'),
  4: uint32('files_hashed'),
  5: uint32('hashed_kib'),
  6: uint32('sent_kib'),
  7: uint32('watches'),
  8: many(100, message('skipped', skippedFiles)),
  9: { name: 'clock_ahead_seconds', type: 'sint32' },
};
export const REPORT_RULE: MessageRule = {
  1: bytes('collector_id', ID),
  2: bytes('device_id', ID),
  3: message('epoch', epoch),
  4: uint32('sequence'),
  5: uint32('composed_at'),
  6: { name: 'utc_offset_seconds', type: 'sint32' },
  7: message('digest_before', digest),
  8: message('digest_after', digest),
  9: message('inventory', inventoryChange),
  10: message('usage', usage),
  11: message('host', hostFacts),
  12: message('cost', agentCost),
  13: bytes('previous_hash', ID),
  14: uint32('settings_version'),
  15: uint32('notice_serial'),
};

const evidenceRecord: MessageRule = {
  1: bytes('executable_id', ID),
  // Beyond 16 KiB evidence is put aside by processing; beyond this the batch is not evidence at all.
  2: bytes('evidence', 64 * 1024),
  3: uint32('encoding_version'),
};
export const EVIDENCE_BATCH_RULE: MessageRule = {
  1: bytes('collector_id', ID),
  2: bytes('device_id', ID),
  3: many(500, message('records', evidenceRecord)),
};

export const ENROL_REQUEST_RULE: MessageRule = {
  1: bytes('public_key', ID),
  2: text('secret'),
  3: message('host', hostFacts),
  4: bytes('previous_key', ID),
  5: bytes('split_ticket', ID),
};
