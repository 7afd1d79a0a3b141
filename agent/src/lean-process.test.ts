import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOADED_LATER } from './lean-process.ts';

const SOURCES = import.meta.dirname;

test('every file that is loaded later or by a thread is found compiled', () => {
  const loaded = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    // What other commands than `run` load is loaded by processes that end soon.
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'main.ts')
    .flatMap((file) => {
      const later = /(?:\bimport\(|new URL\()\s*'(\.[^']+\.ts)'/g;
      return [...readFileSync(join(SOURCES, file), 'utf8').matchAll(later)].map(
        ([, name]) => `./${join(file, '..', name as string)}`,
      );
    });
  expect(loaded.length).toBeGreaterThan(0);
  expect([...new Set(loaded)].sort()).toEqual([...LOADED_LATER].sort());
});
