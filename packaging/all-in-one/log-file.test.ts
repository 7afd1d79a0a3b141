import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('lines are there, also after the file was opened again', () => {
  const path = join(folder, 'a.log');
  for (const line of ['one', 'two']) {
    const log = new LogFile(path);
    log.writeLine(line);
    log.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('however much is written, three files of the limit are kept and the newest line is in the first', () => {
  const path = join(folder, 'a.log');
  const log = new LogFile(path, 100);
  for (let i = 0; i < 100; i++) log.writeLine(`line ${i} ${'.'.repeat(20)}`);
  log.close();
  expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100);
  expect(readFileSync(path, 'utf8')).toContain('line 99 ');
  expect(readFileSync(`${path}.1`, 'utf8')).not.toContain('line 99 ');
});

test('a line longer than a file still stands alone and does not empty the others', () => {
  const log = new LogFile(join(folder, 'a.log'), 10);
  log.writeLine('x'.repeat(50));
  log.writeLine('y');
  log.close();
  expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('y\n');
  expect(readFileSync(join(folder, 'a.log.1'), 'utf8')).toBe(`${'x'.repeat(50)}\n`);
});

test('a file that cannot be written loses lines, never throws, and says so once it can be', () => {
  const log = new LogFile(join(folder, 'missing', 'a.log'));
  expect(() => log.writeLine('lost')).not.toThrow();
  log.close();
});
