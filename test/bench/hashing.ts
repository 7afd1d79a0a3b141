/**
 * What finding and hashing cost, beside other programs on the same files: the first full scan as fast as it goes and at its pace, and a
 * pass over a tree in which nothing changed. All files are in the page cache, so that processors are compared and not disks.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { aideCheck, hashdeepAudit, opensslDigests, type ToolCost } from './hashing/other-tools.ts';
import { copyPrograms, type ProgramCopies } from './hashing/program-copies.ts';
import { checkSame, scanInProcess as scan } from './hashing/scan-in-process.ts';
import type { ScanCost } from './hashing/scanning-program.ts';
import { wholeComputer } from './hashing/whole-computer.ts';

const BYTES_PER_MEBIBYTE = 1_048_576;
/** A computer has some 2,000 executables. */
const TARGET_PROGRAMS = 2_000;
/** Nine tenths of the throughput, and a hundredth of the CPU. */
const TARGET_TIME = 1 / 0.9;
const TARGET_RECHECK = 1 / 100;
const TARGET_CPU_PERCENT = 10;
const TARGET_BYTES_PER_SECOND = 10e6;
const TARGET_DELAY_MS = 20;
/** A file that was made just now is not hashed yet. */
const SETTLED_MS = 1_000;

export const hashing: Bench = {
  name: 'hashing',
  about: 'first scan and re-check of the programs of this computer, beside openssl, aide and hashdeep',
  flags: {
    programs: { meaning: 'programs copied', default: TARGET_PROGRAMS },
    pacedMebibytes: { meaning: 'of another tree that is scanned at the usual pace, MiB', default: 150 },
    passes: { meaning: 'passes over the unchanged tree', default: 10 },
    rounds: { meaning: 'first scans, each beside openssl; the middle one counts', default: 5 },
    computer: {
      meaning: 'first scans of the whole computer, each beside openssl; the middle one counts',
      default: 3,
    },
  },
  smoke: { programs: 60, pacedMebibytes: 5, passes: 2, rounds: 1, computer: 0 },
  needs: [['openssl', 'openssl']],
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { programs = 0, pacedMebibytes = 0, passes = 0, rounds = 0, computer = 0 } = flags;
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-hashing-'));
  try {
    say(`copying programs: ${programs} of them, and ${pacedMebibytes} MiB`);
    const tree = copyPrograms(join(folder, 'tree'), { programs });
    const pacedTree = copyPrograms(join(folder, 'paced'), { bytes: pacedMebibytes * BYTES_PER_MEBIBYTE });
    await sleep(SETTLED_MS);
    // Once, so that compiled code is there, as it is from the agent's second start on.
    scan({ root: join(tree.root, 'd0'), paced: false, passes: 1 });
    const scaled = programs < TARGET_PROGRAMS;
    return {
      files: plain(tree.paths.length, 'files'),
      mebibytes: plain(tree.bytes / BYTES_PER_MEBIBYTE, 'MiB'),
      ...firstScans(tree, { rounds, passes, scaled, folder }, say),
      ...pacedScan(pacedTree, scaled, say),
      ...wholeComputer(computer, TARGET_TIME, say),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sizes {
  rounds: number;
  passes: number;
  scaled: boolean;
  folder: string;
}

function firstScans(
  tree: ProgramCopies,
  { rounds, passes, scaled, folder }: Sizes,
  say: (progress: string) => void,
): Figures {
  // Once for the page cache.
  opensslDigests(tree.paths);
  const pairs = Array.from({ length: Math.max(1, rounds) }, (_, round) => {
    const openssl = opensslDigests(tree.paths);
    const agent = scan({ root: tree.root, paced: false, passes });
    checkSame(agent.sha256, openssl.sha256);
    if (agent.hashedAgain > 0) throw new Error(`${agent.hashedAgain} unchanged files were hashed again`);
    say(
      `round ${round + 1}: first scan ${agent.seconds.toFixed(2)} s, openssl ${openssl.seconds.toFixed(2)} s`,
    );
    return { openssl, agent };
  });
  const middle = pairs.sort((a, b) => ratio(a) - ratio(b))[
    Math.floor(pairs.length / 2)
  ] as (typeof pairs)[number];
  const { openssl, agent } = middle;
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const nothing = scan({ root: empty, paced: false, passes: 0 });
  const { loopDelayP99Ms } = scan({ root: tree.root, paced: false, passes, watchesLoop: true });
  return {
    scanMebibytesPerSecond: plain(tree.bytes / BYTES_PER_MEBIBYTE / agent.seconds, 'MiB / second'),
    opensslMebibytesPerSecond: plain(tree.bytes / BYTES_PER_MEBIBYTE / openssl.seconds, 'MiB / second'),
    scanTime: bounded(ratio(middle), 'of the time of openssl', TARGET_TIME, scaled),
    scanOfNothing: plain(nothing.seconds, 'seconds of it: threads begin, package databases are read'),
    scanOfNothingCpu: plain(nothing.cpuSeconds, 'CPU seconds'),
    scanCpu: plain(agent.cpuSeconds / Math.max(0.01, openssl.cpuSeconds), 'of the CPU of openssl'),
    loopDelayP99: bounded(loopDelayP99Ms, 'ms, event loop, scan and passes', TARGET_DELAY_MS, scaled),
    passCpu: plain(agent.passCpuSeconds * 1000, 'CPU ms / pass over the unchanged tree'),
    passTime: plain(agent.passSeconds * 1000, 'ms / pass'),
    ...besideOthers(agent, { tree, folder, scaled }, say),
  };
}

function ratio({ openssl, agent }: { openssl: ToolCost; agent: ScanCost }): number {
  return agent.seconds / openssl.seconds;
}

function besideOthers(
  agent: ScanCost,
  { tree, folder, scaled }: { tree: ProgramCopies; folder: string; scaled: boolean },
  say: (progress: string) => void,
): Figures {
  const figures: Figures = {};
  const state = join(folder, 'others');
  mkdirSync(state);
  const others = { Aide: ['aide', aideCheck], Hashdeep: ['hashdeep', hashdeepAudit] } as const;
  for (const [name, [program, check]] of Object.entries(others)) {
    const cost = check(tree.root, state);
    if (!cost) {
      say(`not here: ${program}; apt-get install --no-install-recommends ${program}`);
      continue;
    }
    figures[`check${name}`] = plain(cost.cpuSeconds * 1000, `CPU ms / check by ${program}`);
    figures[`passBeside${name}`] = bounded(
      agent.passCpuSeconds / Math.max(0.01, cost.cpuSeconds),
      `of the CPU of ${program}`,
      TARGET_RECHECK,
      scaled,
    );
  }
  return figures;
}

function pacedScan(tree: ProgramCopies, scaled: boolean, say: (progress: string) => void): Figures {
  say(`first scan of ${Math.round(tree.bytes / BYTES_PER_MEBIBYTE)} MiB at its pace`);
  const cost = scan({ root: tree.root, paced: true, passes: 0 });
  if (Object.keys(cost.sha256).length !== tree.paths.length) throw new Error('the paced scan missed files');
  return {
    pacedCpu: bounded((cost.cpuSeconds / cost.seconds) * 100, '% of a core', TARGET_CPU_PERCENT, scaled),
    pacedRead: bounded(cost.bytesRead / cost.seconds, 'bytes / second', TARGET_BYTES_PER_SECOND, scaled),
  };
}
