/** A real engine with the facts of a small, partly hostile fleet, and the admin server before it, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { writerUser } from '../engine/writer-secret.ts';
import { FactBatch } from '../process/fact-batch.ts';
import { QuarantineAnswers } from '../quarantine/quarantine-answers.ts';
import { type AdminServer, startAdminServer } from './admin-server.ts';
import type { PipelineState } from './answers.ts';

export interface TestProgram {
  /** 16 hex digits. */
  id: string;
  path: string;
  application: string;
  applicationId: string;
  publisher?: string;
  version?: string;
  recognised?: boolean;
  secondsToday?: number;
  /** Only the id is known. */
  withoutEvidence?: boolean;
}

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
const NOBODY = Buffer.alloc(16);

export class FleetUnderTest {
  readonly engine: EngineUnderTest;
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleetmeter-admin-'));
  readonly control = new SqliteControlStore({ path: join(this.#folder, 'control.db') });
  readonly #writer: ClickHouse;
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
      ready: async () => ({ ready: true, reasons: [], warnings: [] }),
      metricsText: async () => ({ contentType: 'text/plain', body: 'up 1\n' }),
      log: { warn: (problem: unknown) => console.warn(problem) },
      ...options,
    });
    return fleet;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#admin?.port}`;
  }

  async close(): Promise<void> {
    await this.#admin?.close();
    await this.#writer.close();
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

function addDevice(
  batch: FactBatch,
  {
    device: device_id64,
    epoch: epoch_no,
    hostname,
    reports,
    installed,
    now,
  }: { device: bigint; epoch: number; hostname: string; reports: number; installed: number; now: number },
): void {
  batch.add('epochs', { epoch_no, device_id64, parent_epoch_no: 0, opened_at: now, moves: 0 });
  batch.add('host_facts', {
    device_id64,
    version: BigInt(now + reports),
    hostname,
    os: 'linux',
    os_name: 'Debian GNU/Linux',
    os_version: '12',
    architecture: 'x64',
    kernel: '6.1.0',
    cpu_count: 8,
    memory_mib: 16_384,
    agent_version: '0.1.0',
    system_uuid: '',
    serial: '',
    mac_addresses: [],
    join_kind: 0,
    management_id: '',
    ephemeral: 0,
    is_virtual: 0,
  });
  batch.add('device_inventory', {
    epoch_no,
    version: reports,
    digest_count: installed,
    digest_sum: NOBODY,
    ids: Uint32Array.from({ length: installed }, (_, index) => index + 1),
    received_at: now,
  });
  batch.add('device_heads', {
    epoch_no,
    sequence: reports,
    report_hash: NOBODY,
    received_at: now,
    composed_at: Math.floor(now / 1000),
    utc_offset_seconds: 3600,
    report_bytes: 384,
    agent_cpu_ms: 1250,
    agent_uptime_s: 7200,
    agent_resident_kib: 61_440,
    agent_files_hashed: installed,
    agent_hashed_kib: 4_096,
    agent_sent_kib: 12,
    agent_watches: 900,
    clock_ahead_seconds: 0,
    skipped_files: 2,
  });
}

function addProgram(batch: FactBatch, program: TestProgram, executable_no: number, now: number): void {
  const known = !program.withoutEvidence;
  batch.add('executables', {
    executable_no,
    executable_id64: BigInt(`0x${program.id}`),
    version: known ? 1 : 0,
    evidence_hash: NOBODY,
    sha256: Buffer.alloc(32, executable_no),
    path: known ? program.path : '',
    size: known ? 123_456n : 0n,
    format: known ? 'elf' : '',
    build_id: '',
    package_manager: '',
    package_name: '',
    package_version: '',
    package_architecture: '',
    package_vendor: '',
    evidence: '',
    first_seen: now,
  });
  if (known)
    batch.add('mappings', {
      executable_no,
      version: BigInt(now),
      application_id64: BigInt(`0x${program.applicationId}`),
      application: program.application,
      publisher: program.publisher ?? '',
      application_version: program.version ?? '',
      recognised: program.recognised === false ? 0 : 1,
      fingerprint: 1n,
    });
  if (program.secondsToday)
    batch.add('usage', {
      day: Math.floor(now / MILLISECONDS_A_DAY),
      epoch_no: 1,
      executable_no,
      user: NOBODY,
      run: 1n,
      generation: 0,
      seconds: program.secondsToday,
      launches_user: 3,
      launches_autostart: 0,
      launches_service: 1,
      launches_scheduler: 0,
      launches_unknown: 0,
      foreground_seconds: -1,
      locked_seconds: -1,
      // Every mark set: they bound the seconds of a day.
      slots_0: 2n ** 64n - 1n,
      slots_1: 2n ** 64n - 1n,
      slots_2: 2n ** 64n - 1n,
      slots_3: 2n ** 64n - 1n,
      slots_4: 2n ** 32n - 1n,
    });
}
