/**
 * kill -9 of collector, engine and agents, each alone and together, while all of them work (R4): afterwards the tables
 * say what is true, nothing acknowledged is lost and nothing is counted twice.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { SiteUnderFire } from './site-under-fire.ts';
import { killProcesses } from './stopped-processes.ts';

const KILLS = Number(process.env.FLEETMETER_KILLS ?? (FULL ? 2000 : 40));
/** The tables are compared after each of these, and at the end. */
const COMPARE_EVERY = FULL ? 100 : 20;
const AGENTS = 8;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const VICTIMS = ['agents', 'engine', 'collector', 'engine and agents', 'everybody'] as const;
const WORK_WITHIN_MS = 120_000;
const MOST_KILLS_TO_BE_SEEN = 20;
const SEEN_WITHIN_MS = 2_000;

test(`${KILLS} kills in the middle of work, and the tables say what is true (FLEETMETER_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-kills-'));
  const site = await SiteUnderFire.start({ folder, agents: AGENTS, random });
  const killed: Record<string, number> = {};
  const began = performance.now();
  try {
    site.live();
    for (let kill = 1; kill <= KILLS; kill++) {
      const victim = VICTIMS[kill % VICTIMS.length] as (typeof VICTIMS)[number];
      await sleep(random.below(400));
      await inTheMiddleOf(site, victim);
      await killNow(site, victim);
      killed[victim] = (killed[victim] ?? 0) + 1;
      if (kill % COMPARE_EVERY !== 0 && kill !== KILLS) continue;
      await site.rest();
      await site.settle();
      expect(await site.differences(), `after ${kill} kills`).toEqual([]);
      sayProgress('kills', kill, KILLS);
      site.live();
    }
    // An administrator sees it. The collector counts since it was started last, and not every kill meets a range.
    for (let kill = 0; kill < MOST_KILLS_TO_BE_SEEN && !(await triedAgain(site)); kill++) {
      await inTheMiddleOf(site, 'engine');
      killProcesses(site.enginePids);
      await sleep(SEEN_WITHIN_MS);
    }
    await site.collector.shows('an engine that was killed', 'fleetmeter_engine_restarts');
    expect(await triedAgain(site), 'no range was tried again').toBe(true);
    await site.rest();
    console.log('kills', killed, 'seconds', Math.round((performance.now() - began) / 1000));
  } finally {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 14_400_000);

async function triedAgain(site: SiteUnderFire): Promise<boolean> {
  return (await site.collector.metrics())('fleetmeter_process_retries_total') > 0;
}

/** Resolves at a moment when the victim has work in hand; without that a kill proves nothing. */
async function inTheMiddleOf(site: SiteUnderFire, victim: (typeof VICTIMS)[number]): Promise<void> {
  const until = performance.now() + WORK_WITHIN_MS;
  let seen: unknown;
  while (performance.now() < until) {
    const { turning } = site.agents;
    if (victim === 'agents') {
      if (turning > 0) return;
    } else {
      // Reports are on their way, and some that were acknowledged are not in the tables yet.
      const backlog = await site.collector.backlog().catch((error) => {
        seen = error;
        return undefined;
      });
      if (backlog) seen = { ...backlog, turning, engine: site.enginePids };
      if (backlog && turning > 0 && backlog.head > backlog.checkpoint && site.enginePids.length > 0) return;
    }
    await sleep(5);
  }
  const said = site.collector.complaints().slice(-3000);
  throw new Error(
    `nothing was under way that killing ${victim} could have broken off: ${JSON.stringify(seen)}\n${said}`,
  );
}

async function killNow(site: SiteUnderFire, victim: (typeof VICTIMS)[number]): Promise<void> {
  const engine = site.enginePids;
  if (victim === 'engine' || victim === 'engine and agents' || victim === 'everybody') killProcesses(engine);
  if (victim === 'collector' || victim === 'everybody') {
    await site.collector.kill();
    site.collector.startAgain();
  }
  if (victim === 'agents' || victim === 'engine and agents' || victim === 'everybody')
    await site.killAgents();
}
