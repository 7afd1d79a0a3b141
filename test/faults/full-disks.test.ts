/**
 * Disks that are full, and then are not (R7): the collector's, the engine's and an agent's, one after the other, while
 * agents report. What cannot be stored is refused with a time to come back, reading goes on, and all resumes by itself.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { post, TestDevice } from '../../collector/src/receive/fixtures/test-device.ts';
import { FleetOfOne } from '../end-to-end/fleet-of-one.ts';
import { makeProgram } from '../end-to-end/program-files.ts';
import { FULL } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';
import { SiteUnderFire } from './site-under-fire.ts';

const ROUNDS = FULL ? 5 : 1;
const AGENTS = 4;
const PROGRAMS_MEANWHILE = 40;
const AGENT_MIB = 32;
const STREAM_MIB = 128;
const ENGINE_MIB = 1024;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const FULL_FOR_MS = 4_000;
const RESUMES_WITHIN_MS = 5_000;
/** Of an agent that reports every second, through to the tables. */
const REPORTED_WITHIN_SECONDS = 5;
const SEEN_WITHIN_MS = 30_000;

const possible = canRun('full disks', 'mkfs.ext4', 'mount');

describe.runIf(possible)('a full disk', () => {
  test(`of stream or engine costs nothing, and all goes on once there is room (FLEETMETER_SEED=${SEED})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-full-'));
    const [ofStream, ofEngine] = [LoopDisk.create(STREAM_MIB), LoopDisk.create(ENGINE_MIB)];
    mkdirSync(join(ofStream.folder, 'data'));
    symlinkSync(ofEngine.folder, join(ofStream.folder, 'data/engine'));
    const random = new SeededRandom(SEED);
    const site = await SiteUnderFire.start({
      folder,
      agents: AGENTS,
      random,
      collectorFolder: ofStream.folder,
    });
    const resumed: Record<string, number[]> = { stream: [], engine: [] };
    try {
      const device = new TestDevice();
      const port = Number(new URL(site.collector.agentUrl).port);
      await device.enrol(port, site.collector.joinSecret);
      let sequence = 0;
      const report = () =>
        post(
          port,
          '/v1/report',
          device.report({ sequence: ++sequence, composedAt: Math.floor(Date.now() / 1000) }),
        );
      const checkpoint = async () => (await site.collector.backlog()).checkpoint;
      site.live();
      for (let round = 0; round < ROUNDS; round++) {
        ofStream.fill();
        const refusal = await eventually(async () => {
          const answer = await report();
          return answer.status === 200 ? undefined : answer;
        }, SEEN_WITHIN_MS);
        expect(refusal.value).toMatchObject({ status: 503, code: 'stream-full' });
        expect(Number(refusal.value.headers['retry-after'])).toBeGreaterThan(0);
        expect(await site.collector.sql('SELECT count() AS n FROM fleetmeter.devices')).toHaveLength(1);
        await sleep(FULL_FOR_MS);
        ofStream.empty();
        const back = await eventually(
          async () => (await report()).status === 200 || undefined,
          SEEN_WITHIN_MS,
        );
        resumed.stream?.push(Math.round(back.ms));

        ofEngine.fill();
        const before = (await site.collector.backlog()).retries;
        await eventually(
          async () => (await site.collector.backlog()).retries > before || undefined,
          SEEN_WITHIN_MS,
        );
        expect((await report()).status).toBe(200);
        expect(await site.collector.sql('SELECT count() AS n FROM fleetmeter.devices')).toHaveLength(1);
        await sleep(FULL_FOR_MS);
        expect((await report()).status).toBe(200);
        const stood = await checkpoint();
        ofEngine.empty();
        const moved = await eventually(async () => (await checkpoint()) > stood || undefined, SEEN_WITHIN_MS);
        resumed.engine?.push(Math.round(moved.ms));
      }
      await site.rest();
      await site.settle();
      expect(await site.differences()).toEqual([]);
      const metric = await site.collector.metrics();
      const seen = {
        refusals: metric('fleetmeter_receive_refusals_total'),
        retries: metric('fleetmeter_process_retries_total'),
      };
      console.log('full disks: milliseconds until they were used again', resumed, seen);
      for (const [what, times] of Object.entries(resumed))
        for (const ms of times) expect(ms, what).toBeLessThan(RESUMES_WITHIN_MS);
      expect(seen.refusals).toBeGreaterThan(0);
    } finally {
      await site.close();
      ofStream.remove();
      ofEngine.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 600_000);

  test('of an agent stops nothing else, and what it found meanwhile is told once there is room', async () => {
    const disk = LoopDisk.create(AGENT_MIB);
    const fleet = await FleetOfOne.create();
    try {
      mkdirSync(join(fleet.folder, 'data'), { recursive: true });
      symlinkSync(disk.folder, join(fleet.folder, 'data/agent'));
      makeProgram(join(fleet.root, 'before'), 'before');
      fleet.startCollector();
      await fleet.ready();
      fleet.startAgent();
      const installed = async (): Promise<number> =>
        Number((await fleet.sql<{ n: string }>('SELECT count() AS n FROM fleetmeter.installations'))[0]?.n);
      await fleet.eventually('the first program is known', async () => (await installed()) === 1, 60);
      disk.fill();
      for (let number = 0; number < PROGRAMS_MEANWHILE; number++)
        makeProgram(join(fleet.root, `program-${number}`), `program ${number}`);
      await fleet.eventually(
        'the agent says that its disk is full',
        async () => /database or disk is full/.test(fleet.log('agent')),
        30,
      );
      await sleep(FULL_FOR_MS);
      expect(fleet.agentLives).toBe(true);
      disk.empty();
      const known = PROGRAMS_MEANWHILE + 1;
      const seconds = await fleet.eventually('all are known', async () => (await installed()) === known, 60);
      console.log(
        'a full disk of an agent:',
        known,
        'programs known',
        seconds.toFixed(1),
        's after there was room',
      );
      expect(fleet.agentLives).toBe(true);
      expect(seconds).toBeLessThan(RESUMES_WITHIN_MS / 1000 + REPORTED_WITHIN_SECONDS);
    } finally {
      await fleet.close();
      disk.remove();
    }
  }, 300_000);
});

/** What it comes to, and after how long. */
async function eventually<T>(
  look: () => Promise<T | undefined>,
  withinMs: number,
): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  let last: unknown;
  while (performance.now() - began < withinMs) {
    try {
      const value = await look();
      if (value !== undefined) return { value, ms: performance.now() - began };
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`not within ${withinMs} ms`, { cause: last });
}
