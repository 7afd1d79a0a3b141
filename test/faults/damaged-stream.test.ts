/**
 * A collector is started on a stream of which bytes were changed or cut off, anywhere in its files (R26): it starts, what
 * is whole goes on into the tables, what is not is put aside where an administrator sees it, and devices tell again
 * what was in it. The engine is away while reports come, so that all of them wait in the stream.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { SiteUnderFire } from './site-under-fire.ts';
import { killProcesses, processTree, stopProcesses } from './stopped-processes.ts';

const ROUNDS = FULL ? 40 : 3;
const AGENTS = 4;
const REPORTED_MS = 1_500;
const TOLD_MS = 300;
const DAMAGES = ['a byte', 'many bytes', 'a page', 'the end cut off'] as const;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);

test(`${ROUNDS} damaged streams: the collector starts, and in the end nothing lacks (FLEETMETER_SEED=${SEED})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-damaged-'));
  const random = new SeededRandom(SEED);
  const site = await SiteUnderFire.start({ folder, agents: AGENTS, random });
  const seen = { damages: [] as string[], unreadable: 0, salvaged: 0, putAside: 0, waiting: 0, newerKept: 0 };
  try {
    await site.introduce();
    for (let round = 0; round < ROUNDS; round++) {
      // A stopped engine takes nothing, and nobody counts it as dead so soon.
      await stopProcesses(site.enginePids);
      const before = (await site.collector.backlog()).head;
      site.live();
      await sleep(REPORTED_MS);
      await site.rest();
      const { head } = await site.collector.backlog();
      seen.waiting += head - before;
      const pids = processTree(site.collector.pids.collector);
      killProcesses(pids.slice(1));
      await site.collector.kill();
      const how = DAMAGES[round % DAMAGES.length] as (typeof DAMAGES)[number];
      seen.damages.push(damageStream(join(site.collector.folder, 'data/collector/stream'), how, random));
      site.collector.startAgain();
      await site.collector.ready();
      await site.collector.processed();
      const metric = await site.collector.metrics();
      const [unreadable, aside] = [
        metric('fleetmeter_stream_unreadable_records'),
        metric('fleetmeter_control_quarantined_records'),
      ];
      seen.unreadable += unreadable;
      seen.salvaged += metric('fleetmeter_stream_salvaged_records');
      // Each loss that is counted is also put aside, neighbours as one.
      if (unreadable > 0) expect(aside).toBeGreaterThan(seen.putAside);
      seen.putAside = aside;
      seen.newerKept += head - before - unreadable;
      // Of reports that were lost at the end a device's next one tells.
      site.live();
      await sleep(TOLD_MS);
      await site.rest();
      await site.settle();
      sayProgress('damaged streams', round + 1, ROUNDS);
    }
    console.log('damaged streams', seen);
    expect(await site.differences()).toEqual([]);
    expect(seen.waiting).toBeGreaterThan(ROUNDS * 3);
    expect(seen.newerKept).toBeGreaterThan(0);
  } finally {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 3_600_000);

/** In the file, or its log, that holds most. Says what was done. */
function damageStream(folder: string, how: (typeof DAMAGES)[number], random: SeededRandom): string {
  const [name, size] = readdirSync(folder)
    .filter((file) => /\.sqlite(-wal)?$/.test(file))
    .map((file): [string, number] => [file, statSync(join(folder, file)).size])
    .sort(([, a], [, b]) => b - a)[0] as [string, number];
  const path = join(folder, name);
  if (how === 'the end cut off') {
    truncateSync(path, size - 1 - random.below(Math.min(size >> 2, 40_000)));
    return `${name}: ${how}`;
  }
  const file = openSync(path, 'r+');
  const [count, length] = how === 'a byte' ? [1, 1] : how === 'a page' ? [1, 4096] : [20, 1];
  for (let each = 0; each < count; each++) {
    const at = random.below(size - length);
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, at);
    writeSync(
      file,
      bytes.map((byte) => byte ^ 0x5a),
      0,
      length,
      at,
    );
  }
  closeSync(file);
  return `${name}: ${how}`;
}
