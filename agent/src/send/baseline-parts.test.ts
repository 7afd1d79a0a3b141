/** A baseline in parts, from a real store to a real server, through loss, refusal, change and crash. */
import type { Report } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { foundProgram, idOfProgram, ReportingAgent } from './fixtures/reporting-agent.ts';
import { ScriptedCollector } from './fixtures/scripted-collector/scripted-collector.ts';

const INTERVAL_SECONDS = 600;
const IN_A_PART = 3;

class Agent extends ReportingAgent {
  quiet = false;

  constructor(url: string) {
    super(url, () => ({
      reportIntervalSeconds: () => INTERVAL_SECONDS,
      mostIdsInAPart: IN_A_PART,
      quiet: () => this.quiet,
    }));
  }

  install(...programs: number[]): void {
    for (const program of programs) this.inventory.found(foundProgram(pathOf(program)));
    this.inventory.flush();
  }

  /** Turns until so many seconds have passed. */
  async pass(seconds: number): Promise<void> {
    for (const until = this.clock.ms + seconds * 1000; this.clock.ms < until; ) await this.turn();
  }
}

const pathOf = (program: number): string => `/usr/bin/program-${program}`;
const idsOf = (...programs: number[]): string[] =>
  programs.map((program) => idOfProgram(pathOf(program))).sort();

const partsOf = (reports: readonly Report[]) =>
  reports.map(({ inventory }) => (inventory?.baseline ? `${inventory.part}/${inventory.parts}` : 'change'));

let collector: ScriptedCollector;
let agent: Agent;
beforeEach(async () => {
  collector = new ScriptedCollector();
  collector.wantsEvidence = false;
  agent = new Agent(await collector.listen());
  agent.install(1, 2, 3, 4, 5, 6, 7);
});
afterEach(async () => {
  await agent.close();
  await collector.close();
});
const has = (): string[] => [...collector.inventory].sort();

test('the parts follow each other at once, in a row, and promise the same; nothing counts before the last', async () => {
  for (let turn = 0; turn < 3; turn++) await agent.turn();
  expect(collector.inventory.size).toBe(0);
  await agent.turn();
  expect(agent.clock.ms).toBeLessThan(1e6 + INTERVAL_SECONDS * 1000 + 1);
  expect(has()).toEqual(idsOf(1, 2, 3, 4, 5, 6, 7));
  expect(partsOf(collector.reports)).toEqual(['0/3', '1/3', '2/3']);
  expect(collector.reports.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect(new Set(collector.reports.map(({ digestAfter }) => JSON.stringify(digestAfter))).size).toBe(1);
  expect(collector.reports.some(({ digestBefore }) => digestBefore)).toBe(false);
  expect(collector.reports.map(({ host }) => !!host)).toEqual([true, false, false]);
});

test('what changes while parts are on their way follows as a change to what they said', async () => {
  await agent.turn();
  await agent.turn();
  agent.install(8);
  agent.inventory.gone('/usr/bin/program-1');
  await agent.pass(2 * INTERVAL_SECONDS);
  expect(partsOf(collector.reports).slice(0, 4)).toEqual(['0/3', '1/3', '2/3', 'change']);
  expect(has()).toEqual(idsOf(2, 3, 4, 5, 6, 7, 8));
  expect(collector.resyncs).toBe(0);
});

test('a crash after any of them, its answer lost or not, goes on with the next one', async () => {
  for (let turn = 0; turn < 12 && collector.inventory.size === 0; turn++) {
    collector.fault = () => (turn % 2 === 0 ? 'none' : 'lose-answer');
    await agent.turn();
    await agent.reopen();
    agent.install(20 + turn);
  }
  expect(new Set(partsOf(collector.reports))).toEqual(new Set(['0/3', '1/3', '2/3']));
  // Number 20 came after enrolment, before the first part was composed.
  expect(has()).toEqual(idsOf(1, 2, 3, 4, 5, 6, 7, 20));
  const bytesOf = Map.groupBy(collector.bodies, ({ sequence }) => sequence);
  expect([...bytesOf.keys()]).toEqual([1, 2, 3]);
  for (const bodies of bytesOf.values()) expect(new Set(bodies.map(({ hash }) => hash)).size).toBe(1);
  collector.fault = () => 'none';
  const { size } = collector.inventory;
  await agent.pass(INTERVAL_SECONDS);
  expect(collector.inventory.size).toBeGreaterThan(size);
  expect(collector.resyncs).toBe(0);
});

test('a resync that a part caused begins the baseline again, with what there is by then', async () => {
  await agent.turn();
  await agent.turn();
  agent.install(8);
  const epoch = collector.reports[0]?.epoch?.id ?? null;
  collector.extraDirectives = [{ epoch, sequence: 2, resync: {} }];
  await agent.pass(INTERVAL_SECONDS);
  // The directive comes with every acknowledgement, and is older than the baseline that answers it.
  expect(partsOf(collector.reports).slice(0, 5)).toEqual(['0/3', '1/3', '0/3', '1/3', '2/3']);
  expect(partsOf(collector.reports).slice(5)).not.toContain('0/3');
  expect(has()).toEqual(idsOf(1, 2, 3, 4, 5, 6, 7, 8));
});

test('a pause between parts begins the baseline again once it is over', async () => {
  await agent.turn();
  await agent.turn();
  agent.quiet = true;
  await agent.pass(2 * INTERVAL_SECONDS);
  agent.quiet = false;
  await agent.pass(2 * INTERVAL_SECONDS);
  const said = partsOf(collector.reports);
  expect(said.slice(said.lastIndexOf('0/3'), said.lastIndexOf('0/3') + 3)).toEqual(['0/3', '1/3', '2/3']);
  expect(has()).toEqual(idsOf(1, 2, 3, 4, 5, 6, 7));
  expect(agent.courier.counts.refused).toBe(0);
});

test('a part that is refused for good begins the baseline again, in smaller parts', async () => {
  await agent.turn();
  await agent.turn();
  collector.fault = () => 'refuse';
  await agent.turn();
  collector.fault = () => 'none';
  await agent.pass(INTERVAL_SECONDS);
  expect(partsOf(collector.reports).slice(0, 3)).toEqual(['0/3', '0/7', '1/7']);
  expect(has()).toEqual(idsOf(1, 2, 3, 4, 5, 6, 7));
});

test('a collector that takes the first part and refuses the second for ever is not asked without end', async () => {
  await agent.turn();
  let reports = 0;
  let refused = 0;
  collector.fault = (path) => {
    if (path !== '/v1/report' || reports++ % 2 === 0) return 'none';
    refused++;
    return 'refuse';
  };
  await agent.pass(24 * 3600);
  // Waits grow to the longest there is, so a day holds few more attempts than intervals.
  expect(refused).toBeGreaterThan(3);
  expect(refused).toBeLessThan((1.5 * 24 * 3600) / INTERVAL_SECONDS);
});
