/**
 * Metering in a process of its own, as the agent does it and with nothing else beside it: looks at the process table of this computer
 * for a while, names its programs, and keeps what they used in a store. Says what that cost, as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../../agent/src/clock/real-clock.ts';
import { loadConfig } from '../../../agent/src/config/load-config.ts';
import { createFinder } from '../../../agent/src/finder.ts';
import { Inventory } from '../../../agent/src/inventory/inventory.ts';
import { LinuxProcessTable } from '../../../agent/src/sample/process-list.linux.ts';
import { ProgramNames } from '../../../agent/src/sample/program-names.ts';
import { Sampler } from '../../../agent/src/sample/sampler.ts';
import { openFocusSource } from '../../../agent/src/sessions/focus-source.ts';
import { openSessionSource } from '../../../agent/src/sessions/session-source.ts';
import { agentStore } from '../../../agent/src/store/agent-store.ts';
import { openTransientState } from '../../../agent/src/store/state-database.ts';
import { UsageMeter } from '../../../agent/src/usage/usage-meter.ts';

export interface SamplingOrder {
  /** A folder without programs: what runs is outside the roots. */
  root: string;
  intervalMs: number;
  seconds: number;
  /** False: only the timer, for what that alone costs. */
  looks: boolean;
  /** One that is asked as that of a session would be; undefined: those of this computer. */
  display?: string;
}

export interface SamplingCost {
  cpuSeconds: number;
  seconds: number;
  samples: number;
  /** At the last look. */
  running: number;
  missed: number;
  wholeSecondsCovered: number;
  /** How often a display said who is in front. */
  focusAnswers: number;
}

/** Code is compiled, programs are named, and every process is an old one: young ones are read whole at each look. */
const WARM_UP_SAMPLES = 130;
const WARM_UP_EVERY_MS = 100;
const MOST_WARM_UP_SAMPLES = 1_000;

const order = JSON.parse(process.argv[2] ?? '') as SamplingOrder;
process.stdout.write(JSON.stringify(await run(order)), () => process.exit());

async function run({ root, intervalMs, seconds, looks, display }: SamplingOrder): Promise<SamplingCost> {
  const clock = realClock();
  const store = agentStore(openTransientState());
  const inventory = new Inventory(store, () => 0);
  const { config } = loadConfig(
    { roots: root, hashGently: 'false', hashMebibytesPerSecond: '0', hashCpuPercent: '0' },
    {},
  );
  const finder = createFinder(config, inventory, clock);
  await finder.scanOnce();
  const names = new ProgramNames({
    known: inventory,
    identify: (openPath, rawPath) => finder.identify(openPath, rawPath),
    keepUsed: (file) => inventory.keepUsed(file),
    remembered: [],
  });
  names.ready();
  let runs = 0;
  const meter = new UsageMeter({
    bootId: clock.bootId(),
    sampleIntervalMs: intervalMs,
    newRun: () => `${++runs}`.padStart(16, '0'),
    nameProgram: names.nameOf,
  });
  const sessions = openSessionSource(clock);
  const focus = openFocusSource(clock);
  const uid = process.geteuid?.() ?? 0;
  const asked = display && [
    { uid, type: 'x11', display, isOnConsole: true, isActive: true, isLocked: false },
  ];
  const sampler = new Sampler({
    ...{ table: new LinuxProcessTable(), names, meter, clock },
    hashUser: (uid) => `${uid}`.padStart(16, '0'),
    isPersonThere: () => sessions.look().interactive,
    mayMeter: () => true,
    ...(focus && {
      attention: () => ({
        focus: focus.look(asked || sessions.desktops),
        lockedUids: sessions.look().lockedUids,
      }),
    }),
  });
  const flush = (): void => {
    const due = meter.flush();
    if (due) store.usage.flush(due);
    meter.flushed();
  };
  for (let sample = 0; sample < WARM_UP_SAMPLES || names.waiting > 0; sample++) {
    if (sample === MOST_WARM_UP_SAMPLES) throw new Error(`${names.waiting} programs have no name yet`);
    await sampler.sample();
    if (sample % 20 === 0) flush();
    await sleep(WARM_UP_EVERY_MS);
  }
  await finder.close();
  const [before, cpu, startMs] = [sampler.samples, process.cpuUsage(), performance.now()];
  let flushAtMs = startMs + config.usageFlushSeconds * 1000;
  for (let next = startMs; next < startMs + seconds * 1000; next += intervalMs) {
    await sleep(Math.max(0, next - performance.now()));
    if (!looks) continue;
    await sampler.sample();
    if (performance.now() < flushAtMs) continue;
    flush();
    flushAtMs += config.usageFlushSeconds * 1000;
  }
  const used = process.cpuUsage(cpu);
  const coverage = meter.flush()?.coverage ?? [];
  return {
    cpuSeconds: (used.user + used.system) / 1e6,
    seconds: (performance.now() - startMs) / 1000,
    samples: sampler.samples - before,
    running: sampler.running,
    missed: sampler.missed,
    wholeSecondsCovered: coverage.reduce((sum, row) => sum + row.seconds, 0),
    focusAnswers: focus?.status.answers ?? 0,
  };
}
