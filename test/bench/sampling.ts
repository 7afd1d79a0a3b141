/**
 * What metering costs: looks at the process table of this computer, to which many sleeping processes are added. What the timer alone
 * costs is taken off.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { XDisplay } from '../sessions/x-display.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import type { SamplingCost, SamplingOrder } from './sampling/sampling-program.ts';

const SAMPLING_PROGRAM = join(import.meta.dirname, 'sampling/sampling-program.ts');
const TARGETS = [
  { name: 'few', processes: 200, percent: 0.1 },
  { name: 'many', processes: 1_000, percent: 0.3 },
] as const;
const DEFAULT_INTERVAL_S = 5;
/** Beside a display somebody goes from one window to the other. */
const FOCUS_MOVES_MS = 10_000;

export const sampling: Bench = {
  name: 'sampling',
  about: 'CPU of metering each second, with 200 and with 1,000 processes beside those of this computer',
  flags: {
    seconds: { meaning: 'seconds of looks, for each number of processes', default: 60 },
    few: { meaning: 'processes added', default: 200 },
    many: { meaning: 'processes added', default: 1_000 },
  },
  smoke: { seconds: 2, few: 20, many: 40 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { seconds = 0 } = flags;
  const root = mkdtempSync(join(tmpdir(), 'fleetmeter-sampling-'));
  try {
    const nothing = await sample({ root, intervalMs: 1_000, seconds, looks: false });
    const figures: Figures = { timerCpuPercent: plain(percent(nothing), '% of a core, the timer alone') };
    for (const { name, processes, percent: most } of TARGETS) {
      const wanted = flags[name] ?? processes;
      say(`${wanted} processes beside those of this computer`);
      const cost = await withProcesses(wanted, () =>
        sample({ root, intervalMs: 1_000, seconds, looks: true }),
      );
      if (cost.running < wanted || cost.missed > 0)
        throw new Error(`${cost.running} of more than ${wanted} processes seen, ${cost.missed} looks missed`);
      const each = (cost.cpuSeconds - nothing.cpuSeconds) / cost.samples;
      const scaled = wanted < processes;
      figures[`${name}Running`] = plain(cost.running, 'processes metered');
      Object.assign(figures, ofLooks(name, each, most, scaled));
      const withDisplay = await besideDisplay(wanted, root, seconds);
      if (withDisplay === undefined) say('no display is to be had here, so who is in front is not asked');
      else
        Object.assign(figures, ofLooks(`${name}WithDisplay`, withDisplay, most, scaled, ', with a display'));
      figures[`${name}PerProcess`] = plain((each * 1e6) / cost.running, 'CPU us / process and look');
    }
    return figures;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** `each`: CPU seconds of a look. */
function ofLooks(name: string, each: number, most: number, scaled: boolean, where = ''): Figures {
  const unit = (interval: string): string => `% of a core, a look ${interval}${where}`;
  return {
    [`${name}EachSecond`]: bounded(each * 100, unit('each second'), most, scaled),
    [`${name}AtDefault`]: bounded(
      (each * 100) / DEFAULT_INTERVAL_S,
      unit(`every ${DEFAULT_INTERVAL_S} s`),
      most / DEFAULT_INTERVAL_S,
      scaled,
    ),
  };
}

/** CPU seconds of a look where a display tells who is in front; undefined: there is none. */
async function besideDisplay(processes: number, root: string, seconds: number): Promise<number | undefined> {
  if (spawnSync('which', ['Xvfb', 'xclock', 'xeyes', 'xdotool']).status !== 0) return undefined;
  const display = new XDisplay();
  let moving: NodeJS.Timeout | undefined;
  try {
    await display.start();
    const windows = [
      await display.startProgram('xclock', 'XClock'),
      await display.startProgram('xeyes', 'XEyes'),
    ];
    const order = { root, intervalMs: 1_000, seconds, display: display.name };
    const nothing = await sample({ ...order, looks: false });
    let moves = 0;
    display.focus(windows[0] as string);
    moving = setInterval(() => display.focus(windows[++moves % 2] as string), FOCUS_MOVES_MS);
    const cost = await withProcesses(processes, () => sample({ ...order, looks: true }));
    if (cost.running < processes || cost.missed > 0 || cost.focusAnswers <= moves / 2)
      throw new Error(
        `${cost.running} of more than ${processes} processes seen, ${cost.missed} looks missed, ${cost.focusAnswers} answers`,
      );
    return (cost.cpuSeconds - nothing.cpuSeconds) / cost.samples;
  } finally {
    clearInterval(moving);
    await display.close();
  }
}

const percent = ({ cpuSeconds, seconds }: SamplingCost): number => (cpuSeconds / seconds) * 100;

async function sample(order: SamplingOrder): Promise<SamplingCost> {
  const { stdout } = await promisify(execFile)(process.execPath, [SAMPLING_PROGRAM, JSON.stringify(order)]);
  return JSON.parse(stdout) as SamplingCost;
}

async function withProcesses<T>(count: number, work: () => Promise<T>): Promise<T> {
  const added: ChildProcess[] = [];
  try {
    for (let number = 0; number < count; number++) added.push(spawn('sleep', ['3600'], { stdio: 'ignore' }));
    return await work();
  } finally {
    await Promise.all(
      added.map((each) => {
        const ended = once(each, 'exit');
        each.kill('SIGKILL');
        return ended;
      }),
    );
  }
}
