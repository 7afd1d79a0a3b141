/** What the agents of scripted devices meter, as facts: the real meter and store, the wire's own fields, the collector's own rules. */
import { composeUsage } from '../../../agent/src/delta/compose-usage.ts';
import { openTransientState } from '../../../agent/src/store/state-database.ts';
import { UsageTable } from '../../../agent/src/store/usage-table.ts';
import type { Attention } from '../../../agent/src/usage/attention.ts';
import { type ObservedProcess, UsageMeter } from '../../../agent/src/usage/usage-meter.ts';
import type { FactBatch } from '../../../collector/src/process/fact-batch.ts';
import { coverageRow, usageRow } from '../../../collector/src/process/usage-rows.ts';
import { coverageFault, usageRecordFault } from '../../../collector/src/validate/usage-record.ts';
import { DAYS, type ProgramRun, type ScriptedDevice } from './scripted-devices.ts';

const DAY_S = 86_400;
const LOOK_S = 300;
const USER = 'ab'.repeat(8);

export interface DeviceNumbers {
  /** Before it was imaged, and since. */
  epochs: [number, number];
  executableNo: (program: number, isUpdated: boolean) => number;
}

/** `firstDay` counts from 1970. Returns how many records the collector's rules refused. */
export function meterDevice(
  device: ScriptedDevice,
  firstDay: number,
  { epochs, executableNo }: DeviceNumbers,
  batch: FactBatch,
): number {
  let refused = 0;
  for (const [which, { from, to }] of [
    { from: 0, to: device.imagedOn * DAY_S },
    { from: device.imagedOn * DAY_S, to: DAYS * DAY_S },
  ].entries()) {
    if (from >= to) continue;
    const table = meterBetween(device, { firstDay, from, to, idOf });
    refused += addFacts(table, { epochNo: epochs[which] as number, receivedDay: firstDay + DAYS - 1 }, batch);
  }
  return refused;

  /** An executable's id is its number. */
  function idOf(run: ProgramRun, second: number): string {
    const no = executableNo(run.program, second >= device.updatedOn * DAY_S);
    return no.toString(16).padStart(16, '0');
  }
}

interface MeteredTime {
  firstDay: number;
  from: number;
  to: number;
  idOf: (run: ProgramRun, second: number) => string;
}

function meterBetween(device: ScriptedDevice, { firstDay, from, to, idOf }: MeteredTime): UsageTable {
  const table = new UsageTable(openTransientState());
  let runs = 0;
  for (const boot of device.on) {
    if (boot.to <= from || boot.from >= to) continue;
    const bootId = `boot ${boot.from}`;
    let meter: UsageMeter | undefined;
    let last: { key: string; processes: ObservedProcess[] } = { key: '', processes: [] };
    const flush = (): void => {
      const due = meter?.flush();
      if (due) table.flush(due);
      meter?.flushed();
    };
    for (let second = Math.max(boot.from, from) + 30; second < Math.min(boot.to, to); second += LOOK_S) {
      if (device.agentAway.some((away) => away.from <= second && second < away.to)) {
        flush();
        meter = undefined;
        continue;
      }
      if (!meter) {
        const mark = table.mark();
        meter = new UsageMeter({
          ...{ bootId, sampleIntervalMs: LOOK_S * 1_000, nameProgram: (program) => program },
          newRun: () => `${from}${++runs}`.padStart(16, '0'),
          resume: mark && { mark, live: table.live() },
        });
      }
      const alive = device.runs.filter((run) => run.from <= second && second < run.to);
      const key = alive.map((run) => `${run.program}:${run.from}:${idOf(run, second)}`).join();
      if (key !== last.key)
        last = { key, processes: alive.map((run) => processOf(run, boot.from, idOf(run, second))) };
      const sinceBootMs = (second - boot.from) * 1_000;
      const wallMs = (firstDay * DAY_S + second + device.clockAhead(second)) * 1_000;
      const isThere = device.person.some((visit) => visit.from <= second && second < visit.to);
      const at = { wallMs, monotonicMs: sinceBootMs, bootMs: sinceBootMs };
      meter.observe(
        at,
        last.processes,
        true,
        isThere,
        attentionAt(device, second, isThere, sinceBootMs - LOOK_S * 1_000),
      );
      if (second % DAY_S >= LOOK_S) continue;
      flush();
      table.closeDays(firstDay + Math.floor(second / DAY_S));
    }
    flush();
  }
  table.closeDays(firstDay + DAYS);
  return table;
}

/** Who goes locks the screen, and what begins with the session keeps the focus behind it. The answer is of the look before. */
function attentionAt(
  { tellsFront, front, runs, programs }: ScriptedDevice,
  second: number,
  isThere: boolean,
  askedMs: number,
): Attention | undefined {
  if (!tellsFront) return undefined;
  const asked = second - LOOK_S;
  const focused = isThere
    ? front.find(({ from, to }) => from <= asked && asked < to)?.program
    : programs.indexOf('autostart');
  const those = runs.filter(({ program, from, to }) => program === focused && from <= asked && asked < to);
  return {
    inFront: new Set(those.map(nameOf)),
    ...{ askedMs, isWhole: true },
    lockedUsers: new Set(isThere ? [] : [USER]),
  };
}

const nameOf = ({ program, from }: ProgramRun): string => `${program}:${from}`;

function processOf(run: ProgramRun, bootedAt: number, program: string): ObservedProcess {
  const startedBootMs = (run.from - bootedAt) * 1_000;
  return {
    process: nameOf(run),
    program,
    user: USER,
    startedBootMs,
    origin: run.origin,
  };
}

function addFacts(
  table: UsageTable,
  { epochNo, receivedDay }: { epochNo: number; receivedDay: number },
  batch: FactBatch,
): number {
  const [records, coverage] = [table.dueUsage(1_000_000), table.dueCoverage(1_000_000)];
  const permutation = (): Uint16Array => Uint16Array.from({ length: 288 }, (_, slot) => slot);
  const usage = composeUsage({ records, coverage, digests: [], permutation });
  if (!usage) return 0;
  const receivedAt = receivedDay * DAY_S * 1_000;
  const runs = Buffer.from(usage.runs ?? []);
  const run = (index: number | null | undefined): bigint => runs.readBigUInt64LE((index ?? 0) * 8);
  let refused = 0;
  for (const record of usage.records ?? []) {
    if (usageRecordFault(record, usage, receivedAt)) refused++;
    else {
      const executableNo = Number(Buffer.from(record.executableId ?? []).readBigUInt64LE());
      const of = { epochNo, executableNo, user: new Uint8Array(16), run: run(record.run) };
      batch.add('usage', usageRow(record, of));
    }
  }
  for (const each of usage.coverage ?? [])
    if (coverageFault(each, usage, receivedAt)) refused++;
    else batch.add('coverage', coverageRow(each, { epochNo, run: run(each.run) }));
  return refused;
}
