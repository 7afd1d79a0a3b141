/** A real engine with the facts of a small, partly hostile fleet, and the admin server before it, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PersonAsker, personAsker } from '../clickhouse/ask-as-person.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveDevices } from '../clickhouse/derive-devices.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { type ExcludedDevices, writeExclusions } from '../clickhouse/usage-exclusions.ts';
import { writeDeviceRegistry } from '../clickhouse/write-device-registry.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { personSecret, personUser, writerUser } from '../engine/writer-secret.ts';
import { PersonExport } from '../person/export-person.ts';
import { PersonQuestions } from '../person/person-questions.ts';
import { FactBatch } from '../process/fact-batch.ts';
import { QuarantineAnswers } from '../quarantine/quarantine-answers.ts';
import { type AdminServer, startAdminServer } from './admin-server.ts';
import type { PipelineState } from './answers.ts';
import { addDevice, addProgram, type TestProgram } from './fixtures/device-facts.ts';
import { type WatchedDevice, watchDevices } from './fixtures/watched-devices.ts';
import type { PersonAnswers } from './person.ts';

export interface TestDevice {
  /** Above 1. */
  number: number;
  hostname: string;
  group?: string;
  silentDays?: number;
  ephemeral?: boolean;
  revoked?: boolean;
  supersededBy?: string;
}

const MILLISECONDS_A_DAY = 86_400_000;

export class FleetUnderTest {
  readonly engine: EngineUnderTest;
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleetmeter-admin-'));
  readonly control = new SqliteControlStore({ path: join(this.#folder, 'control.db') });
  readonly #writer: ClickHouse;
  readonly #asker: PersonAsker;
  readonly #programs: TestProgram[] = [];
  #admin: AdminServer | undefined;
  #reports = 0;
  pipeline: PipelineState = {
    stream: { head: 12, bytes: 48_000, records: 12, unreadable: 0 },
    checkpoint: 12,
    lag: 0,
    processing: {
      ...{ paused: null, at: 0, records: 0, bytes: 0, oldestReceivedAt: null },
      ...{ arrivingPerSecond: 0, processedPerSecond: 0, capacityPerSecond: null, catchUpSeconds: 0 },
    },
    devices: 1,
    executables: 0,
    quarantine: [],
    catalogue: { version: 'none', generation: 1, remaining: 0 },
    audit: { finished: null, step: null, steps: 6, lost: {}, differing: 0 },
    dirty: { count: 0, oldest: null },
    engine: { up: true, restarts: 0, pid: 4711 },
  };

  private constructor(engine: EngineUnderTest) {
    this.engine = engine;
    this.#writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
    this.#asker = personAsker({
      ...{ url: engine.url, username: personUser, password: personSecret(engine.secret) },
    });
  }

  static async start(options: { pageFolder?: string } = {}): Promise<FleetUnderTest> {
    const fleet = new FleetUnderTest(await engineUnderTest());
    await migrate(fleet.#writer, Date.now);
    fleet.#admin = await startAdminServer({
      host: '127.0.0.1',
      port: 0,
      clickhouse: fleet.#writer,
      pipeline: async () => fleet.pipeline,
      quarantine: new QuarantineAnswers(fleet.control.quarantine),
      persons: fleet.#persons(),
      ready: async () => ({ ready: true, reasons: [], warnings: [] }),
      metricsText: async () => ({ contentType: 'text/plain', body: 'up 1\n' }),
      log: { warn: (problem: unknown) => console.warn(problem) },
      ...options,
    });
    return fleet;
  }

  #persons(): PersonAnswers {
    const questions = new PersonQuestions({
      ...{ persons: this.control, asker: this.#asker, now: Date.now, onReading: () => {} },
    });
    const exports = new PersonExport({ questions, clickhouse: this.#writer, control: this.control });
    return { questions, exports };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#admin?.port}`;
  }

  async close(): Promise<void> {
    await this.#admin?.close();
    await this.#writer.close();
    await this.#asker.close();
    await this.engine.remove();
    this.control.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Devices of which nothing but this is known, beside the one that reports. `number` names them and their epochs. */
  async join(devices: readonly TestDevice[]): Promise<void> {
    const batch = new FactBatch();
    for (const { number, hostname, silentDays = 0 } of devices) {
      const now = Date.now() - silentDays * MILLISECONDS_A_DAY;
      addDevice(batch, { device: BigInt(number), epoch: number, hostname, reports: 1, installed: 0, now });
    }
    await batch.write(this.#writer);
    const lives = devices.map((device) => ({
      change: 0,
      deviceId: device.number.toString(16).padStart(16, '0'),
      group: device.group ?? 'default',
      ephemeral: device.ephemeral ?? false,
      revoked: device.revoked ?? false,
      supersededBy: device.supersededBy,
      supersededAt: device.supersededBy === undefined ? undefined : Date.now(),
      erased: false,
    }));
    await writeDeviceRegistry(this.#writer, lives, Date.now());
    await deriveDevices(this.#writer, Date.now());
  }

  /** Devices that have every program reported so far, and were looked at for ninety days. */
  async watch(devices: readonly WatchedDevice[]): Promise<void> {
    const now = Date.now();
    const since = now - 200 * MILLISECONDS_A_DAY;
    const batch = new FactBatch();
    for (const { number, hostname } of devices) {
      const ids = { device: BigInt(number), epoch: number, hostname };
      addDevice(batch, { ...ids, reports: 1, installed: this.#programs.length, now, since });
    }
    await batch.write(this.#writer);
    await deriveDevices(this.#writer, now);
    await numberApplications(this.#writer);
    // What they have came with them: derived only now, it would have come today.
    for (const at of [since, now]) await deriveInventory(this.#writer, at, 'none');
    await watchDevices(this.#writer, devices, now);
  }

  /** What quarantine does to applications of today, as the recompute job writes it; none of them: nothing any more. */
  async leaveOut(excluded: readonly ExcludedDevices[]): Promise<void> {
    const now = Date.now();
    const today = Math.floor(now / MILLISECONDS_A_DAY);
    await writeExclusions(this.#writer, today, excluded, now);
    await deriveUsageDay(this.#writer, today, now, 'none');
  }

  /** One device that has all programs given so far, and these. */
  async report(hostname: string, programs: readonly TestProgram[]): Promise<void> {
    const now = Date.now();
    const batch = new FactBatch();
    const first = this.#programs.length + 1;
    this.#programs.push(...programs);
    this.#reports++;
    addDevice(batch, {
      device: 0xa1n,
      epoch: 1,
      hostname,
      reports: this.#reports,
      installed: this.#programs.length,
      now,
    });
    for (const [index, program] of programs.entries()) addProgram(batch, program, first + index, now);
    await batch.write(this.#writer);
    await deriveDevices(this.#writer, now);
    await numberApplications(this.#writer);
    await deriveInventory(this.#writer, now, 'none');
    await deriveUsageDay(this.#writer, Math.floor(now / MILLISECONDS_A_DAY), now, 'none');
  }
}
