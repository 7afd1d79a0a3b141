/** Who is in front, asked of a real X server by the real sampler, beside what the test put in front itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { LinuxProcessTable } from '../../agent/src/sample/process-list.linux.ts';
import { ProgramNames } from '../../agent/src/sample/program-names.ts';
import { Sampler } from '../../agent/src/sample/sampler.ts';
import type { Desktop } from '../../agent/src/sessions/x11/focus.ts';
import { FocusWatch } from '../../agent/src/sessions/x11/focus-watch.linux.ts';
import { UsageMeter } from '../../agent/src/usage/usage-meter.ts';
import { canRun } from '../faults/needed-programs.ts';
import { XDisplay } from './x-display.ts';

const possible = canRun('who is in front on a real display', 'Xvfb', 'xdotool', 'xclock', 'xeyes');
const INTERVAL_MS = 500;
const IDS = { xclock: '00000000000000c1', xeyes: '00000000000000e2' } as const;
type Program = keyof typeof IDS;

describe.runIf(possible)('with a real display', () => {
  let display: XDisplay;
  let watch: FocusWatch;
  let desktop: Desktop;
  const windows: Partial<Record<Program, string>> = {};

  beforeEach(async () => {
    display = new XDisplay();
    await display.start();
    windows.xclock = await display.startProgram('xclock', 'XClock');
    windows.xeyes = await display.startProgram('xeyes', 'XEyes');
    const uid = process.geteuid?.() ?? 0;
    desktop = { uid, type: 'x11', display: display.name, isOnConsole: true, isActive: true, isLocked: false };
    watch = new FocusWatch(realClock(), { pauseMs: 100 });
  });
  afterEach(async () => {
    watch?.close();
    await display.close();
  });

  async function metering() {
    const table = new LinuxProcessTable();
    const first = await table.read();
    const own = new Map<string, Program>();
    for (const { program } of first?.processes ?? []) {
      const name = program.path.split('/').at(-1) as Program;
      if (name in IDS) own.set(program.key, name);
    }
    const none = { byPath: () => undefined, byIdentity: () => undefined, stateAt: () => undefined };
    const names = new ProgramNames({
      known: { ...none, takesNew: () => true, paths: () => [], all: () => [] },
      identify: async () => 'unreadable',
      keepUsed: () => '',
      remembered: [...own].map(([key, name]) => [key, IDS[name]] as const),
    });
    let run = 0;
    const meter = new UsageMeter({
      ...{ bootId: 'boot', sampleIntervalMs: INTERVAL_MS, nameProgram: names.nameOf },
      newRun: () => `${++run}`.padStart(16, '0'),
    });
    const sampler = new Sampler({
      ...{ table, names, meter, clock: realClock(), hashUser: (uid: number) => `${uid}`.padStart(16, '0') },
      isPersonThere: () => true,
      mayMeter: (path: string) => path.endsWith('/xclock') || path.endsWith('/xeyes'),
      attention: () => ({ focus: watch.look([desktop]), lockedUids: new Set<number>() }),
    });
    return { meter, sampler };
  }

  /** Of each program, in seconds. Day and run do not matter here. */
  function frontOf(meter: UsageMeter): Record<Program, number> {
    const front = { xclock: 0, xeyes: 0 };
    for (const { executableId, attention } of meter.flush()?.usage ?? [])
      for (const name of Object.keys(IDS) as Program[])
        if (executableId === IDS[name]) front[name] += attention?.frontSeconds ?? 0;
    return front;
  }

  test('each program is in front for as long as it was put there, to one interval for each change', async () => {
    const { meter, sampler } = await metering();
    const put: [Program, number][] = [
      ['xclock', 4],
      ['xeyes', 6],
      ['xclock', 1],
      ['xeyes', 3],
      ['xclock', 5],
    ];
    await sampler.sample();
    await expect.poll(() => watch.isAsking).toBe(false);
    const really = { xclock: 0, xeyes: 0 };
    for (const [program, seconds] of put) {
      display.focus(windows[program] as string);
      const beginMs = performance.now();
      while (performance.now() - beginMs < seconds * 1000) {
        await sampler.sample();
        await sleep(INTERVAL_MS);
      }
      really[program] += (performance.now() - beginMs) / 1000;
    }
    await sampler.sample();
    const metered = frontOf(meter);
    const off = Object.fromEntries(
      Object.keys(IDS).map((name) => [name, metered[name as Program] - really[name as Program]]),
    );
    console.log(
      `in front ${JSON.stringify(really)} s, off by ${JSON.stringify(off)} s; ${JSON.stringify(watch.status)}`,
    );
    // Whole seconds are kept, and a look takes its time as well.
    const most = (put.length * 1.5 * INTERVAL_MS) / 1000 + 1;
    for (const value of Object.values(off)) expect(Math.abs(value)).toBeLessThanOrEqual(most);
    expect(watch.status).toMatchObject({ failures: 0, why: null });
  });

  const inFront = async () => {
    watch.look([desktop]);
    await expect.poll(() => watch.isAsking).toBe(false);
    return watch.look([desktop]).focused.map(({ pid }) => pid);
  };

  test('the server tells of every move, also of those that nobody made: an answer is as right as one to a new question', async () => {
    const asking = async () => {
      const anew = new FocusWatch(realClock());
      anew.look([desktop]);
      await expect.poll(() => anew.isAsking).toBe(false);
      const { focused, isWhole } = anew.look([desktop]);
      anew.close();
      return { focused, isWhole };
    };
    const told = async () => {
      watch.look([desktop]);
      await expect.poll(() => watch.isAsking).toBe(false);
      const { focused, isWhole } = watch.look([desktop]);
      return { focused, isWhole };
    };
    const seen = new Set<string>();
    const moves: (() => void | Promise<void>)[] = [
      () => display.focus(windows.xeyes as string),
      () => display.focus(windows.xclock as string),
      () => display.hide(windows.xclock as string),
      () => display.show(windows.xclock as string),
      () => display.focus(windows.xclock as string),
      () => display.focus(windows.xeyes as string),
      () => display.stopProgram('xeyes'),
      () => display.focus(windows.xclock as string),
      () => display.stopProgram('xclock'),
    ];
    await told();
    for (const [number, move] of moves.entries()) {
      await move();
      await sleep(100);
      const [right, said] = [await asking(), await told()];
      expect(said, `after move ${number}`).toEqual(right);
      seen.add(JSON.stringify(right));
      const { answers } = watch.status;
      for (let looks = 0; looks < 5; looks++) await told();
      expect(watch.status.answers, `asked though nothing moved, after move ${number}`).toBe(answers);
    }
    expect(seen.size, 'the focus was on both, and on none').toBeGreaterThanOrEqual(3);
  });

  test('behind a lock nobody is in front', async () => {
    display.focus(windows.xclock as string);
    await expect.poll(async () => (await inFront()).length).toBe(1);
    desktop = { ...desktop, isLocked: true };
    await expect.poll(inFront).toEqual([]);
    expect(watch.status.why).toBe(null);
  });

  test('when the server is gone it is not known, and said', async () => {
    await expect.poll(() => inFront().then(() => watch.status.answers)).toBeGreaterThan(0);
    await display.stopServer();
    await expect.poll(() => inFront().then(() => watch.status.why)).toMatch(/^display :\d+: /);
    expect(watch.look([desktop]).isWhole).toBe(false);
  });
});
