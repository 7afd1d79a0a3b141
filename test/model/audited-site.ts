/** An engine, a control store and the processor between them: what the audit looks after, and faults for it to find. */

import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceBatch, sealEnvelope } from '@fleetmeter/proto';
import type { AuditFindings } from '../../collector/src/audit/audit-findings.ts';
import { auditSweep } from '../../collector/src/audit/audit-sweep.ts';
import { NO_CATALOGUE } from '../../collector/src/catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import type { DirtyTarget } from '../../collector/src/control/contract/dirty-targets.ts';
import { delivered } from '../../collector/src/control/fixtures/delivered.ts';
import { receiverOf } from '../../collector/src/control/receiver-of.ts';
import type { ReceiverStore } from '../../collector/src/control/receiver-store.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { type EngineSupervisor, superviseEngine } from '../../collector/src/engine/supervise-engine.ts';
import { writerSecret } from '../../collector/src/engine/writer-secret.ts';
import { AnnouncedExecutables } from '../../collector/src/process/announced-executables.ts';
import { EpochHeadCache } from '../../collector/src/process/epoch-head-cache.ts';
import { processRange } from '../../collector/src/process/process-range.ts';
import { OneAtATime } from '../../collector/src/recompute/one-at-a-time.ts';
import type { StreamRecord } from '../../collector/src/stream/stream.ts';
import { freePort } from '../fakes/free-port.ts';
import type { ModelExecutable } from './model-device.ts';
import type { TrialDevice } from './trial-device.ts';

const TOKEN = { uses: 1_000_000, expiresAt: Number.MAX_SAFE_INTEGER, group: 'default', note: '' };
const RANGE = 500;

export class AuditedSite {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleetmeter-audit-'));
  readonly #evidence = new Map<string, Uint8Array>();
  #engine!: EngineSupervisor;
  #secret = '';
  #records: StreamRecord[] = [];
  #offset = 0;
  #heads = new EpochHeadCache(100_000);
  #announced = new AnnouncedExecutables();
  clickhouse!: ClickHouse;
  control!: SqliteControlStore;
  #receiver!: ReceiverStore;
  /** Milliseconds since 1970. */
  now: number;
  /** Compared with facts by each sweep. */
  totals: DirtyTarget[] = [];
  processed = 0;
  /** Evidence that devices were asked for again. */
  evidenceAsked = 0;

  constructor(now: number, world: readonly ModelExecutable[]) {
    this.now = now;
    for (const { id, evidence } of world) this.#evidence.set(id, evidence);
  }

  async open(): Promise<void> {
    const port = await freePort();
    const dataDir = join(this.#folder, 'data', 'engine');
    this.#engine = await superviseEngine({ dataDir, port, log: { info: () => {}, warn: () => {} } });
    const password = writerSecret(dataDir);
    const url = `http://127.0.0.1:${port}`;
    this.clickhouse = connectClickHouse({ url, username: 'fleetmeter_writer', password });
    await migrate(this.clickhouse, () => this.now);
    this.control = new SqliteControlStore({ path: join(this.#folder, 'data', 'control.db') });
    this.#receiver = receiverOf(this.control);
    if (this.#secret === '') this.#secret = this.control.tokens.create(TOKEN, 0).secret;
    this.#restartProcessor();
  }

  async close(): Promise<void> {
    await this.#receiver?.close();
    this.control?.close();
    await this.clickhouse?.close();
    await this.#engine?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Of the whole data folder, with everything stopped meanwhile. */
  async backUp(): Promise<void> {
    await this.close();
    cpSync(join(this.#folder, 'data'), join(this.#folder, 'backup'), { recursive: true });
    await this.open();
  }

  async restoreBackup(): Promise<void> {
    await this.close();
    rmSync(join(this.#folder, 'data'), { recursive: true });
    cpSync(join(this.#folder, 'backup'), join(this.#folder, 'data'), { recursive: true });
    await this.open();
  }

  /** What the process remembered dies with it. */
  #restartProcessor(): void {
    this.#heads = new EpochHeadCache(100_000);
    this.#announced = new AnnouncedExecutables();
  }

  enrol<D extends TrialDevice>(device: D): D {
    device.deviceId = this.control.enrol(device.publicKey, this.#secret, this.now);
    device.collectorId = this.control.collectorId;
    return device;
  }

  /** The device's next report: acknowledged, with the directives that wait; `lost` never reaches the processor. */
  exchange(device: TrialDevice, { lost = false } = {}): void {
    const envelope = device.report(Math.floor(this.now / 86_400_000));
    if (!lost) this.#push('report', device.deviceId, envelope);
    for (const directive of this.control.directivesFor(device.deviceId, device.epoch)) {
      device.obey(directive);
      if (directive.resendUsage) delivered(this.control, device.deviceId, directive);
    }
    const wanted = this.#receiver.evidenceWantedFrom(device.deviceId, 1_000);
    this.#sendWanted(wanted.map(({ executableId }) => executableId));
  }

  /** A message that somebody kept, or that waits in the stream for long. */
  deliver(deviceId: string, envelope: Uint8Array): void {
    this.#push('report', deviceId, envelope);
  }

  asked(device: TrialDevice): boolean {
    return this.control.directivesFor(device.deviceId, device.epoch).length > 0;
  }

  #sendWanted(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.evidenceAsked += ids.length;
    const records = ids.map((id) => ({
      executableId: Buffer.from(id, 'hex').reverse(),
      evidence: this.#evidence.get(id) as Uint8Array,
      encodingVersion: 1,
    }));
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = { keyId: '0'.repeat(16), privateKey };
    this.#push(
      'evidence',
      '00000000000000aa',
      sealEnvelope('EvidenceBatch', EvidenceBatch.encode({ records }).finish(), key),
    );
  }

  #push(kind: StreamRecord['kind'], deviceId: string, envelope: Uint8Array): void {
    this.#records.push({
      kind,
      deviceId,
      receivedAt: this.now,
      envelope,
      offset: ++this.#offset,
      partition: 0,
    });
  }

  get waiting(): number {
    return this.#records.length;
  }

  async process(most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let done = 0; this.#records.length > 0 && done < most; ) {
      const range = this.#records.splice(0, Math.min(RANGE, most - done));
      done += range.length;
      await processRange(range, range.at(-1)?.offset ?? 0, {
        clickhouse: this.clickhouse,
        control: this.control,
        heads: this.#heads,
        announced: this.#announced,
        inForce: () => NO_CATALOGUE,
        now: () => this.now,
      });
      this.processed += range.length;
    }
  }

  async sweep(youngestMs = 0): Promise<AuditFindings> {
    return await auditSweep({
      clickhouse: this.clickhouse,
      control: this.control,
      heads: this.#heads,
      inForce: () => NO_CATALOGUE,
      remapping: () => false,
      now: () => this.now,
      totals: {
        targets: () => this.totals,
        deriving: new OneAtATime(),
        catalogueVersion: () => 'none',
        settled: async () => {},
        unsure: () => false,
      },
      youngestMs,
      pace: (work) => work(),
    });
  }

  /** Deletes rows of a fact table and returns how many there were, not yet merged ones too. */
  async lose(table: string, where: string): Promise<number> {
    const [row] = await this.clickhouse.rows<{ n: string }>(
      `SELECT count() AS n FROM {facts}.${table} WHERE ${where}`,
    );
    await this.clickhouse.command(
      `ALTER TABLE {facts}.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 2`,
    );
    return Number(row?.n ?? 0);
  }
}
