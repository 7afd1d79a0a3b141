/**
 * What the agent holds and does on a computer on which nothing happens, after it has looked at all of it once: its real
 * process on a tree of many files, with no collector that answers.
 *
 * Two runs. Watching from within costs what is to be measured (a timer every few milliseconds wakes the process up), so
 * the first run is looked at from outside only, through /proc, and the second one measures the event loop and the heap
 * with a module that is loaded before the agent. In the second one programs are replaced, and all must be found.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProgramTree, type ProgramTree, replacePrograms } from './agent-memory/program-tree.ts';
import { WatchedAgent } from './agent-memory/watched-agent.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';

const TARGET_FILES = 65_000;
const TARGET_MIB = { after: 64, peak: 110 };
const TARGET_WAKE_UPS = 2;
const TARGET_LINES_A_DAY = 20;
const TARGET_DELAY_MS = 20;
const TARGET_BURST_SECONDS = 60;
/** From outside, so that it wakes up nobody there. */
const CHILDREN_EVERY_MS = 20;
const BURST_AT_MOST_MS = 180_000;

export const agentMemory: Bench = {
  name: 'agent-memory',
  about: 'memory, watches, wake-ups and log lines of an agent after its first scan of a large tree',
  flags: {
    files: { meaning: 'files in the tree', default: TARGET_FILES },
    folders: { meaning: 'folders in the tree', default: 12_000 },
    programs: { meaning: 'of the files, programs', default: 2_500 },
    restSeconds: { meaning: 'seconds after the scan before memory is read, for threads to end', default: 40 },
    watchSeconds: { meaning: 'seconds in which wake-ups and log lines are counted', default: 60 },
    burst: { meaning: 'programs replaced at once', default: 5_000 },
  },
  smoke: { files: 400, folders: 60, programs: 40, restSeconds: 1, watchSeconds: 2, burst: 40 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-memory-'));
  try {
    say(`making ${flags.files} files`);
    const tree = makeProgramTree(join(folder, 'tree'), {
      files: flags.files ?? 0,
      folders: flags.folders ?? 0,
      programs: flags.programs ?? 0,
    });
    const scaled = (flags.files ?? 0) < TARGET_FILES;
    const fromOutside = await quietAgent(folder, tree, flags, scaled, say);
    const { burst = 0, files = 0, folders = 0 } = flags;
    say(`making as many files again, ${burst} of them programs`);
    // Each is replaced once, all of them at once.
    const replaced = makeProgramTree(join(folder, 'replaced'), {
      ...{ files: Math.max(files, burst), folders, programs: burst },
    });
    const fromWithin = await busyAgent(folder, replaced, scaled, say);
    return { ...fromOutside, ...fromWithin };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function quietAgent(
  folder: string,
  tree: ProgramTree,
  { restSeconds = 0, watchSeconds = 0 }: Record<string, number>,
  scaled: boolean,
  say: (progress: string) => void,
): Promise<Figures> {
  await using agent = await WatchedAgent.start(join(folder, 'quiet'), tree.root);
  await agent.scanned(tree.programs.length);
  say(`scanned; now ${restSeconds} s of rest`);
  await sleep(restSeconds * 1000);
  const memory = agent.memory();
  const before = { wakeUps: agent.wakeUps(), lines: agent.logLines };
  const children = new Set<number>();
  for (
    const until = performance.now() + watchSeconds * 1000;
    performance.now() < until;
    await sleep(CHILDREN_EVERY_MS)
  )
    for (const pid of agent.childProcesses()) children.add(pid);
  const wakeUps = wakeUpsSince(before.wakeUps, agent);
  const perSecond = (count: number): number => count / watchSeconds;
  const lines = agent.logLines - before.lines;
  return {
    residentAfterScanMib: bounded(memory.residentMib, 'MiB', TARGET_MIB.after, scaled),
    ofItFilesMib: plain(memory.ofFilesMib, 'MiB, clean pages of files'),
    ofItRuntimeMib: plain(memory.ofRuntimeMib, "MiB, of those the runtime's"),
    ofItOwnMib: plain(memory.ownMib, 'MiB, anonymous'),
    ofItCHeapMib: plain(memory.ofCHeapMib, "MiB, of those the C library's heap"),
    proportionalMib: plain(memory.proportionalMib, 'MiB, shared pages divided'),
    peakMib: bounded(memory.peakMib, 'MiB', TARGET_MIB.peak, scaled),
    mostOwnMib: plain(memory.mostOwnMib, 'MiB, anonymous, as seen five times a second'),
    watches: plain(agent.watches(), 'inotify watches'),
    wakeUpsASecond: bounded(perSecond(wakeUps.main), 'main thread, /s', TARGET_WAKE_UPS, scaled),
    wakeUpsOfAllThreadsASecond: plain(perSecond(wakeUps.all), 'all threads, /s'),
    logLinesADay: bounded(perSecond(lines) * 86_400, 'lines / day in rest', TARGET_LINES_A_DAY, scaled),
    childProcesses: bounded(children.size, `seen, looked for every ${CHILDREN_EVERY_MS} ms`, 0, scaled),
  };
}

/** Threads that ended meanwhile do not count, since they cannot be asked any more. */
function wakeUpsSince(before: Map<string, number>, agent: WatchedAgent): { main: number; all: number } {
  const since = [...agent.wakeUps()].map(
    ([thread, now]) => [thread, now - (before.get(thread) ?? 0)] as const,
  );
  return {
    main: since.find(([thread]) => thread === agent.mainThread)?.[1] ?? 0,
    all: since.reduce((sum, [, count]) => sum + count, 0),
  };
}

async function busyAgent(
  folder: string,
  tree: ProgramTree,
  scaled: boolean,
  say: (progress: string) => void,
): Promise<Figures> {
  const burst = tree.programs.length;
  await using agent = await WatchedAgent.start(join(folder, 'busy'), tree.root, { probe: true });
  await agent.started();
  await agent.probed();
  await agent.scanned(tree.programs.length);
  const scan = await agent.probed();
  say(`scanned under the probe; now ${burst} programs are replaced`);
  const began = performance.now();
  const replaced = replacePrograms(tree);
  await agent.until(() => agent.knows(replaced), BURST_AT_MOST_MS, `all of ${burst} replaced programs`);
  const seconds = (performance.now() - began) / 1000;
  const after = await agent.probed();
  return {
    heapAfterScanMib: plain(scan.heapMib, 'MiB, V8, collected'),
    eventLoopDelayP99Ms: bounded(scan.delayP99Ms, 'ms during the scan', TARGET_DELAY_MS, scaled),
    eventLoopDelayMaxMs: plain(scan.delayMaxMs, 'ms during the scan'),
    burstFoundSeconds: bounded(seconds, 'seconds', TARGET_BURST_SECONDS, scaled),
    burstEventLoopDelayP99Ms: bounded(after.delayP99Ms, 'ms during the burst', TARGET_DELAY_MS, scaled),
  };
}
