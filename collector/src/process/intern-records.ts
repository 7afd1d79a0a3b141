/** The reports of a range get numbers for their epochs and executables, in commits of a bounded size. */
import type { Turn } from '../clock/turn.ts';
import type { ControlStore } from '../control/control-store.ts';
import { hardwareIdentityOf } from '../reconcile/hardware-identity.ts';
import type { DecodedRecord } from './decode-record.ts';
import { internReport, namedIds } from './interned-report.ts';
import type { RangeEffects } from './range-effects.ts';
import type { ReportToProcess } from './report-to-process.ts';
import { epochFacts } from './split-copies.ts';

/** Records, and executables they name, whose new numbers are committed together: some 3 ms without a turn for others. */
const COMMITTED_TOGETHER = { records: 50, ids: 10_000 };

type ReportRecord = Extract<DecodedRecord, { kind: 'report' }>;

export interface InternedRecord extends ReportToProcess {
  epochNo: number;
  /** See EpochState. */
  deviceId: string;
  /** This range made the epoch: the tables know nothing of it. */
  created: boolean;
}

interface InternDependencies {
  control: ControlStore;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * The reports in order; undefined where the epoch belongs to a device that was erased, which is closed for ever, and where a
 * traced record failed. The new numbers are on stable storage when it resolves.
 */
export async function internRecords(
  decoded: readonly DecodedRecord[],
  dependencies: InternDependencies,
  effects: RangeEffects,
  turn: Turn,
): Promise<(InternedRecord | undefined)[]> {
  const { trace } = effects;
  const interned: (InternedRecord | undefined)[] = [];
  for (const some of trace ? decoded.map((record) => [record]) : committedTogether(decoded)) {
    await turn.share();
    const intern = () => internedReports(some, dependencies, effects);
    const reports = trace ? trace.record(some[0]?.source.offset ?? 0, intern) : intern();
    interned.push(...(reports ?? [undefined]));
  }
  await dependencies.control.synced();
  return interned;
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

/** One commit for all new numbers. */
function internedReports(
  decoded: readonly DecodedRecord[],
  { control, now }: InternDependencies,
  effects: RangeEffects,
): (InternedRecord | undefined)[] {
  return control.allocating(() =>
    decoded.flatMap((record): (InternedRecord | undefined)[] => {
      if (record.kind !== 'report') return [];
      const { report, source } = record;
      const epochId = report.epoch?.id ?? new Uint8Array(16);
      const epoch = control.epochs.open(
        source.deviceId,
        epochId,
        report.epoch?.parent?.id ?? undefined,
        now(),
      );
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
  { lives }: Pick<ControlStore, 'lives'>,
): void {
  const { hardware, ephemeral } = report.host ?? {};
  if (hardware && !ephemeral) lives.twins.note(deviceId, hardwareIdentityOf(hardware), source.receivedAt);
}
