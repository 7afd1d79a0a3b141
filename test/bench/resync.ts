/**
 * What it costs to bring one device's inventory right again by a baseline, when so many ids differ, beside the change that
 * would have said the same. The baseline does not depend on how many differ: that is why nobody negotiates.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceBatch, type ExecutableId, sealEnvelope } from '@fleetmeter/proto';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { enrol } from '../../agent/src/enrol/enrol.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { EvidenceQueue } from '../../agent/src/send/evidence-queue.ts';
import { type ApiPath, HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { type Addressee, commitNextReport, type NextReportParts } from '../../agent/src/send/next-report.ts';
import { readAnswer } from '../../agent/src/send/read-answer.ts';
import { agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { questionCost, quietCost } from '../load/quiet-cost.ts';
import { type Bench, type Figures, plain } from './bench.ts';
import { CpuMeter } from './process-cpu.ts';
import { programFile } from './wire-programs.ts';

const DIFFERING = [1, 100, 2_000];
/** Not counted, so that what is counted is compiled. */
const WARM_UP = 40;
const DAY = 20_000;

export const resync: Bench = {
  name: 'resync',
  about: 'bytes and CPU of a resync when 1, 100 or 2,000 ids differ, beside the change that says the same',
  flags: {
    executables: { meaning: 'executables of the device', default: 2_000 },
    reports: { meaning: 'reports of each kind', default: 300 },
  },
  smoke: { executables: 300, reports: 10 },
  run,
};

interface Costs {
  bytes: number;
  agentMs: number;
  collectorMs: number;
}

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { executables = 0, reports = 0 } = flags;
  const collector = await CollectorUnderLoad.start({ recomputeSeconds: 3_600 });
  const device = new ResyncedDevice(collector.agentUrl, executables);
  try {
    await device.join(collector.joinSecret);
    await collector.processed();
    await collector.merged();
    const watched = {
      quiet: await quietCost(collector.pids),
      perLook: await questionCost(collector.pids, () => collector.metrics()),
    };
    const figures: Figures = {};
    for (const differing of DIFFERING.map((ids) => Math.min(ids, executables))) {
      for (const kind of ['resync', 'change'] as const) {
        await sendSome(kind, differing, Math.min(WARM_UP, reports), device);
        const costs = await costsOf(kind, differing, reports, device, collector, watched);
        say(`${kind}, ${differing} ids: ${reports} reports`);
        figures[`${kind}Bytes${differing}`] = plain(costs.bytes, 'bytes of the envelope');
        figures[`${kind}AgentMs${differing}`] = plain(costs.agentMs, 'CPU ms at the agent');
        figures[`${kind}CollectorMs${differing}`] = plain(
          costs.collectorMs,
          'CPU ms at collector and engine',
        );
      }
    }
    const metric = await collector.metrics();
    if (metric('fleetmeter_process_quarantined_total') > 0) throw new Error('records were quarantined');
    await checkInventory(collector, device.installed);
    return figures;
  } finally {
    await device.close();
    await collector.close();
  }
}

/** Means over so many reports in a row, each of which differs from the one before in so many ids. */
async function costsOf(
  kind: 'resync' | 'change',
  differing: number,
  reports: number,
  device: ResyncedDevice,
  collector: CollectorUnderLoad,
  { quiet, perLook }: { quiet: Record<string, number>; perLook: Record<string, number> },
): Promise<Costs> {
  // What came before is not to be paid for here.
  await collector.processed();
  await collector.merged();
  const meter = new CpuMeter(collector.pids);
  const began = performance.now();
  const looks = collector.looks;
  const { bytes, agentMs } = await sendSome(kind, differing, reports, device);
  await collector.processed();
  await collector.merged();
  const spent = meter.lap();
  const seconds = (performance.now() - began) / 1000;
  const looked = collector.looks - looks;
  const cpu = (['collector', 'engine'] as const).reduce(
    (sum, name) => sum + 1000 * spent[name] - (quiet[name] ?? 0) * seconds - (perLook[name] ?? 0) * looked,
    0,
  );
  return { bytes: bytes / reports, agentMs: agentMs / reports, collectorMs: cpu / reports };
}

async function sendSome(
  kind: 'resync' | 'change',
  differing: number,
  reports: number,
  device: ResyncedDevice,
): Promise<{ bytes: number; agentMs: number }> {
  const composed = Array.from({ length: reports }, () => {
    device.change(differing);
    return device.compose(kind === 'resync');
  });
  // One straight after another, so that they are processed together, as those of a fleet are.
  for (const { envelope } of composed) await device.send(envelope);
  return {
    bytes: composed.reduce((sum, { envelope }) => sum + envelope.length, 0),
    agentMs: composed.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

async function checkInventory(collector: CollectorUnderLoad, installed: number): Promise<void> {
  const [row] = await collector.writerSql<{ listed: number }>(
    'SELECT length(ids) AS listed FROM fleetmeter_facts.device_inventory FINAL',
  );
  if (row?.listed !== installed)
    throw new Error(`the collector has ${row?.listed} executables, the device ${installed}`);
}

/** An agent's store, and what it does with it to report; its files are as it is told. */
class ResyncedDevice {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleetmeter-bench-resync-'));
  readonly #store = agentStore(openStateDatabase(this.#folder, 0).database);
  readonly #inventory = new Inventory(this.#store, () => DAY);
  readonly #parts: NextReportParts;
  readonly #exchange: HttpExchange;
  readonly #executables: number;
  readonly #clock = realClock();
  #to: Addressee | undefined;
  readonly #everything: ExecutableId[];
  #changed = 0;

  constructor(url: string, executables: number) {
    this.#executables = executables;
    this.#exchange = new HttpExchange(() => url);
    this.#parts = {
      store: this.#store,
      inventory: this.#inventory,
      identity: openDeviceIdentity(this.#folder),
      host: () => ({ hostname: 'resynced', os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
    };
    for (let program = 0; program < executables; program++) this.#inventory.found(programFile(program, 1));
    this.#inventory.flush();
    // Programs that come later have been here before, so that all evidence can be told at once.
    const later = Array.from({ length: executables >> 1 }, (_, number) =>
      programFile(executables + number, 1),
    );
    for (const file of later) this.#inventory.found(file);
    this.#inventory.flush();
    this.#everything = this.#store.inventory.presentIds();
    for (const { path } of later) this.#inventory.gone(path);
    this.#inventory.flush();
  }

  get installed(): number {
    return this.#store.inventory.presentIds().length;
  }

  async join(secret: string): Promise<void> {
    const { identity, host } = this.#parts;
    const signal = new AbortController().signal;
    const outcome = await enrol(this.#exchange, { identity, host: host(), secret }, Date.now(), signal);
    if (outcome.is !== 'enrolled') throw new Error(`not enrolled: ${JSON.stringify(outcome)}`);
    const { deviceId, collectorId } = outcome.enrolment;
    this.#to = { deviceId, collectorId };
    this.#store.outbox.openEpoch(crypto.getRandomValues(new Uint8Array(16)), undefined);
    await this.send(this.compose(true).envelope);
    await this.#describe(this.#to);
  }

  /** Evidence of every program there will be: a fleet's resync brings hardly any that is new. */
  async #describe(to: Addressee): Promise<void> {
    const queue = new EvidenceQueue((id) => this.#store.inventory.evidenceOf(id));
    queue.want(this.#everything, 0);
    for (let batch = queue.nextBatch(); batch; batch = queue.nextBatch()) {
      const message = EvidenceBatch.encode({ ...to, records: batch.records }).finish();
      const envelope = sealEnvelope('EvidenceBatch', message, this.#parts.identity.signingKey);
      await this.send(envelope, '/v1/evidence');
      queue.settle(batch, true, 0);
    }
    if (queue.missing > 0) throw new Error(`${queue.missing} programs have no evidence`);
  }

  /** Half of so many programs go and others come, or the other way round. */
  change(differing: number): void {
    const [less, more] = [Math.ceil(differing / 2), Math.floor(differing / 2)];
    const last = this.#executables;
    if (this.#changed > 0) {
      this.#replace(last, this.#changed >> 1, last - Math.ceil(this.#changed / 2), last);
      this.#changed = 0;
    } else {
      this.#replace(last - less, less, last, last + more);
      this.#changed = differing;
    }
    this.#inventory.flush();
  }

  /** Programs from `gone` on, so many of them, make room for those from `from` to `to`. */
  #replace(gone: number, count: number, from: number, to: number): void {
    for (let program = gone; program < gone + count; program++)
      this.#inventory.gone(programFile(program, 1).path);
    for (let program = from; program < to; program++) this.#inventory.found(programFile(program, 1));
  }

  /** Composes and commits, which is what the CPU is of, and takes it as acknowledged. */
  compose(baseline: boolean): { envelope: Uint8Array; cpuMs: number } {
    if (baseline) this.#store.outbox.wantBaseline();
    const before = process.cpuUsage();
    const { envelope } = commitNextReport(this.#parts, this.#to as Addressee, this.#clock.now(), 0);
    const { user, system } = process.cpuUsage(before);
    this.#store.outbox.acknowledge();
    return { envelope, cpuMs: (user + system) / 1000 };
  }

  async send(envelope: Uint8Array, path: ApiPath = '/v1/report'): Promise<void> {
    const answer = await this.#exchange.post(path, envelope, new AbortController().signal);
    const verdict = readAnswer(answer, Date.now());
    if (verdict.is !== 'answer') throw new Error(`not acknowledged: ${JSON.stringify(verdict)}`);
  }

  async close(): Promise<void> {
    await this.#exchange.close();
    this.#store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
