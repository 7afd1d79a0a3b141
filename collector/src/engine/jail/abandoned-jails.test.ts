/** A real bubblewrap whose parent is killed in the moment in which its child waits for it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../engine-under-test.ts';
import { type EngineLaunch, launchEngine } from '../launch-engine.ts';
import { superviseEngine } from '../supervise-engine.ts';
import { endAbandonedJails } from './abandoned-jails.ts';
import { findJail } from './find-jail.ts';
import { jailPlace } from './jail-place.ts';

const MOST_TRIES = 200;
let dataDir: string;
let launch: EngineLaunch;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-abandoned-'));
  launch = {
    ...{ dataDir, host: '127.0.0.1', port: await freePort(), readers: 1, memoryMib: 2_048, stderr: 'pipe' },
  };
});
afterEach(async () => {
  await endAbandonedJails(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

/** One that has ended, and that nobody has asked about yet, has no command line. */
function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

const jail = await findJail('auto', jailPlace(process.execPath, [tmpdir()]));
if (jail.kind === 'none') process.stdout.write(`Skipped: jails left behind, since ${jail.reason}\n`);

/** One that waits for ever. */
async function abandon(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { child } = await launchEngine(launch, jail);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const until = performance.now() + 1_000;
    let children: number[] = [];
    while (children.length === 0 && performance.now() < until) children = childrenOf(child.pid ?? 0);
    child.kill('SIGKILL');
    await ended;
    await sleep(100);
    const [left] = children.filter(isThere);
    if (left !== undefined) return left;
  }
  throw new Error(`none of ${MOST_TRIES} was left behind`);
}

test.skipIf(jail.kind === 'none')(
  'what is left of a collector that was killed while its jail began keeps no engine from starting',
  async () => {
    const left = await abandon();
    const { dataDir, port } = launch;
    const log = { info: () => undefined, warn: () => undefined };
    const supervisor = await superviseEngine({ dataDir, port, readers: 1, jail: 'required', log });
    expect(isThere(left)).toBe(false);
    expect(supervisor.state.up).toBe(true);
    expect(await endAbandonedJails(dataDir), 'one that is in use is none').toEqual([]);
    await sleep(200);
    expect(supervisor.state).toMatchObject({ up: true, restarts: 0 });
    await supervisor.close();
  },
  120_000,
);

test('those of other folders are left alone', async () => {
  expect(await endAbandonedJails(join(dataDir, 'other'))).toEqual([]);
});
