/**
 * A range of the stream becomes facts: decode, look up, reconcile, write, commit. Restartable anywhere: until the
 * control store's commit nothing says the range is done, and doing it again writes the same rows.
 */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import { readBaselineParts } from '../clickhouse/baseline-parts.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { NEW_EPOCH, readEpochHeads, readInventories } from '../clickhouse/epoch-states.ts';
import { Turn } from '../clock/turn.ts';
import type { ControlStore, QuarantinedRecord, QuarantineReason } from '../control/control-store.ts';
import { type DirectiveAction, directiveAction } from '../control/pending-directives.ts';
import type { WantedExecutable } from '../control/wanted-evidence.ts';
import { hardwareIdentityOf } from '../reconcile/hardware-identity.ts';
import { reportsBehindHead } from '../reconcile/reports-behind-head.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { AnnouncedExecutables } from './announced-executables.ts';
import { inventoryChangeOf } from './baseline-part.ts';
import { type DecodedRecord, decodeRecord } from './decode-record.ts';
import type { EpochHeadCache } from './epoch-head-cache.ts';
import { internReport, namedIds } from './interned-report.ts';
import { readKnownEvidence } from './known-evidence.ts';
import { faultOfLeftOut, type LeftOut } from './left-out.ts';
import { evidenceAside, processEvidence } from './process-evidence.ts';
import { processReport } from './process-report.ts';
import { type KeptDays, RangeEffects, type RecordAside } from './range-effects.ts';
import { type RangeStage, RangeTimes } from './range-times.ts';
import type { RangeTrace } from './range-trace.ts';
import type { EpochState, ReportToProcess } from './report-to-process.ts';
import { epochFacts, type FoundCopy, splitCopies } from './split-copies.ts';

export interface RangeDependencies {
  clickhouse: ClickHouse;
  control: ControlStore;
  heads: EpochHeadCache;
  announced: AnnouncedExecutables;
  inForce: () => CatalogueInForce;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Days before these are not kept any more: what comes of them is left out and counted. All are kept when not given. */
  oldestKept?: () => KeptDays;
  /** Called for each identity that was found to have two living holders. */
  onSplit?: (split: FoundCopy) => void;
}

export interface RangeOutcome {
  /** Of the stream. */
  records: number;
  rows: number;
  reports: number;
  /** Executables described, and of these the ones whose application was recognised. */
  evidence: number;
  recognised: number;
  /** Records put aside, by reason. */
  quarantined: ReadonlyMap<QuarantineReason, number>;
  /** What devices are asked for, by kind. */
  directives: ReadonlyMap<DirectiveAction, number>;
  /** Records of erased devices. */
  dropped: number;
  /** Parts of reports that speak of days which are not kept any more. */
  outlived: number;
  /** Usage records for what an administrator corrected: kept, and not read. */
  corrected: number;
  /** Of each report: seconds that the device's clock, when it composed it, was behind ours when it came. */
  clockDifferences: readonly number[];
  /** Executables that nobody had named before, by the device that did. */
  namedBy: ReadonlyMap<string, number>;
  /** Milliseconds. */
  spent: ReadonlyMap<RangeStage, number>;
}

/** Records, and executables they name, whose new numbers are committed together: some 3 ms without a turn for others. */
const COMMITTED_TOGETHER = { records: 50, ids: 10_000 };
/** Executables whose holders are noted in one commit: some 3 ms. */
const NOTED_TOGETHER = 250;

/** What is put aside of a range before it is processed. */
export interface PutAside {
  /** Records that are no part of the range, whole. */
  records: readonly QuarantinedRecord[];
  /** Parts of records of the range, by offset. */
  parts: ReadonlyMap<number, LeftOut>;
}

const NOTHING_ASIDE: PutAside = { records: [], parts: new Map() };

/** Processes records and checkpoints at `through`. Rejects, having committed nothing, when the engine does. */
export async function processRange(
  records: readonly StreamRecord[],
  through: number,
  dependencies: RangeDependencies,
  aside: PutAside = NOTHING_ASIDE,
): Promise<RangeOutcome> {
  const { clickhouse, control, heads, now } = dependencies;
  const { effects, times, touched, outcome } = await computeRange(records, dependencies, aside.parts);
  try {
    effects.foreseeConcerns(control);
    await control.synced();
    await splitCopies(dependencies, effects);
    const rows = await effects.facts.write(clickhouse);
    effects.written();
    times.lap('write');
    await noteWanted(effects.evidenceWanted(), control);
    const range = effects.toProcessedRange(through, now());
    range.quarantined.push(...aside.records);
    control.commitProcessed(range);
    times.lap('commit');
    for (const [epochNo, head] of effects.heads) heads.set(epochNo, head);
    return {
      ...{ ...outcome, rows, spent: times.spent },
      quarantined: counted(range.quarantined.map(({ reason }) => reason)),
      directives: counted(range.directives.map(({ directive }) => directiveAction(directive))),
    };
  } catch (error) {
    heads.forget(touched);
    throw error;
  }
}

/** Before the range is committed, in pieces: a first inventory has thousands, and they may as well be noted twice. */
async function noteWanted(
  wanted: readonly WantedExecutable[],
  control: Pick<ControlStore, 'wantEvidence'>,
): Promise<void> {
  const turn = new Turn();
  for (let at = 0; at < wanted.length; at += NOTED_TOGETHER) {
    await turn.share();
    control.wantEvidence(wanted.slice(at, at + NOTED_TOGETHER));
  }
}

interface ComputedRange {
  effects: RangeEffects;
  times: RangeTimes;
  /** Epochs. */
  touched: number[];
  outcome: Omit<RangeOutcome, 'rows' | 'spent' | 'quarantined' | 'directives'>;
}

/** What these records will change; nothing of it is written yet. `leftOut`: parts that are put aside, by offset. */
export async function computeRange(
  records: readonly StreamRecord[],
  dependencies: RangeDependencies,
  leftOut: ReadonlyMap<number, LeftOut>,
  trace?: RangeTrace,
): Promise<ComputedRange> {
  const { control, announced } = dependencies;
  // One catalogue for the whole range, also when another comes into force meanwhile.
  const inForce = dependencies.inForce();
  const effects = new RangeEffects(announced, trace, dependencies.oldestKept?.());
  const turn = new Turn();
  const times = new RangeTimes();
  const decoded: DecodedRecord[] = [];
  for (const record of records) {
    await turn.share();
    decoded.push(decodeRecord(record));
  }
  times.lap('decode');
  const reportsToProcess: (InternedRecord | undefined)[] = [];
  for (const some of trace ? decoded.map((record) => [record]) : committedTogether(decoded)) {
    await turn.share();
    const intern = () => internedReports(some, dependencies, effects);
    const reports = trace ? trace.record(some[0]?.source.offset ?? 0, intern) : intern();
    reportsToProcess.push(...(reports ?? [undefined]));
  }
  await control.synced();
  times.lap('intern');
  const known = await readKnownEvidence(
    decoded.flatMap((record) => (record.kind === 'evidence' ? record.batch.records : [])),
    dependencies,
  );
  const states = await statesOf(
    reportsToProcess.filter((report) => report !== undefined),
    dependencies,
  );
  noteBehindHeads(
    reportsToProcess.filter((report) => report !== undefined),
    states,
  );
  times.lap('look-up');
  let reports = 0;
  let dropped = 0;
  const clockDifferences: number[] = [];
  const described: number[] = [];
  for (const record of decoded) {
    await turn.share();
    const { source } = record;
    if (record.kind !== 'report' && control.lives.erasures.isClosed(source.deviceId)) {
      dropped++;
    } else if (record.kind === 'undecodable') {
      // Of a damaged record nobody knows when it came.
      const came = source.damage === undefined ? source : { ...source, receivedAt: dependencies.now() };
      effects.quarantine(came, wholeMessage(source, record.reason, record.detail));
    } else if (record.kind === 'evidence') {
      times.lap('reconcile');
      for (const [index, evidence] of record.batch.records.entries()) {
        await turn.share();
        const fault = faultOfLeftOut(leftOut.get(source.offset), 'evidence', index);
        if (fault) effects.quarantine(source, evidenceAside(evidence, fault));
        if (fault) continue;
        const describe = () => processEvidence(evidence, source, control, inForce, effects, known);
        const executableNo = trace
          ? trace.record(source.offset, () => trace.part('evidence', index, describe))
          : describe();
        if (executableNo !== undefined) described.push(executableNo);
      }
      times.lap('map');
    } else {
      const report = reportsToProcess[reports++];
      clockDifferences.push(source.receivedAt / 1000 - record.report.composedAt);
      if (!report) dropped++;
      else {
        const item = { ...report, leftOut: leftOut.get(source.offset) };
        const state = states.get(report.epochNo) as EpochState;
        if (trace) trace.record(source.offset, () => processReport(item, state, control, effects));
        else processReport(item, state, control, effects);
      }
    }
  }
  // A program may have been used before anybody knew what it was: its days change their application.
  for (const day of control.daysOfUndescribedUse(described)) effects.markDayDirty(day);

  times.lap('reconcile');
  return {
    ...{ effects, times, touched: [...states.keys()] },
    outcome: {
      ...{ records: records.length, reports, dropped, clockDifferences, outlived: effects.outlived },
      ...{ evidence: described.length, recognised: effects.recognised, corrected: effects.corrected },
      namedBy: namedBy(reportsToProcess.filter((report) => report !== undefined)),
    },
  };
}

/** A message that is put aside as it came. */
export function wholeMessage(
  { kind, envelope }: StreamRecord,
  reason: QuarantineReason,
  detail: string,
): RecordAside {
  return {
    ...{ reason, detail, epochNo: 0, sequence: 0, bytes: envelope },
    kind: kind === 'evidence' ? 'evidence-batch' : 'report',
  };
}

function counted<T>(names: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function namedBy(reports: readonly InternedRecord[]): Map<string, number> {
  const named = new Map<string, number>();
  for (const { source, interned } of reports)
    if (interned.created > 0)
      named.set(source.deviceId, (named.get(source.deviceId) ?? 0) + interned.created);
  return named;
}

/** Before anything moves the heads on. */
function noteBehindHeads(reports: readonly InternedRecord[], states: ReadonlyMap<number, EpochState>): void {
  for (const [epochNo, ofEpoch] of Map.groupBy(reports, (report) => report.epochNo)) {
    const head = states.get(epochNo)?.head;
    if (!head || ofEpoch.length === 1) continue;
    const chained = ofEpoch.map((item) => ({
      item,
      sequence: item.report.sequence,
      reportHash: item.hash,
      previousHash: item.report.previousHash,
    }));
    for (const { item } of reportsBehindHead(head, chained)) item.behindHead = true;
  }
}

/** In the order of the records; one with more executables than go together is alone. */
function committedTogether(decoded: readonly DecodedRecord[]): DecodedRecord[][] {
  const groups: DecodedRecord[][] = [];
  let ids = Number.POSITIVE_INFINITY;
  for (const record of decoded) {
    const more = record.kind === 'report' ? namedIds(record.report) : 0;
    const group = groups.at(-1);
    if (!group || group.length === COMMITTED_TOGETHER.records || ids + more > COMMITTED_TOGETHER.ids) {
      groups.push([record]);
      ids = more;
    } else {
      group.push(record);
      ids += more;
    }
  }
  return groups;
}

type ReportRecord = Extract<DecodedRecord, { kind: 'report' }>;

interface InternedRecord extends ReportToProcess {
  epochNo: number;
  /** See EpochState. */
  deviceId: string;
  /** This range made the epoch: the tables know nothing of it. */
  created: boolean;
}

/**
 * The reports in order, with numbers for their epochs and executables: one commit for all new numbers. Undefined where
 * the epoch belongs to a device that was erased: it is closed for ever.
 */
function internedReports(
  decoded: readonly DecodedRecord[],
  { control, now }: RangeDependencies,
  effects: RangeEffects,
): (InternedRecord | undefined)[] {
  return control.allocating(() =>
    decoded.flatMap((record): (InternedRecord | undefined)[] => {
      if (record.kind !== 'report') return [];
      const { report, source } = record;
      const epochId = report.epoch?.id ?? new Uint8Array(16);
      const epoch = control.epoch(source.deviceId, epochId, report.epoch?.parent?.id ?? undefined, now());
      if (control.lives.erasures.isClosed(epoch.deviceId)) return [undefined];
      // Written with every baseline, not only at creation or when it moves: a crash in between must not lose the row.
      if (epoch.created || report.inventory?.baseline || epoch.moves > 0)
        effects.facts.add('epochs', epochFacts(epoch));
      const { epochNo, deviceId, created } = epoch;
      noteHardware(deviceId, record, control);
      return [{ ...record, epochNo, deviceId, created, interned: internReport(report, control) }];
    }),
  );
}

/** Containers show the hardware of the computer they run on, and are no computer. */
function noteHardware(
  deviceId: string,
  { report, source }: ReportRecord,
  { lives }: RangeDependencies['control'],
): void {
  const { hardware, ephemeral } = report.host ?? {};
  if (hardware && !ephemeral) lives.twins.note(deviceId, hardwareIdentityOf(hardware), source.receivedAt);
}

/** Together these inventories would take too much memory: fewer reports at a time. */
export class RangeTooHeavyError extends Error {
  override name = 'RangeTooHeavyError';
}

/** Twice what a full range of usual devices has; 4 bytes each, some four times while they are changed and written. */
const MOST_IDS_AT_ONCE = 8_000_000;

/** Inventories that are read, or put together from parts: those of a few devices may be hundreds of times the usual. */
function checkWeight(heavy: readonly InternedRecord[], states: ReadonlyMap<number, EpochState>): void {
  const epochNos = new Set(heavy.map(({ epochNo }) => epochNo));
  let ids = 0;
  for (const epochNo of epochNos) ids += states.get(epochNo)?.head.digest.count ?? 0;
  for (const { report } of heavy) if (report.inventory?.parts) ids += report.digestAfter?.count ?? 0;
  if (epochNos.size > 1 && ids > MOST_IDS_AT_ONCE)
    throw new RangeTooHeavyError(`${ids} executables at once, at most ${MOST_IDS_AT_ONCE}`);
}

/** What is known of each epoch, by its number; its reports share one object. */
async function statesOf(
  reports: readonly InternedRecord[],
  { clickhouse, heads }: RangeDependencies,
): Promise<Map<number, EpochState>> {
  const deviceOf = new Map(reports.map(({ epochNo, deviceId }) => [epochNo, deviceId]));
  const epochNos = [...deviceOf.keys()];
  const created = new Set(reports.flatMap((report) => (report.created ? [report.epochNo] : [])));
  const read = await readEpochHeads(
    clickhouse,
    epochNos.filter((epochNo) => !created.has(epochNo) && !heads.get(epochNo)),
  );
  const states = new Map<number, EpochState>();
  for (const [epochNo, deviceId] of deviceOf) {
    const head = heads.get(epochNo) ?? read.get(epochNo) ?? NEW_EPOCH;
    states.set(epochNo, { epochNo, deviceId, head, inventory: undefined });
  }
  // A baseline replaces whatever was there, and a new epoch has nothing: only changes need what they change.
  const changing = reports.filter(({ report }) => report.inventory && !report.inventory.baseline);
  // Nothing asks for the parts of a baseline before its last one is here.
  const completing = reports.filter(({ report }) => inventoryChangeOf(report) === 'last-part');
  checkWeight([...changing, ...completing], states);
  const inventories = await readInventories(clickhouse, [...new Set(changing.map(({ epochNo }) => epochNo))]);
  for (const [epochNo, inventory] of inventories) {
    const state = states.get(epochNo);
    if (state) state.inventory = inventory;
  }
  const parts = await readBaselineParts(clickhouse, [...new Set(completing.map(({ epochNo }) => epochNo))]);
  for (const [epochNo, collected] of parts) {
    const state = states.get(epochNo);
    if (state) state.parts = collected;
  }
  return states;
}
