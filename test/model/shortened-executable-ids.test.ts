/**
 * A build in which an executable's id has one byte of its evidence hash and not eight, so that different programs have the
 * same id: noticed, the first keeps its name, the second is never taken for it, and nobody is asked for anything twice.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  digestAdd,
  digestSumBytes,
  EMPTY_DIGEST,
  EvidenceBatch,
  encodeEvidence,
  encodeIdList,
  identifyEvidence,
  Report,
  type ReportFields,
  sealEnvelope,
} from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';
import { NO_CATALOGUE } from '../../collector/src/catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { type EngineSupervisor, superviseEngine } from '../../collector/src/engine/supervise-engine.ts';
import { writerSecret } from '../../collector/src/engine/writer-secret.ts';
import { AnnouncedExecutables } from '../../collector/src/process/announced-executables.ts';
import { EpochHeadCache } from '../../collector/src/process/epoch-head-cache.ts';
import { processRange } from '../../collector/src/process/process-range.ts';
import type { StreamRecord } from '../../collector/src/stream/stream.ts';
import { freePort } from '../fakes/free-port.ts';

vi.mock('../../proto/src/executable-id.ts', async (original) => {
  const whole = await original<typeof import('../../proto/src/executable-id.ts')>();
  const short = (bytes: Uint8Array, offset = 0): string =>
    whole.executableIdFromBytes(bytes, offset).slice(0, 2).padEnd(16, '0');
  return { ...whole, executableIdFromBytes: short };
});

const NOW = Date.UTC(2026, 10, 23, 12);
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-short-ids-'));
const { privateKey } = generateKeyPairSync('ed25519');
let engine: EngineSupervisor;
let clickhouse: ClickHouse;
let control: SqliteControlStore;

beforeAll(async () => {
  const port = await freePort();
  const dataDir = join(folder, 'engine');
  engine = await superviseEngine({ dataDir, port, log: { info: () => {}, warn: () => {} } });
  clickhouse = connectClickHouse({
    url: `http://127.0.0.1:${port}`,
    username: 'fleetmeter_writer',
    password: writerSecret(dataDir),
  });
  await migrate(clickhouse, () => NOW);
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
}, 60_000);
afterAll(async () => {
  control?.close();
  await clickhouse?.close();
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(number: number): FoundFile {
  const path = `/usr/bin/program-${number}`;
  const identity = { device: '1', inode: path, size: 1, mtimeNs: '1', ctimeNs: '1' };
  const sha256 = createHash('sha256').update(path).digest();
  return { path, identity, format: 'elf', evidence: { sha256, path, size: 1, format: 'elf' } };
}

interface Program {
  file: FoundFile;
  evidence: Uint8Array;
  id: string;
  digestPart: Uint8Array;
}

/** Two programs of one id, and one of another. */
function programs(): [Program, Program, Program] {
  const byId = new Map<string, Program>();
  for (let number = 0; ; number++) {
    const found = file(number);
    const evidence = encodeEvidence(found.evidence);
    const { executableId: id, digestPart } = identifyEvidence(evidence);
    const program = { file: found, evidence, id, digestPart };
    const first = byId.get(id);
    const other = [...byId.values()].find((each) => each.id !== id);
    if (first && other) return [first, program, other];
    byId.set(id, first ?? program);
  }
}
const [first, second, other] = programs();

class Device {
  readonly deviceId = randomBytes(8).toString('hex');
  readonly epoch = randomBytes(16);
  #sequence = 0;
  #has: Program[] = [];

  report(has: Program[]): StreamRecord {
    const before = this.#has;
    this.#has = has;
    const baseline = this.#sequence === 0;
    const gone = before.filter((each) => !has.includes(each)).map(({ id }) => id);
    const fields: ReportFields = {
      epoch: { id: this.epoch },
      sequence: ++this.#sequence,
      ...(!baseline && { digestBefore: digestOf(before) }),
      digestAfter: digestOf(has),
      inventory: {
        baseline,
        presentIds: encodeIdList(
          has.filter((each) => baseline || !before.includes(each)).map(({ id }) => id),
        ),
        absentIds: encodeIdList(gone),
      },
    };
    return record('report', this.deviceId, sealed('Report', Report.encode(fields).finish()));
  }

  evidence(...of: Program[]): StreamRecord {
    const records = of.map(({ id, evidence }) => ({
      executableId: Buffer.from(id, 'hex').reverse(),
      evidence,
      encodingVersion: 1,
    }));
    const message = EvidenceBatch.encode({ records }).finish();
    return record('evidence', this.deviceId, sealed('EvidenceBatch', message));
  }
}

function digestOf(has: Program[]): { count: number; sum: Uint8Array } {
  const digest = has.reduce((sum, { digestPart }) => digestAdd(sum, digestPart), EMPTY_DIGEST);
  return { count: digest.count, sum: digestSumBytes(digest) };
}

const sealed = (kind: 'Report' | 'EvidenceBatch', message: Uint8Array): Uint8Array =>
  sealEnvelope(kind, message, { keyId: '0'.repeat(16), privateKey });
let offset = 0;
const record = (kind: StreamRecord['kind'], deviceId: string, envelope: Uint8Array): StreamRecord => ({
  ...{ kind, deviceId, envelope, receivedAt: NOW, offset: ++offset, partition: 0 },
});

const process = (...records: StreamRecord[]) =>
  processRange(records, offset, {
    clickhouse,
    control,
    heads: new EpochHeadCache(10),
    announced: new AnnouncedExecutables(),
    inForce: () => NO_CATALOGUE,
    now: () => NOW,
  });

test('the build is what it says', () => {
  expect(first.id).toBe(second.id);
  expect(first.evidence).not.toEqual(second.evidence);
});

test.each(['in one range', 'in ranges of their own'])(
  'evidence of another program with the same id, %s, is put aside once, and the first stays',
  async (how) => {
    const before = put();
    const [a, b] = [new Device(), new Device()];
    await process(a.report([first, other]), b.report([second, other]));
    if (how === 'in one range') await process(a.evidence(first, other), b.evidence(second));
    else {
      await process(a.evidence(first, other));
      await process(b.evidence(second));
    }
    expect(put() - before).toBe(1);
    expect(control.quarantinedFrom(b.deviceId, 1)[0]?.reason).toBe('evidence-collision');
    expect(control.quarantinedFrom(a.deviceId, 1)).toEqual([]);
    const rows = await clickhouse.rows<{ path: string }>(
      `SELECT path FROM {facts}.executables FINAL WHERE executable_id64 = reinterpretAsUInt64(reverse(unhex('${first.id}')))`,
    );
    expect(rows.map(({ path }) => path)).toEqual([first.file.path]);

    // Both go on as ever, each on its own digest: nothing is asked of anybody.
    await process(a.report([first]), b.report([second]));
    await process(a.report([]), b.report([]));
    for (const device of [a, b]) expect(control.directivesFor(device.deviceId, device.epoch)).toEqual([]);
  },
);

function put(): number {
  return control.quarantineCounts().find(({ reason }) => reason === 'evidence-collision')?.count ?? 0;
}

test('a device that has both lists the first, counts the second as skipped, and its digest is right', () => {
  const home = join(folder, 'agent');
  mkdirSync(home);
  const store = agentStore(openStateDatabase(home, 0).database);
  const inventory = new Inventory(store, () => 20_000);
  for (const each of [first, second, other]) inventory.found(each.file);
  inventory.flush();
  expect(store.inventory.presentIds().sort()).toEqual([first.id, other.id].sort());
  expect(inventory.skippedCounts()).toEqual([{ reason: 'id-taken', count: 1 }]);
  inventory.gone(first.file.path);
  inventory.flush();
  expect(store.inventory.presentIds()).toEqual([other.id]);
  expect(inventory.verifyDigest()).toBe(true);
  store.close();
});
