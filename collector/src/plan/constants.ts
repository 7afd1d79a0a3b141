/**
 * Every constant of the plan, once: unit, meaning, and where its value comes from. `measure/...` names the program
 * that measured it (`fleetmeter-collector plan --measure`); a path alone is the place in the code that fixes it.
 * CPU is user and system time; `engine` is the embedded engine's process, `collector` the other one.
 */
export interface Constant {
  unit: string;
  meaning: string;
  /** File below collector/src that measures it, or that fixes it. */
  from: string;
  /** Fixed by the code, so nothing to measure. */
  fixed?: number;
}

const RECEIVE = 'plan/measure/measure-receive.ts';
const TLS = 'plan/measure/measure-tls.ts';
const STREAM = 'plan/measure/measure-stream.ts';
const OPEN = 'plan/measure/measure-opening.ts';
const PROCESS = 'plan/measure/measure-processing.ts';
const MERGE = 'plan/measure/measure-merges.ts';
const DERIVE = 'plan/measure/measure-recompute.ts';
const AUDIT = 'plan/measure/measure-audit.ts';
const MAPPING = 'plan/measure/measure-mapping.ts';
const SIZES = 'plan/measure/measure-sizes.ts';

const us = (what: string, meaning: string, from: string): Constant => ({
  unit: `CPU µs / ${what}`,
  meaning,
  from,
});
const bytes = (what: string, meaning: string, from: string): Constant => ({
  unit: `bytes / ${what}`,
  meaning,
  from,
});
const fixed = (value: number, unit: string, meaning: string, from: string): Constant => ({
  unit,
  meaning,
  from,
  fixed: value,
});

export const CONSTANTS = {
  tcpUs: us('connection', 'taking and ending a TCP connection', TLS),
  tlsFullUs: us('handshake', 'a full TLS 1.3 handshake (ECDSA P-256), beyond the connection', TLS),
  tlsResumedUs: us('handshake', 'a resumed TLS 1.3 handshake, beyond the connection', TLS),
  tlsFullInBytes: bytes('handshake', 'received in a full handshake, its end included', TLS),
  tlsFullOutBytes: bytes('handshake', 'sent in a full handshake, tickets included', TLS),
  requestInBytes: bytes('request', 'received beyond the envelope: request line and headers', RECEIVE),
  requestOutBytes: bytes('request', 'sent: headers and acknowledgement', RECEIVE),
  httpUs: us('request', 'HTTP, metrics and acknowledgement', RECEIVE),
  httpIdUs: us('id', 'the same, for each executable named: is its evidence wanted?', RECEIVE),
  signatureUs: us('message', 'finding the key and checking the signature', OPEN),
  signatureKibUs: us('KiB', 'the same, for each KiB of envelope', OPEN),
  openUs: us('report', 'receiving: inflate, bounds, decode, shape', OPEN),
  openIdUs: us('id', 'the same, for each executable named', OPEN),
  openUsageRowUs: us('usage row', 'the same, for each usage record', OPEN),
  decodeUs: us('report', 'processing: inflate and decode again', OPEN),
  decodeIdUs: us('id', 'the same, for each executable named', OPEN),
  decodeUsageRowUs: us('usage row', 'the same, for each usage record', OPEN),
  reportBytes: bytes('report', 'envelope of a report in which nothing changed', OPEN),
  idBytes: bytes('id', 'envelope, for each executable named', OPEN),
  usageRowBytes: bytes('usage row', 'envelope, for each usage record', OPEN),
  streamUs: us('record', 'durable append in groups, and reading it back', STREAM),
  streamKibUs: us('KiB', 'the same, for each KiB of envelope', STREAM),
  streamDiskFactor: {
    unit: 'bytes / byte',
    meaning: 'disk of the stream for a byte of envelope',
    from: STREAM,
  },

  firstRangeUs: us('range', 'collector: a range of first reports, whatever is in it', PROCESS),
  firstReportUs: us('report', 'collector: epoch, reconcile, rows of a first report', PROCESS),
  firstIdUs: us('id', 'collector: look-up and encoding of each executable', PROCESS),
  firstRangeEngineUs: us('range', 'engine: inserts of a range of first reports', PROCESS),
  firstReportEngineUs: us('report', 'engine: inserts for each first report', PROCESS),
  firstIdEngineUs: us('id', 'engine: inserts for each executable', PROCESS),
  rangeUs: us('range', 'collector: a range, whatever is in it', PROCESS),
  reportUs: us('report', 'collector: reconcile and head of a report', PROCESS),
  rangeEngineUs: us('range', 'engine: the same range', PROCESS),
  reportEngineUs: us('report', 'engine: the same report', PROCESS),
  rangeWallMs: { unit: 'ms / range', meaning: 'time a range takes, whatever is in it', from: PROCESS },
  reportWallMs: { unit: 'ms / report', meaning: 'time each report adds to its range', from: PROCESS },
  usageRangeUs: us('range', 'collector: use in a range', PROCESS),
  usageReportUs: us('report', 'collector: a report with use', PROCESS),
  usageRowUs: us('usage row', 'collector: each usage record', PROCESS),
  usageRangeEngineUs: us('range', 'engine: inserts of use in a range', PROCESS),
  usageReportEngineUs: us('report', 'engine: a report with use', PROCESS),
  usageRowEngineUs: us('usage row', 'engine: each usage row', PROCESS),
  changeRangeUs: us('range', 'collector: changes of inventories in a range', PROCESS),
  changeReportUs: us('report', 'collector: a report with a change, of 10 executables', PROCESS),
  changeIdUs: us('id', 'collector: reading and writing each executable of its inventory', PROCESS),
  changeRangeEngineUs: us('range', 'engine: changes of inventories in a range', PROCESS),
  changeReportEngineUs: us('report', 'engine: a report with a change', PROCESS),
  changeIdEngineUs: us('id', 'engine: reading and writing each executable of its inventory', PROCESS),
  wantUs: us('want', 'collector: an executable named of which nobody sent evidence yet', PROCESS),
  wantEngineUs: us('want', 'engine: its row without evidence', PROCESS),
  evidenceOpenUs: us('record', 'receiving and processing: decode an evidence record, twice', MAPPING),
  evidenceRangeUs: us('range', 'collector: evidence in a range', MAPPING),
  evidenceRangeEngineUs: us('range', 'engine: evidence in a range', MAPPING),
  evidenceUs: us('record', 'collector: evidence proved, mapped, rows encoded', MAPPING),
  evidenceEngineUs: us('record', 'engine: inserts of executable and mapping', MAPPING),
  evidenceBytes: bytes('record', 'envelope, for each evidence record', MAPPING),
  mapUs: us('executable', 'collector: evidence read and mapped again, row encoded', MAPPING),
  mapEngineUs: us('executable', 'engine: evidence read, insert of the new mapping', MAPPING),

  mergePartUs: us('part', 'engine: merging a part, whatever is in it', MERGE),
  mergeIdUs: us('id', 'engine: merging an inventory once, for each executable', MERGE),
  mergeUsageRowUs: us('usage row', 'engine: merging each usage row once', MERGE),

  numberMappingUs: us(
    'mapping',
    'engine: numbering applications before a round, for each executable known',
    DERIVE,
  ),
  deriveDeviceUs: us('device', 'engine: the row of each device, before a round', DERIVE),
  deriveInventoryUs: us('recompute', 'engine: recompute of the inventory, whatever is in it', DERIVE),
  deriveInstalledUs: us('installed', 'engine: the same, for each executable of each device', DERIVE),
  deriveInventoryMappingUs: us('mapping', 'engine: the same, for each executable known', DERIVE),
  deriveDayUs: us('recompute', 'engine: recompute of a day of use, whatever is in it', DERIVE),
  deriveUsageRowUs: us('usage row', 'engine: the same, for each usage row of the day', DERIVE),
  deriveDayMappingUs: us('mapping', 'engine: the same, for each executable known', DERIVE),

  auditInstalledUs: us('installed', 'audit: each executable of each device against the digest', AUDIT),
  auditUsageRowUs: us('usage row', 'audit: each usage row of a day against the digests of its day', AUDIT),

  diskInventoryIdBytes: bytes('id', 'device_inventory, merged', SIZES),
  diskHeadBytes: bytes('row', 'device_heads, merged', SIZES),
  diskHostBytes: bytes('row', 'host_facts, merged', SIZES),
  diskEpochBytes: bytes('row', 'epochs, merged', SIZES),
  diskChangeBytes: bytes('row', 'inventory_changes, merged', SIZES),
  diskUsageBytes: bytes('row', 'usage, merged', SIZES),
  diskCoverageBytes: bytes('row', 'coverage, merged', SIZES),
  diskUsageDigestBytes: bytes('row', 'usage_digests, merged', AUDIT),
  diskExecutableBytes: bytes('row', 'executables with their evidence, merged', SIZES),
  diskMappingBytes: bytes('row', 'mappings, merged', SIZES),
  diskDeviceRowBytes: bytes('row', 'device_rows', DERIVE),
  diskUsageDailyBytes: bytes('row', 'usage_daily', DERIVE),
  diskApplicationDeviceBytes: bytes(
    'installed',
    'application_devices, for each executable of each device',
    DERIVE,
  ),
  diskControlDeviceBytes: bytes('device', 'control store: key, epoch', SIZES),

  collectorMib: { unit: 'MiB', meaning: 'collector at work, without what grows with the fleet', from: SIZES },
  engineMib: { unit: 'MiB', meaning: 'engine, the most it had while it inserted and merged', from: SIZES },
  idSlotBytes: fixed(12, 'bytes / slot', 'table of executable ids', 'control/id-table.ts'),
  idTableFill: fixed(0.6, 'ids / slot', 'it doubles when fuller', 'control/id-table.ts'),
  rememberedHeads: fixed(100_000, 'devices', 'heads remembered', 'collector.ts'),
  headBytes: fixed(300, 'bytes / head', 'memory of a remembered head', 'collector.ts'),
  rememberedReports: fixed(200_000, 'devices', 'newest reports remembered', 'receive/replay-window.ts'),
  reportNameBytes: fixed(250, 'bytes / device', 'memory of the name of a report', 'receive/replay-window.ts'),
  deriveMemoryBytes: fixed(
    4e9,
    'bytes',
    'the most one recompute may take in the engine',
    'clickhouse/deriving-settings.ts',
  ),
  rangeReports: fixed(2000, 'reports', 'the most a range holds', 'process/processor.ts'),
  rangeBytes: fixed(32 * 1024 * 1024, 'bytes', 'the most a range holds', 'process/processor.ts'),
  firstTables: fixed(4, 'parts / range', 'tables that first reports write', 'process/fact-batch.ts'),
  steadyTables: fixed(
    5,
    'parts / range',
    'tables that reports with use and changes write',
    'process/fact-batch.ts',
  ),
  auditedDays: fixed(70, 'days', 'days of use that a sweep looks at', 'audit/audit-usage.ts'),
  deriveThreads: fixed(2, 'threads', 'threads of a recompute', 'clickhouse/deriving-settings.ts'),
} as const satisfies Record<string, Constant>;

export type ConstantName = keyof typeof CONSTANTS;
/** The value of each, in its unit. */
export type ConstantValues = Record<ConstantName, number>;

/** What the code fixes and nobody has to measure. */
export function fixedConstants(): Partial<ConstantValues> {
  const found: Partial<ConstantValues> = {};
  for (const [name, constant] of Object.entries(CONSTANTS) as [ConstantName, Constant][])
    if (constant.fixed !== undefined) found[name] = constant.fixed;
  return found;
}
