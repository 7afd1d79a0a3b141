import { expect, test } from 'vitest';
import { ConfirmedFiles } from './confirmed-files.ts';

test('a file is confirmed in the state that was last added, and in no other', () => {
  const files = new ConfirmedFiles();
  expect(files.has('/usr/bin/a', '1')).toBe(false);
  files.add('/usr/bin/a', '1');
  files.add('/usr/bin/b', '2');
  expect(files.has('/usr/bin/a', '1')).toBe(true);
  expect(files.has('/usr/bin/a', '2')).toBe(false);
  files.add('/usr/bin/a', '2');
  expect(files.has('/usr/bin/a', '1')).toBe(false);
  expect(files.has('/usr/bin/a', '2')).toBe(true);
  expect(files.size).toBe(2);
});

test('what is forgotten is confirmed in no state, and hides no other file', () => {
  const files = new ConfirmedFiles();
  const paths = Array.from({ length: 5_000 }, (_, number) => `/usr/lib/d${number % 70}/f${number}`);
  for (const path of paths) files.add(path, `state of ${path}`);
  for (const path of paths.slice(0, 2_500)) files.forget(path);
  files.forget('/never/there');
  const confirmed = paths.filter((path) => files.has(path, `state of ${path}`));
  expect(confirmed).toEqual(paths.slice(2_500));
  for (const path of paths) files.add(path, 'another');
  expect(paths.every((path) => files.has(path, 'another'))).toBe(true);
  expect(files.size).toBe(5_000);
});

test('beyond its limit it forgets everything, and goes on', () => {
  const files = new ConfirmedFiles(1024);
  for (let number = 0; number < 10_000; number++) {
    files.add(`/f${number}`, 'state');
    expect(files.has(`/f${number}`, 'state')).toBe(true);
  }
  expect(files.size).toBeLessThanOrEqual(768);
});
