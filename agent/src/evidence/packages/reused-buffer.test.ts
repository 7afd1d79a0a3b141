import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReusedBuffer } from './reused-buffer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-reused-buffer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('files of any size come whole, one after the other, and nothing of the one before', () => {
  const reused = new ReusedBuffer();
  for (const bytes of [3, 65_535, 65_536, 65_537, 0, 300_001, 7]) {
    const content = Buffer.alloc(bytes, String(bytes));
    writeFileSync(join(folder, 'list'), content);
    expect(reused.read(join(folder, 'list')).equals(content)).toBe(true);
  }
});

test('a file that is not there, or is none, is told of and is no obstacle', () => {
  const reused = new ReusedBuffer();
  expect(() => reused.read(join(folder, 'none'))).toThrow('ENOENT');
  expect(() => reused.read(folder)).toThrow('EISDIR');
  writeFileSync(join(folder, 'list'), '/usr/bin/a\n');
  expect(reused.read(join(folder, 'list')).toString()).toBe('/usr/bin/a\n');
});
