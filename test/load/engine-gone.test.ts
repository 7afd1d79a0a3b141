/**
 * The engine's process dies, and hangs, while a fleet reports (R34): reports are acknowledged as ever, questions are
 * answered 503 at once, the engine is back soon, and in the end all totals equal the recount.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Acknowledgement } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PING_EVERY_MS } from '../../collector/src/engine/supervise-engine.ts';
import { generate } from '../bench/ack.ts';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { writePlan } from './planned-reports.ts';
import { reportingFleet } from './reporting-fleet.ts';
import { partToVerify, verify } from './verify.ts';

const [DEVICES, RATE] = FULL ? [1_000, 100] : [100, 40];
const SECONDS = FULL ? { calm: 30, death: 30, hang: 60 } : { calm: 5, death: 6, hang: 12 };
/** What is promised, from the death or from the moment at which it hangs. */
const BACK_WITHIN_MS = 10_000;
const FIRST_HOUR = 8;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({ recomputeSeconds: 5 });
}, 120_000);
afterAll(() => collector?.close());

interface Answers {
  /** Milliseconds from the fault to the first answer 503, and to the first 200 after it. */
  refusedAfter: number | undefined;
  backAfter: number | undefined;
  codes: Record<number, number>;
  /** The longest that an answer took. */
  longestMs: number;
}

/** Asks what only the engine knows, as a page would, until it is answered again. */
async function askUntilBack(signal: AbortSignal): Promise<Answers> {
  const began = performance.now();
  const seen: Answers = { refusedAfter: undefined, backAfter: undefined, codes: {}, longestMs: 0 };
  while (!signal.aborted && seen.backAfter === undefined) {
    const asked = performance.now();
    const { status } = await fetch(`${collector.adminUrl}/api/fleet`);
    seen.codes[status] = (seen.codes[status] ?? 0) + 1;
    const at = performance.now();
    seen.longestMs = Math.max(seen.longestMs, at - asked);
    if (status === 503) seen.refusedAfter ??= at - began;
    else if (seen.refusedAfter !== undefined) seen.backAfter = at - began;
    await sleep(50);
  }
  return seen;
}

test('reports go on while the engine is dead, or hangs, and nothing is lost', async () => {
  const hours = Math.ceil(((SECONDS.calm + SECONDS.death + SECONDS.hang) * RATE) / DEVICES) + 1;
  const { fleet, plan } = await reportingFleet(collector, {
    ...{ seed: 3, devices: DEVICES, executables: 100, firstHour: FIRST_HOUR, hours },
  });
  const send = async (name: keyof typeof SECONDS): Promise<OpenLoopResult> => {
    const file = join(collector.folder, name);
    writeFileSync(file, writePlan(plan.splice(0, SECONDS[name] * RATE)));
    return await generate(collector.agentUrl, file, RATE);
  };
  const during = async (name: 'death' | 'hang', fault: () => void): Promise<[OpenLoopResult, Answers]> => {
    const sending = send(name);
    await sleep(1_500);
    await collector.ready();
    fault();
    const ended = new AbortController();
    const asking = askUntilBack(ended.signal);
    const result = await sending;
    ended.abort();
    return [result, await asking];
  };

  const calm = await send('calm');
  const [death, afterDeath] = await during('death', () => process.kill(collector.pids.engine, 'SIGKILL'));
  await collector.ready();
  let stoppedAt = 0;
  const [hang, afterHang] = await during('hang', () => {
    stoppedAt = collector.pids.engine;
    process.kill(stoppedAt, 'SIGSTOP');
  });
  await collector.ready();
  const restarts = (await collector.metrics())('fleetmeter_engine_restarts');

  // What was planned and not sent, in order.
  for (const { device, acknowledgement } of [calm, death, hang].flatMap(({ asking }) => asking))
    await fleet.obey(device, Acknowledgement.decode(Buffer.from(acknowledgement, 'base64')));
  const rest = join(collector.folder, 'rest');
  writeFileSync(rest, writePlan(plan));
  const last = await generate(collector.agentUrl, rest, 1_000);
  for (const { device, acknowledgement } of last.asking)
    await fleet.obey(device, Acknowledgement.decode(Buffer.from(acknowledgement, 'base64')));
  await collector.settled();

  const p99 = (result: OpenLoopResult) => round(quantile(result.latenciesMs, 0.99));
  const figures = {
    ...{ devices: DEVICES, rate: RATE, restarts },
    reports: [calm, death, hang].map(({ latenciesMs }) => latenciesMs.length),
    ackP99Ms: { calm: p99(calm), death: p99(death), hang: p99(hang) },
    ackP50Ms: [calm, death, hang].map(({ latenciesMs }) => round(quantile(latenciesMs, 0.5))),
    sentAgain: [calm, death, hang].map(({ retries }) => retries),
    death: { backAfterMs: Math.round(afterDeath.backAfter ?? -1), codes: afterDeath.codes },
    hang: {
      refusedAfterMs: Math.round(afterHang.refusedAfter ?? -1),
      backAfterMs: Math.round(afterHang.backAfter ?? -1),
      longestAnswerMs: Math.round(afterHang.longestMs),
      codes: afterHang.codes,
    },
  };
  console.log('engine gone', JSON.stringify(figures));
  const line = await verify(
    (query) => collector.sql(query),
    fleet.world,
    partToVerify(fleet.world, FIRST_HOUR + hours, Date.now()),
  );
  console.log(line);
  await fleet.close();

  expect(restarts).toBe(2);
  for (const { codes } of [afterDeath, afterHang]) {
    expect(Object.keys(codes).filter((code) => code !== '200' && code !== '503')).toEqual([]);
    expect(codes[503]).toBeGreaterThan(0);
  }
  // No report waited for the engine: none had to be sent again.
  expect(figures.sentAgain).toEqual([0, 0, 0]);
  expect(afterDeath.backAfter).toBeLessThan(BACK_WITHIN_MS);
  expect(afterHang.backAfter).toBeLessThan(BACK_WITHIN_MS);
  // Nobody waits for an engine that hangs longer than for a ping; what was asked before that either.
  expect(afterHang.longestMs).toBeLessThan(2 * PING_EVERY_MS + 2_000);
  if (!FULL) return;
  expect(figures.ackP99Ms.death).toBeLessThan(2 * figures.ackP99Ms.calm);
  expect(figures.ackP99Ms.hang).toBeLessThan(2 * figures.ackP99Ms.calm);
}, 600_000);

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number;
}

const round = (value: number): number => Math.round(value * 10) / 10;
