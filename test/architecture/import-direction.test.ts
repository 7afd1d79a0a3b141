/** A failure here is not a style matter: its message says what would break. */
import { describe, expect, test } from 'vitest';
import { IMPORT_RULES, type ImportRule, MAY_END_THE_PROCESS, NAMELESS } from './import-rules.ts';
import { importsOf, readSources, type SourceFile } from './source-imports.ts';

const sources = readSources();
const product = sources.filter(({ forTests }) => !forTests);

function breaches(rule: ImportRule, files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => rule.from.test(path) && !rule.except?.test(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target, typesOnly }) => rule.to.test(target) && (rule.types !== false || !typesOnly))
        .map(({ target }) => `${path} imports ${target}: ${rule.why}`),
    );
}

describe('imports', () => {
  test.each(IMPORT_RULES)('$why ($from)', (rule) => {
    expect(breaches(rule, product)).toEqual([]);
  });

  test('agent and collector do not meet in their tests either', () => {
    const apart = IMPORT_RULES.filter(({ why }) => why.startsWith('agent and collector meet only'));
    const own = sources.filter(({ path }) => !path.startsWith('test/'));
    expect(apart).toHaveLength(2);
    expect(apart.flatMap((rule) => breaches(rule, own))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test('see the imports there are: static, of types, over lines, bare, dynamic, of workers', () => {
    const code = `
      import { a } from './a.ts';
      import type { B } from '../b.ts';
      import {
        c,
        d,
      } from 'package';
      import 'node:fs';
      export * from './e.ts';
      const f = await import('./f.ts');
      new Worker(new URL('./g.ts', import.meta.url));`;
    expect(importsOf('agent/src/x/x.ts', code)).toEqual([
      { target: 'agent/src/x/a.ts', typesOnly: false },
      { target: 'agent/src/b.ts', typesOnly: true },
      { target: 'package', typesOnly: false },
      { target: 'agent/src/x/e.ts', typesOnly: false },
      { target: 'node:fs', typesOnly: false },
      { target: 'agent/src/x/f.ts', typesOnly: false },
      { target: 'agent/src/x/g.ts', typesOnly: false },
    ]);
  });

  test('are about files that exist: a renamed folder must not silence one', () => {
    const idle = IMPORT_RULES.filter((rule) => !product.some(({ path }) => rule.from.test(path)));
    expect(idle.map(({ from }) => from.source)).toEqual([]);
    expect(product.length).toBeGreaterThan(100);
  });

  test('each catches a breach', () => {
    const breach = (from: string, ...imports: [string, boolean?][]) => ({
      path: from,
      forTests: false,
      code: '',
      imports: imports.map(([target, typesOnly = false]) => ({ target, typesOnly })),
    });
    const bad = [
      breach(
        'agent/src/watch/a.ts',
        ['collector/src/x.ts'],
        ['proto/src/evidence.ts'],
        ['node:sqlite'],
        ['undici'],
      ),
      breach('agent/src/usage/a.ts', ['node:fs'], ['agent/src/agent.ts'], ['chdb']),
      breach('collector/src/receive/a.ts', ['collector/src/process/x.ts'], ['agent/src/x.ts'], ['chdb']),
      breach(
        'collector/src/process/a.ts',
        ['collector/src/receive/x.ts'],
        ['collector/src/stream/sqlite-stream.ts'],
      ),
      breach(
        'collector/src/map/a.ts',
        ['node:sqlite'],
        ['@clickhouse/client'],
        ['collector/src/collector.ts'],
      ),
      breach('collector/src/stream/a.ts', ['collector/src/admin/x.ts']),
      breach('collector/src/engine/a.ts', ['collector/src/control/x.ts'], ['test/x.ts']),
      breach('collector/src/dashboard/a.tsx', ['collector/src/control/x.ts']),
      breach('packaging/all-in-one/a.ts', ['node:sqlite']),
      breach('proto/src/a.ts', ['agent/src/x.ts']),
    ];
    const silent = IMPORT_RULES.filter((rule) => breaches(rule, bad).length === 0);
    expect(silent.map(({ why }) => why)).toEqual([]);
  });
});

test('only programs end the process: an end elsewhere skips what others still have to put on the disk', () => {
  const ending = product.filter(
    ({ path, code }) => /\bprocess\.exit\(/.test(code) && !MAY_END_THE_PROCESS.test(path),
  );
  expect(ending.map(({ path }) => path)).toEqual([]);
});

test('no file is named for being shared: when only "utils" fits, the idea is not finished', () => {
  expect(sources.map(({ path }) => path).filter((path) => NAMELESS.test(path))).toEqual([]);
});

test('files are kebab-case, so that a path can be typed without looking', () => {
  const names = sources.map(({ path }) => path).filter((path) => !/^[a-z0-9./-]+$/.test(path));
  expect(names).toEqual([]);
});

test('a package has at most its one public index: barrels inside hide where things are', () => {
  const barrels = sources.filter(
    ({ path, code }) =>
      path !== 'proto/src/index.ts' &&
      (/\/index\.tsx?$/.test(path) || /^export \* from/m.test(code)) &&
      !path.startsWith('collector/src/dashboard/'),
  );
  expect(barrels.map(({ path }) => path)).toEqual([]);
});
