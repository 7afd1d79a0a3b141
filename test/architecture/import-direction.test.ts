/** A failure here is not a style matter: its message says what would break. */
import { describe, expect, test } from 'vitest';
import {
  CENSUS_RULE,
  CODE_RULES,
  type CodeRule,
  IMPORT_RULES,
  type ImportRule,
  NAMELESS,
  PUBLIC_INDEX,
} from './import-rules.ts';
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

function sayings({ says, except, why }: CodeRule, files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, code }) => says.test(code) && !except.test(path))
    .map(({ path, code }) => `${path} says ${says.exec(code)?.[0]}: ${why}`);
}

function isBarrel({ path, code }: SourceFile): boolean {
  return path !== PUBLIC_INDEX && (/\/index\.tsx?$/.test(path) || /^export \* from/m.test(code));
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

  test('the census stays independent', () => {
    expect(sources.filter(({ path }) => CENSUS_RULE.from.test(path)).length).toBeGreaterThan(5);
    expect(breaches(CENSUS_RULE, sources)).toEqual([]);
  });
});

test.each(CODE_RULES)('$why', (rule) => {
  expect(sayings(rule, product)).toEqual([]);
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
        ['@fleetmeter/proto/opening'],
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
      breach('collector/src/admin/a.ts', ['collector/src/control/sqlite-control-store.ts']),
      breach('test/census/a.ts', ['@fleetmeter/proto']),
      breach('collector/src/stream/a.ts', ['collector/src/admin/x.ts']),
      breach('collector/src/engine/a.ts', ['collector/src/control/x.ts'], ['test/x.ts']),
      breach(
        'collector/src/recompute/a.ts',
        ['collector/src/plan/x.ts'],
        ['collector/src/clickhouse/measuring-data.ts'],
      ),
      breach('collector/src/plan/a.ts', ['collector/src/process/x.ts']),
      breach('collector/src/http-edge/a.ts', ['collector/src/receive/x.ts']),
      breach('collector/src/authority/a.ts', ['collector/src/control/x.ts']),
      breach('collector/src/receive/a.ts', ['@peculiar/x509']),
      breach('collector/src/dashboard/a.tsx', ['collector/src/control/x.ts']),
      breach('packaging/all-in-one/a.ts', ['node:sqlite']),
      breach('proto/src/a.ts', ['agent/src/x.ts']),
    ];
    const silent = [...IMPORT_RULES, CENSUS_RULE].filter((rule) => breaches(rule, bad).length === 0);
    expect(silent.map(({ why }) => why)).toEqual([]);
    expect(breaches(CENSUS_RULE, bad)).toEqual([
      `test/census/a.ts imports @fleetmeter/proto: ${CENSUS_RULE.why}`,
    ]);
  });

  test('let through what is allowed', () => {
    const good = [
      { path: 'agent/src/store/a.ts', imports: ['node:sqlite', '@fleetmeter/proto'] },
      { path: 'agent/src/usage/a.ts', imports: ['node:crypto', 'agent/src/clock/clock.ts'] },
      { path: 'collector/src/clickhouse/a.ts', imports: ['@clickhouse/client'] },
      { path: 'collector/src/process/a.ts', imports: ['collector/src/stream/stream.ts'] },
      { path: 'collector/src/admin/a.ts', imports: ['collector/src/control/control-store.ts'] },
      { path: 'collector/src/engine/a.ts', imports: ['chdb', 'node:http'] },
      { path: 'collector/src/authority/a.ts', imports: ['@peculiar/x509', 'node:fs'] },
    ].map(({ path, imports }) => ({
      path,
      forTests: false,
      code: '',
      imports: imports.map((target) => ({ target, typesOnly: false })),
    }));
    expect(IMPORT_RULES.flatMap((rule) => breaches(rule, good))).toEqual([]);
  });

  test('see what is said in code and in names', () => {
    const says = (code: string, path = 'agent/src/send/a.ts') =>
      CODE_RULES.flatMap((rule) => sayings(rule, [{ path, forTests: false, code, imports: [] }])).length;
    for (const code of [
      'process.exit(1)',
      'process.exitCode = 1',
      'Date.now()',
      'now: Date.now,',
      'new Date()',
    ])
      expect([code, says(code), says(code, 'agent/src/main.ts')]).toEqual([code, 1, 0]);
    expect(says('if (process.exitCode === 1) new Date(5)')).toBe(0);
    for (const name of ['a/utils.ts', 'a/helpers/b.ts', 'a/shared/b.ts', 'a/date-utils.ts', 'a/manager.tsx'])
      expect([name, NAMELESS.test(name)]).toEqual([name, true]);
    expect(NAMELESS.test('a/common-lisp.ts')).toBe(false);
    const file = (path: string, code = '') => ({ path, forTests: false, code, imports: [] });
    expect(isBarrel(file('agent/src/send/index.ts'))).toBe(true);
    expect(isBarrel(file('agent/src/send/a.ts', "export * from './b.ts';"))).toBe(true);
    expect(isBarrel(file(PUBLIC_INDEX))).toBe(false);
  });
});

test('no file is named for being shared: when only "utils" fits, the idea is not finished', () => {
  expect(sources.map(({ path }) => path).filter((path) => NAMELESS.test(path))).toEqual([]);
});

test('files are kebab-case, so that a path can be typed without looking', () => {
  const names = sources.map(({ path }) => path).filter((path) => !/^[a-z0-9./-]+$/.test(path));
  expect(names).toEqual([]);
});

test('a package has at most its one public index: barrels inside hide where things are', () => {
  const barrels = sources.filter((file) => isBarrel(file));
  expect(barrels.map(({ path }) => path)).toEqual([]);
});
