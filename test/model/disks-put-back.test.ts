/**
 * Disks put back twice (R16), step by step: what a disk that was put back before left waiting in its epoch is told to
 * one that stands earlier still, and whose first report was not taken either.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { type DiskImage, LivingAgent, modelProgram } from './living-agent.ts';
import { outOfBounds, usageOf } from './machine-oracle.ts';
import { StagedCollector } from './staged-collector.ts';

const BEGAN = Date.UTC(2026, 10, 23, 12);
const TODAY = Math.floor(BEGAN / 86_400_000);

let now = BEGAN;
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-put-back-'));
let collector: StagedCollector;
let exchange: HttpExchange;
beforeAll(async () => {
  collector = await StagedCollector.start(() => now);
  exchange = new HttpExchange(() => `http://127.0.0.1:${collector.port}`);
}, 60_000);
afterAll(async () => {
  await exchange?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

let slot = 0;
function live(agent: LivingAgent): void {
  agent.use(modelProgram(slot % 7), TODAY, 1000, slot++, 100);
}

/** Lives and speaks, and all of it is processed before it speaks again. */
async function speak(agent: LivingAgent, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    live(agent);
    now += 2_000;
    await agent.turn();
    await collector.processAll();
  }
}

function newAgent(name: string): LivingAgent {
  const joinSecret = collector.receiving.secret;
  return new LivingAgent({ folder: join(folder, name), exchange, now: () => now, joinSecret });
}

async function imageOf(agent: LivingAgent): Promise<DiskImage> {
  await speak(agent, 4);
  return agent.imageTo(join(folder, `image-${slot}`));
}

async function expectAllUsage(agent: LivingAgent): Promise<void> {
  await speak(agent, 5);
  expect(agent.quiet).toBe(true);
  await collector.derive([TODAY]);
  const { told, usage, maybeTold } = agent.truth;
  const used = (await collector.used()).filter(({ name }) => name.startsWith(agent.deviceId));
  const least = usageOf(agent.deviceId, told, usage);
  expect(outOfBounds(used, least, usageOf(agent.deviceId, told, usage, maybeTold))).toEqual([]);
}

test('a disk put back further than the time before says again what the first report after it said', async () => {
  const agent = newAgent('further');
  const [older, newer] = [await imageOf(agent), await imageOf(agent)];
  await speak(agent, 3);
  const first = agent.epochId;
  agent.restore(newer);
  await speak(agent, 3);
  expect(agent.epochId).not.toEqual(first);
  agent.restore(older);
  await expectAllUsage(agent);
  agent.close();
});

test('so does one that was asked in between to open an epoch anew, at the very last report of its epoch', async () => {
  const agent = newAgent('anew');
  const [older, newer, last] = [await imageOf(agent), await imageOf(agent), await imageOf(agent)];
  const first = agent.epochId;
  agent.restore(newer);
  await speak(agent, 3);
  const second = agent.epochId;
  agent.restore(last);
  expect(agent.epochId).toEqual(first);
  await speak(agent, 6);
  expect([first, second]).not.toContainEqual(agent.epochId);
  agent.restore(older);
  await expectAllUsage(agent);
  agent.close();
});
