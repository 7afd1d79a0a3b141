import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeIdList } from '@fleetmeter/proto';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CatalogueSource, openCatalogueSource } from '../catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { mapExecutable } from '../map/map-executable.ts';
import { mappingRow } from '../map/mapping-row.ts';
import { startRemap } from './remap.ts';

const NOW = 1_790_000_000_000;
const PACKAGES = ['bash', 'git', 'git-man', ''];
const log = pino({ level: 'silent' });
let folder: string;
let file: string;
let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-remap-'));
  file = join(folder, 'catalogue.json');
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: 'fleetmeter_writer', password: engine.secret });
  await migrate(clickhouse, () => NOW);
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
}, 60_000);

afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
  control?.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(version: string, rules: [name: string, application: string, usedBy?: string][]): void {
  const content = rules.map(([name, application, usedBy]) => ({
    ...{ package: name, application, publisher: 'P', usedBy },
  }));
  writeFileSync(file, JSON.stringify({ version, rules: content }));
}

function open(onChange = () => {}): CatalogueSource {
  return openCatalogueSource({
    ...{ file, control, log, onChange, onFault: () => {}, pollMs: 50 },
    fileKey: new Uint8Array(32),
  });
}

/** One executable of each package, as the processor would have written them under this catalogue. */
async function describe(source: CatalogueSource): Promise<void> {
  const { numbers } = control.internExecutables(
    encodeIdList(PACKAGES.map((_, index) => index.toString(16).padStart(16, '0'))),
  );
  const executables = new NativeBlock(FACT_TABLES.executables);
  const mappings = new NativeBlock(FACT_TABLES.mappings);
  const { catalogue, generation } = source.current();
  for (const [index, packageName] of PACKAGES.entries()) {
    const named = {
      path: `/usr/bin/tool-${index}`,
      packageName,
      packageVersion: packageName && '1.0',
      packageVendor: 'Debian',
    };
    const executableNo = numbers[index] as number;
    executables.append({
      ...{ executable_no: executableNo, executable_id64: BigInt(index), version: 1, path: named.path },
      ...{
        evidence_hash: new Uint8Array(16),
        sha256: new Uint8Array(32),
        size: 1n,
        format: 'elf',
        build_id: '',
      },
      ...{ package_manager: 'dpkg', package_name: packageName, package_version: named.packageVersion },
      ...{ package_architecture: '', package_vendor: 'Debian', evidence: '', first_seen: NOW },
    });
    mappings.append(
      mappingRow(
        executableNo,
        mapExecutable(named, { catalogue, fileKey: new Uint8Array(32) }),
        generation,
        NOW,
      ),
    );
  }
  await clickhouse.insert('executables', executables);
  await clickhouse.insert('mappings', mappings);
  const day = Math.floor(NOW / 86_400_000);
  await clickhouse.command(
    `INSERT INTO {facts}.usage (day, epoch_no, executable_no) VALUES (toDate(${day}), 1, 1)`,
  );
}

const applications = async () =>
  (
    await clickhouse.rows<{ application: string }>(
      'SELECT application FROM {facts}.mappings FINAL ORDER BY executable_no',
    )
  ).map(({ application }) => application);

const bases = async () =>
  (
    await clickhouse.rows<{ line: string }>(
      `SELECT DISTINCT concat(application, ' by ', basis) AS line FROM {facts}.mappings FINAL
       INNER JOIN {facts}.application_bases AS bases ON bases.application_id = lower(leftPad(hex(application_id64), 16, '0'))`,
    )
  ).map(({ line }) => line);

test('a new catalogue file maps every executable again, marks what it feeds, and nothing when nothing changes', {
  timeout: 60_000,
}, async () => {
  write('1', [['git*', 'Git']]);
  let changes = 0;
  const source = open(() => changes++);
  await describe(source);
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
  expect(await applications()).toEqual(['bash', 'Git', 'Git', 'tool-3']);
  const batches: number[][] = [];
  const remap = startRemap({
    ...{ clickhouse, control, log, now: () => NOW + 1, inForce: () => source.current() },
    ...{
      settled: async () => {},
      onBatch: (...counts: number[]) => batches.push(counts),
      onFinished: () => {},
    },
  });

  write('2', [
    ['git-man', 'Manuals', 'run'],
    ['git*', 'Git'],
  ]);
  await expect.poll(() => changes, { timeout: 5_000 }).toBe(1);
  remap.wake();
  await expect.poll(() => remap.running, { timeout: 10_000 }).toBe(false);
  expect(await applications()).toEqual(['bash', 'Git', 'Manuals', 'tool-3']);
  expect(batches).toEqual([[4, 1]]);
  expect(await bases()).toEqual(['Manuals by run']);
  expect(
    control
      .dirtyMarks()
      .map(({ target }) => target.kind)
      .sort(),
  ).toEqual(['inventory', 'usage-day']);
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);

  // Another version that maps alike: nothing to do. A broken one: the one before stays.
  write('3', [
    ['git-man', 'Manuals', 'run'],
    ['git*', 'Git'],
  ]);
  await expect.poll(() => control.catalogueState().version, { timeout: 5_000 }).toBe('3');
  expect(remap.running).toBe(false);
  writeFileSync(file, '{"version": "4"');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([source.current().catalogue.version, changes]).toEqual(['3', 1]);
  // What counts as use is another matter of a catalogue that maps alike.
  write('5', [
    ['git-man', 'Manuals'],
    ['git*', 'Git'],
  ]);
  await expect.poll(() => changes, { timeout: 5_000 }).toBe(2);
  remap.wake();
  await expect.poll(() => remap.running, { timeout: 10_000 }).toBe(false);
  expect([await bases(), batches.at(-1)]).toEqual([[], [4, 0]]);
  await remap.close();
  source.close();
  writeFileSync(file, '{"version": "6"');
  expect(() => open()).toThrow(/catalogue\.json: is not JSON/);
});

test('a mapping by an older catalogue that is written late does not win', async () => {
  write('5', [['bash', 'Shell']]);
  const source = open();
  const remap = startRemap({
    ...{ clickhouse, control, log, now: () => NOW, inForce: () => source.current() },
    ...{ settled: async () => {}, onBatch: () => {}, onFinished: () => {} },
  });
  await expect.poll(() => remap.running, { timeout: 10_000 }).toBe(false);
  const late = new NativeBlock(FACT_TABLES.mappings);
  const old = { path: '/usr/bin/tool-0', packageName: 'bash', packageVersion: '1.0' };
  late.append(
    mappingRow(
      1,
      mapExecutable(old, {
        catalogue: { ...source.current().catalogue, ruleFor: () => undefined },
        fileKey: new Uint8Array(32),
      }),
      1,
      NOW + 1e9,
    ),
  );
  await clickhouse.insert('mappings', late);
  expect((await applications())[0]).toBe('Shell');
  await remap.close();
  source.close();
});

test('mappings whose insert was not answered count as written: what they feed is marked', async () => {
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
  write('6', [['bash', 'Another Shell']]);
  const source = open();
  let failures = 0;
  const losing: ClickHouse = {
    ...clickhouse,
    insert: async (table, block) => {
      await clickhouse.insert(table, block);
      if (failures++ === 0) throw new Error('socket hang up');
    },
  };
  const options = {
    ...{ control, log, now: () => NOW, inForce: () => source.current() },
    ...{ settled: async () => {}, onBatch: () => {}, onFinished: () => {} },
  };
  const first = startRemap({ ...options, clickhouse: losing });
  await expect.poll(() => failures, { timeout: 10_000 }).toBe(1);
  await first.close();
  expect(control.dirtyMarks()).toEqual([]);
  const second = startRemap({ ...options, clickhouse });
  await expect.poll(() => second.running, { timeout: 10_000 }).toBe(false);
  expect((await applications())[0]).toBe('Another Shell');
  expect(control.dirtyMarks().map(({ target }) => target.kind)).toContain('usage-day');
  await second.close();
  source.close();
});

test('a re-mapping that was interrupted goes on where it stood', () => {
  const before = control.catalogueState();
  control.openCatalogue('other', '6');
  control.noteRemapped(before.generation, 99, 7);
  expect(control.catalogueState().remapFrom).toBe(1);
  control.noteRemapped(before.generation + 1, 3, 2);
  expect(control.catalogueState()).toMatchObject({ version: '6', remapFrom: 3 });
  expect(control.finishRemap(before.generation, [{ kind: 'inventory' }], NOW)).toBe(0);
  expect(control.finishRemap(before.generation + 1, [{ kind: 'inventory' }], NOW)).toBe(2);
  expect(control.catalogueState().remapFrom).toBeUndefined();
  expect(control.dirtyMarks().map(({ target }) => target.kind)).toContain('inventory');
});
