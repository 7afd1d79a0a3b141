import { createHash, randomBytes } from 'node:crypto';
import { decodeSlots, digestsEqual } from '@fleetmeter/proto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.ts';
import type { AgentStore } from '../store/agent-store.ts';
import type { Facts } from '../store/fact-table.ts';
import { noSlots, setSlot } from '../usage/slots.ts';
import { foundProgram, idOfProgram, ReportingAgent } from './fixtures/reporting-agent.ts';
import { type Fault, ScriptedCollector } from './fixtures/scripted-collector/scripted-collector.ts';

const DAY = 20_000;
const INTERVAL_SECONDS = 10;

class TestAgent extends ReportingAgent {
  constructor(url: string) {
    super(url, () => ({ reportIntervalSeconds: () => INTERVAL_SECONDS }), new FakeClock(DAY, 3600));
  }

  /** Turns until a report composed after this call is acknowledged and no evidence waits. */
  async settle(): Promise<void> {
    const enough = this.courier.counts.acknowledged + (this.store.outbox.pending() ? 2 : 1);
    for (let turn = 0; turn < 60; turn++) {
      await this.turn();
      if (this.courier.counts.acknowledged >= enough && this.courier.evidence.size === 0) return;
    }
    throw new Error(`not settled: ${JSON.stringify(this.courier.counts)}`);
  }
}

function useProgram(store: AgentStore, executableId: string, seconds: number, slot: number): void {
  const slots = noSlots();
  for (let each = 0; each <= slot; each++) setSlot(slots, each);
  const launches = { user: seconds, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  const run = '00000000000000ff';
  store.usage.flush({
    usage: [{ day: DAY, run, executableId, user: 'ab'.repeat(8), seconds, launches, slots }],
    coverage: [{ day: DAY, run, seconds, unobservedSeconds: 0, interactiveSeconds: undefined }],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
}

type Action =
  | { kind: 'put'; path: string; content: number }
  | { kind: 'use'; path: string; content: number }
  | { kind: 'remove'; path: string }
  | { kind: 'turn'; fault: Fault }
  | { kind: 'crash' };

let collector: ScriptedCollector;
let agent: TestAgent;
beforeEach(async () => {
  collector = new ScriptedCollector();
  agent = new TestAgent(await collector.listen());
});
afterEach(async () => {
  await agent.close();
  await collector.close();
});

describe('the first contact', () => {
  test('enrols, sends a baseline with host facts, then the evidence asked for', async () => {
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    await agent.settle();
    const [first] = collector.reports;
    expect(first?.sequence).toBe(1);
    expect(first?.digestBefore).toBeFalsy();
    expect(first?.inventory?.baseline).toBe(true);
    expect(first?.host?.hostname).toBe('host-1');
    expect([...collector.inventory]).toEqual([idOfProgram('/usr/bin/a', 1)]);
    expect([...collector.evidence.keys()]).toEqual([idOfProgram('/usr/bin/a', 1)]);
  });

  test('ids beyond 2^63 and 2^53 arrive as they are', async () => {
    const paths = Array.from({ length: 300 }, (_, index) => `/bin/${index}`);
    for (const path of paths) agent.inventory.found(foundProgram(path, 1));
    await agent.settle();
    const ids = paths.map((path) => idOfProgram(path, 1)).sort();
    expect(ids.some((id) => id > '8')).toBe(true);
    expect([...collector.inventory].sort()).toEqual(ids);
  });

  test('more evidence than fits one batch goes in several', async () => {
    for (let index = 0; index < 1200; index++) agent.inventory.found(foundProgram(`/bin/${index}`, 1));
    await agent.settle();
    expect(collector.evidence.size).toBe(1200);
  });
});

describe('later reports', () => {
  test('an idle one carries no inventory and no host facts, and is small', async () => {
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    await agent.settle();
    await agent.settle();
    const idle = collector.reports.at(-1);
    expect(idle?.inventory).toBeFalsy();
    expect(idle?.digestAfter).toBeFalsy();
    expect(idle?.digestBefore?.count).toBe(1);
    expect(idle?.host).toBeFalsy();
    expect(collector.bodies.at(-1)?.bytes).toBeLessThan(300);
  });

  test('an id that came and went between two reports is named as absent', async () => {
    await agent.settle();
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    agent.inventory.flush();
    agent.inventory.gone('/usr/bin/a');
    await agent.settle();
    const change = collector.reports.at(-1)?.inventory;
    expect(change?.absentIds).toHaveLength(8);
    expect(change?.presentIds ?? []).toHaveLength(0);
  });

  test('only newly set marks of usage are sent, and changed host facts', async () => {
    useProgram(agent.store, idOfProgram('/x', 1), 10, 3);
    await agent.settle();
    useProgram(agent.store, idOfProgram('/x', 1), 20, 5);
    agent.hostname = 'host-2';
    await agent.settle();
    const [record] = collector.reports.at(-1)?.usage?.records ?? [];
    expect(decodeSlots(record?.slots as Uint8Array)).toHaveLength(2);
    expect(record?.seconds).toBe(20);
    expect(collector.hostname).toBe('host-2');
  });

  test('what changes while a report is on its way is in the one after it', async () => {
    const [id, path] = [idOfProgram('/x', 1), '/usr/bin/a'];
    await agent.settle();
    useProgram(agent.store, id, 10, 3);
    agent.inventory.found(foundProgram(path, 1));
    collector.fault = () => 'lose-answer';
    await agent.clock.sleep(INTERVAL_SECONDS * 1000);
    await agent.turn();
    useProgram(agent.store, id, 25, 7);
    agent.inventory.found(foundProgram(path, 2));
    collector.fault = () => 'none';
    await agent.settle();
    const [values] = [...collector.usage.values()];
    expect([values?.seconds, values?.slots.size]).toEqual([25, 8]);
    expect([...collector.inventory]).toEqual([idOfProgram(path, 2)]);
    expect([...collector.coverage.values()]).toEqual([25]);
  });

  test('a new identity of the collector begins a new epoch and sends all usage again', async () => {
    useProgram(agent.store, idOfProgram('/x', 1), 10, 3);
    await agent.settle();
    const { epoch } = collector.state;
    const enrolment = agent.store.facts.read('enrolment');
    agent.store.facts.write('enrolment', {
      ...enrolment,
      deviceId: '',
      collectorId: '',
      collectorUrl: 'elsewhere',
    });
    collector.usage.clear();
    await agent.settle();
    expect(collector.state.epoch).not.toBe(epoch);
    expect(collector.usage.size).toBe(1);
  });
});

describe('when something goes wrong', () => {
  const faulty = async (fault: Fault, times = 1): Promise<void> => {
    await agent.settle();
    let left = times;
    collector.fault = (path) => (path === '/v1/report' && left-- > 0 ? fault : 'none');
    agent.inventory.found(foundProgram('/usr/bin/new', 1));
    await agent.settle();
  };

  test.each(['lose-answer', 'cut', 'busy', 'captive-portal', 'wrong-sequence', 'garbage'] as const)(
    '%s: the same bytes are sent again and count once',
    async (fault) => {
      await faulty(fault, 2);
      const second = collector.bodies.filter(({ sequence }) => sequence === 2);
      expect(new Set(second.map(({ hash }) => hash)).size).toBe(1);
      expect(collector.inventory.size).toBe(1);
      expect(collector.resyncs).toBe(0);
    },
  );

  test('what was composed before a crash is sent byte for byte after it', async () => {
    await agent.settle();
    collector.fault = () => 'lose-answer';
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    await agent.turn();
    collector.fault = () => 'none';
    await agent.reopen();
    agent.inventory.gone('/usr/bin/a');
    await agent.settle();
    const second = collector.bodies.filter(({ sequence }) => sequence === 2);
    expect(second.map(({ hash }) => hash)).toEqual([second[0]?.hash, second[0]?.hash]);
    expect(collector.inventory.size).toBe(0);
    expect(collector.resyncs).toBe(0);
  });

  test('after a permanent refusal the report is dropped and a baseline with the next sequence follows', async () => {
    await faulty('refuse');
    const last = collector.reports.at(-1);
    expect(last?.sequence).toBe(3);
    expect(last?.inventory?.baseline).toBe(true);
    expect(agent.courier.counts.refused).toBe(1);
    expect(collector.inventory.size).toBe(1);
  });

  test('a collector that speaks another version: it is said in words, everything is kept, and goes once it fits', async () => {
    await agent.settle();
    agent.inventory.found(foundProgram('/usr/bin/new', 1));
    collector.fault = () => 'other-version';
    for (let turn = 0; turn < 5; turn++) await agent.turn();
    expect(agent.courier.counts).toMatchObject({
      refused: 0,
      notAdmitted: { code: 'wire-version-unsupported', detail: 'the test said wire-version-unsupported' },
    });
    const waiting = agent.store.outbox.pending()?.envelope as Uint8Array;
    collector.fault = () => 'none';
    await agent.settle();
    expect(agent.courier.counts.notAdmitted).toBeUndefined();
    expect(collector.bodies.map(({ hash }) => hash)).toContain(
      createHash('sha256').update(waiting).digest('hex'),
    );
    expect(collector.inventory.size).toBe(1);
  });

  test('what a newer collector says besides is passed over: unknown fields, unknown directives', async () => {
    // Directive 2 with an unknown action 99, and the unknown field 200 of the acknowledgement.
    const directive = [0x9a, 0x06, 0x01, 0x2a];
    collector.fromTheFuture = Buffer.from([0x12, directive.length, ...directive, 0xc2, 0x0c, 0x01, 0x2a]);
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    await agent.settle();
    await agent.settle();
    expect(collector.inventory.size).toBe(1);
    expect(agent.courier.counts).toMatchObject({ failures: 0, refused: 0 });
    expect(collector.resyncs).toBe(0);
  });

  test('an agent whose reports are taken for kept ones begins a child epoch, which nobody can', async () => {
    await faulty('replayed');
    const [last, child] = collector.reports.slice(-2);
    expect(child?.sequence).toBe(1);
    expect(child?.inventory?.baseline).toBe(true);
    expect(child?.epoch?.parent?.id).toEqual(last?.epoch?.id);
    expect(child?.epoch?.parent?.sequence).toBe(last?.sequence);
    expect(collector.inventory.size).toBe(1);
  });

  test('a forgotten key is enrolled again, as the same device, without a new epoch', async () => {
    await agent.settle();
    const { epoch } = collector.state;
    await faulty('forget-key');
    expect(collector.enrolments).toBe(2);
    expect(collector.state.epoch).toBe(epoch);
    expect(collector.inventory.size).toBe(1);
  });

  test('a resync is answered by a baseline at once, once', async () => {
    await agent.settle();
    const before = agent.clock.ms;
    const tag = { epoch: collector.reports[0]?.epoch?.id ?? null, sequence: 2 };
    collector.extraDirectives = [{ ...tag, resync: {} }];
    await agent.settle();
    await agent.turn();
    expect(collector.reports.at(-1)?.inventory?.baseline).toBe(true);
    expect(agent.clock.ms - before).toBeLessThanOrEqual(2 * INTERVAL_SECONDS * 1000);
    await agent.settle();
    await agent.settle();
    expect(collector.reports.filter((report) => report.inventory?.baseline)).toHaveLength(2);
  });

  test('an agent put back to an earlier state opens a child epoch that names its parent', async () => {
    agent.inventory.found(foundProgram('/usr/bin/a', 1));
    await agent.settle();
    const parent = collector.state.epoch;
    // The collector went on to a report that this agent does not know of.
    const head = { sequence: 40, reportHash: randomBytes(16) };
    collector.extraDirectives = [{ epoch: Buffer.from(parent, 'hex'), sequence: 2, resync: { head } }];
    await agent.settle();
    collector.extraDirectives = [];
    await agent.settle();
    expect(collector.state.epoch).not.toBe(parent);
    expect(collector.state.epochParent).toBe(parent);
    expect(collector.inventory.size).toBe(1);
  });

  test('usage asked for again is sent again, once for each request', async () => {
    useProgram(agent.store, idOfProgram('/x', 1), 10, 3);
    await agent.settle();
    collector.usage.clear();
    const tag = { epoch: collector.reports[0]?.epoch?.id ?? null, sequence: 1 };
    collector.extraDirectives = [{ ...tag, resendUsage: { sinceDay: DAY } }];
    await agent.settle();
    await agent.settle();
    const record = [...collector.usage.values()][0];
    expect(record).toMatchObject({ seconds: 10, launches: 10 });
    expect(record?.slots.size).toBe(4);
    const count = collector.reports.length;
    await agent.settle();
    expect(collector.reports.slice(count).every((report) => !report.usage)).toBe(true);
  });

  test('a collector that is never content with a baseline does not make the agent run hot', async () => {
    await agent.settle();
    collector.extraDirectives = [{ resync: {} }];
    const before = agent.clock.ms;
    for (let turn = 0; turn < 20; turn++) await agent.turn();
    expect(agent.clock.ms - before).toBeGreaterThan(30_000);
  });

  test('evidence that the store does not have is counted, and the rest goes on', async () => {
    useProgram(agent.store, 'ffffffffffffffff', 10, 3);
    await agent.settle();
    expect(agent.courier.evidence.missing).toBeGreaterThan(0);
    expect(collector.reports.length).toBeGreaterThan(0);
  });
});

describe('a refusal that would repeat for ever', () => {
  test('a collector put back to an earlier folder: the device enrols with it again', async () => {
    await agent.settle();
    const elsewhere = randomBytes(16);
    agent.store.facts.write('enrolment', {
      ...(agent.store.facts.read('enrolment') as NonNullable<Facts['enrolment']>),
      collectorId: elsewhere.toString('hex'),
    });
    useProgram(agent.store, idOfProgram('/x', 1), 10, 3);
    collector.checksAddress = true;
    await agent.settle();
    expect(collector.enrolments).toBe(2);
    expect(Buffer.from(collector.reports.at(-1)?.collectorId ?? [])).toEqual(collector.collectorId);
    expect([...collector.usage.values()][0]).toMatchObject({ seconds: 10 });
  });

  test('usage of more runs than one report may name goes in several', async () => {
    const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
    const slots = noSlots();
    setSlot(slots, 1);
    const rows = Array.from({ length: 1500 }, (_, run) => ({
      ...{ day: DAY, run: run.toString(16).padStart(16, '0'), user: 'ab'.repeat(8) },
      ...{ executableId: idOfProgram('/x', 1), seconds: 1, launches, slots },
    }));
    const coverage = rows.map(({ run }) => ({
      day: DAY,
      run: run.replace(/^0/, '1'),
      seconds: 1,
      unobservedSeconds: 0,
      interactiveSeconds: undefined,
    }));
    const mark = { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true };
    agent.store.usage.flush({ usage: rows, coverage, live: [], mark });
    for (let each = 0; each < 5; each++) await agent.settle();
    const runs = collector.reports.map((report) => (report.usage?.runs?.length ?? 0) / 8);
    expect(Math.max(...runs)).toBe(1000);
    expect(collector.usage.size).toBe(1500);
    expect(collector.coverage.size).toBe(1500);
  });

  test('usage that is refused is sent again in smaller reports', async () => {
    for (let each = 1; each <= 40; each++) useProgram(agent.store, idOfProgram(`/${each}`, 1), 1, 1);
    collector.mostUsageRecords = 10;
    for (let each = 0; each < 5; each++) await agent.settle();
    expect(collector.usage.size).toBe(40);
  });
});

/** Random histories: whatever gets lost, the collector ends with exactly what is on the device. */
test('random changes, faults and crashes: inventory, digest and usage end up equal, and resends are byte for byte', async () => {
  const path = fc.constantFrom('/a', '/b', '/c', '/d', '/e');
  const content = fc.integer({ min: 1, max: 2 });
  const fault = fc.constantFrom<Fault>(
    'none',
    'none',
    'none',
    'lose-answer',
    'cut',
    'busy',
    'captive-portal',
    'refuse',
    'forget-key',
    'wrong-sequence',
    'garbage',
  );
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), path, content }),
    fc.record({ kind: fc.constant('remove' as const), path }),
    fc.record({ kind: fc.constant('use' as const), path, content }),
    fc.record({ kind: fc.constant('turn' as const), fault }),
    fc.record({ kind: fc.constant('turn' as const), fault }),
    fc.record({ kind: fc.constant('crash' as const) }),
  );
  const seen = { lost: 0, crashed: 0, refused: 0 };
  const history = async (actions: readonly Action[]): Promise<void> => {
    const server = new ScriptedCollector();
    const device = new TestAgent(await server.listen());
    try {
      const files = new Map<string, number>();
      const uses = new Map<string, number>();
      let used = 0;
      for (const each of actions) {
        if (each.kind === 'put') {
          device.inventory.found(foundProgram(each.path, each.content));
          files.set(each.path, each.content);
        } else if (each.kind === 'remove') {
          device.inventory.gone(each.path);
          files.delete(each.path);
        } else if (each.kind === 'use') {
          // Use implies that the evidence is kept, as the sampler does.
          const id = device.inventory.keepUsed(foundProgram(each.path, each.content));
          uses.set(id, ++used);
          useProgram(device.store, id, used, used % 280);
        } else if (each.kind === 'crash') {
          device.inventory.flush();
          await device.reopen();
          seen.crashed++;
        } else {
          server.fault = () => each.fault;
          if (each.fault === 'lose-answer') seen.lost++;
          if (each.fault === 'refuse') seen.refused++;
          await device.turn();
        }
      }
      server.fault = () => 'none';
      await device.settle();
      await device.settle();
      // Evidence that was refused is not offered again at once, even when asked for.
      await device.clock.sleep(60_000);
      await device.settle();

      const expected = [...files].map(([at, what]) => idOfProgram(at, what)).sort();
      expect([...server.inventory].sort()).toEqual(expected);
      expect(digestsEqual(server.state.digest, server.state.trueDigest(server.evidence))).toBe(true);
      expect(digestsEqual(server.state.digest, device.inventory.state().digest)).toBe(true);
      const counted = [...server.usage].map(([key, sums]) => [
        key.split(' ')[2],
        sums.seconds,
        sums.launches,
      ]);
      expect(counted.sort()).toEqual([...uses].map(([id, value]) => [id, value, value]).sort());
      const sent = new Map<string, string>();
      for (const { epoch, sequence, hash } of server.bodies) {
        const known = sent.get(`${epoch} ${sequence}`);
        expect(known ?? hash).toBe(hash);
        sent.set(`${epoch} ${sequence}`, hash);
      }
    } finally {
      await device.close();
      await server.close();
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), history), {
    numRuns: 60,
  });
  // A history in which nothing goes wrong proves nothing.
  expect(Math.min(seen.lost, seen.crashed, seen.refused)).toBeGreaterThan(5);
}, 60_000);
