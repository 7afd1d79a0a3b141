/** What a reader of packages leaves out because of a limit is counted, once each, and nothing else is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MergedFolders } from './merged-usr.ts';
import { PackageTable } from './package-table.ts';
import { PacmanSource } from './pacman-source.ts';
import { linesIn } from './text-lines.ts';
import { TurnTaker } from './turn-taker.ts';
import { RegistryReading } from './windows-registry.ts';

test('a line that is too long is counted once, however many parts it comes in', async () => {
  async function* parts(): AsyncGenerator<string> {
    yield 'one\n';
    for (let part = 0; part < 5; part++) yield 'x'.repeat(60_000);
    yield '\ntwo\n';
    yield `${'y'.repeat(65_000)}\n`;
  }
  let tooLong = 0;
  const lines: string[] = [];
  for await (const some of linesIn(parts(), () => tooLong++)) lines.push(...some);
  expect(tooLong).toBe(1);
  expect(lines.map((line) => line.length)).toEqual([3, 3, 65_000]);
});

test('a key of the registry with too many values is counted once, the next one anew', () => {
  let leftOut = 0;
  const reading = new RegistryReading(() => leftOut++);
  for (const [key, values, counted] of [
    ['A', 1_000, 0],
    ['B', 1_100, 1],
    ['C', 1_100, 2],
  ] as const) {
    reading.line(`HKEY_LOCAL_MACHINE\\SOFTWARE\\${key}`);
    for (let value = 0; value < values; value++) reading.line(`    Value${value}    REG_SZ    x`);
    expect(leftOut).toBe(counted);
  }
});

test('a vendor that is too long is left out alone, and counted', () => {
  const table = new PackageTable(new MergedFolders());
  const number = table.addPackage({ manager: 'rpm', name: 'a', version: '1', vendor: 'v'.repeat(1025) });
  table.addPath('/usr/bin/a', number as number);
  expect(table.ownerOf('/usr/bin/a')).toMatchObject({ name: 'a', vendor: undefined });
  expect(table.leftOut).toBe(1);
});

test('a description of pacman with too many lines is counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pacman-'));
  for (const [name, lines] of [
    ['large-1-1', 20_000],
    ['small-1-1', 10],
  ] as const) {
    mkdirSync(join(folder, 'local', name), { recursive: true });
    const described = `%NAME%\n${name}\n\n%VERSION%\n1-1\n\n%DEPENDS%\n${'d\n'.repeat(lines)}`;
    writeFileSync(join(folder, 'local', name, 'desc'), described);
    writeFileSync(join(folder, 'local', name, 'files'), '%FILES%\nusr/bin/a\n');
  }
  const table = new PackageTable(new MergedFolders());
  await new PacmanSource(Date.now, folder).read(table, new TurnTaker(() => 0));
  expect(table.leftOut).toBe(1);
  expect(table.packages).toBe(2);
  rmSync(folder, { recursive: true });
});
