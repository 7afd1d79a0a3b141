import { beforeEach, expect, test } from 'vitest';
import { IndexedPackageOwners } from './indexed-owners.ts';
import { OrderedPackageOwners } from './ordered-owners.ts';
import { DatabaseNotRead, type PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';

class ScriptedSource implements PackageSource {
  readonly folders = [];
  readonly manager: string;
  readonly files: Record<string, string>;
  present: string | undefined = '1';
  working = false;
  error: Error | undefined;
  reads = 0;

  constructor(manager: string, files: Record<string, string>) {
    this.manager = manager;
    this.files = files;
  }

  version(): string | undefined {
    return this.present;
  }

  async atWork(): Promise<boolean> {
    return this.working;
  }

  async read(table: PackageTable): Promise<void> {
    this.reads++;
    if (this.error) throw this.error;
    for (const [path, name] of Object.entries(this.files)) {
      const number = table.addPackage({ manager: this.manager, name, version: '1' });
      if (number !== undefined) table.addPath(path, number);
    }
  }
}

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

const indexed = (source: PackageSource) =>
  new IndexedPackageOwners(source, { nowMs: () => nowMs, recheckMs: 0 });

test('the first database that owns a path answers, and the others are asked for the rest', async () => {
  const first = new ScriptedSource('first', { '/usr/bin/a': 'a' });
  const second = new ScriptedSource('second', { '/usr/bin/a': 'other', '/usr/bin/b': 'b' });
  const owners = new OrderedPackageOwners([indexed(first), indexed(second)]);
  await owners.load();
  expect(owners.ownerOf('/usr/bin/a')).toMatchObject({ manager: 'first', name: 'a' });
  expect(owners.ownerOf('/usr/bin/b')).toMatchObject({ manager: 'second', name: 'b' });
  expect(owners.ownerOf('/usr/bin/c')).toBeUndefined();
  expect(owners.databases().map(({ manager, packages, paths }) => [manager, packages, paths])).toEqual([
    ['first', 1, 1],
    ['second', 2, 2],
  ]);
});

test('only the database that has changed is read again, once it has come to rest', async () => {
  const still = new ScriptedSource('still', {});
  const busy = new ScriptedSource('busy', { '/x': 'x' });
  const owners = new OrderedPackageOwners([indexed(still), indexed(busy)]);
  await owners.load();
  busy.present = '2';
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([true, false]);
  nowMs = 600;
  busy.working = true;
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([true, false]);
  busy.working = false;
  await owners.look();
  expect(owners.worthLoading()).toBe(true);
  await owners.load();
  expect([still.reads, busy.reads]).toEqual([1, 2]);
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([false, false]);
});

test('who asks for a database while it is read waits for the same reading', async () => {
  const source = new ScriptedSource('slow', { '/x': 'x' });
  const read = source.read.bind(source);
  let end = (): void => undefined;
  source.read = async (table) => {
    await new Promise<void>((done) => {
      end = done;
    });
    await read(table);
  };
  const owners = new OrderedPackageOwners([indexed(source)]);
  const first = owners.load();
  const second = owners.load().then(() => owners.ownerOf('/x')?.name);
  await Promise.resolve();
  end();
  expect(await second).toBe('x');
  await first;
  expect(source.reads).toBe(1);
});

test('a database that appears later is noticed', async () => {
  const source = new ScriptedSource('late', { '/x': 'x' });
  source.present = undefined;
  const owners = indexed(source);
  await owners.load();
  expect([owners.state(), source.reads]).toEqual(['absent', 0]);
  source.present = '1';
  await owners.look();
  expect(owners.worthLoading()).toBe(false);
  nowMs = 500;
  await owners.look();
  expect(owners.worthLoading()).toBe(true);
});

test('a format that is not read is said, and neither waited for nor tried again until it changes', async () => {
  const source = new ScriptedSource('rpm', {});
  source.error = new DatabaseNotRead('of another kind');
  const owners = new OrderedPackageOwners([indexed(source)]);
  await owners.load();
  nowMs = 3_600_000;
  await owners.look();
  expect([owners.state(), owners.unsettled(), owners.worthLoading()]).toEqual(['absent', false, false]);
  expect(owners.databases()).toEqual([
    { manager: 'rpm', state: 'not-read', packages: 0, paths: 0, leftOut: 0, reason: 'of another kind' },
  ]);
});

test('a failure is no reason to wait, is tried again later, and leaves what was known in force', async () => {
  const source = new ScriptedSource('rpm', { '/x': 'x' });
  const owners = indexed(source);
  source.error = new Error('no disk');
  await owners.load();
  await owners.look();
  expect([owners.state(), owners.unsettled(), owners.worthLoading()]).toEqual(['failed', false, false]);
  nowMs = 600_000;
  await owners.look();
  expect(owners.worthLoading()).toBe(true);
  source.error = undefined;
  await owners.load();
  expect([owners.state(), owners.ownerOf('/x')?.name]).toEqual(['loaded', 'x']);
  source.error = new Error('no disk again');
  source.present = '2';
  await owners.load();
  expect([owners.state(), owners.ownerOf('/x')?.name]).toEqual(['loaded', 'x']);
  expect(owners.databases()[0]?.reason).toBe('no disk again');
});

test('names longer than evidence takes are counted, not kept', async () => {
  const owners = indexed(new ScriptedSource('big', { '/x': 'x'.repeat(2000), '/y': 'y' }));
  await owners.load();
  expect(owners.databases()[0]).toMatchObject({ packages: 1, paths: 1, leftOut: 1 });
});
