/** A census that cannot fail proves nothing: each way in which the tables may be wrong is planted, and named. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PackageDatabase } from './dpkg-owners.ts';
import { HomeRules } from './home-rules.ts';
import { judge, type Verdict } from './judge.ts';
import { Mounts } from './mounts.ts';
import { normalPath } from './normal-path.ts';
import { pipOwnersOf } from './pip-owners.ts';
import { findPrograms } from './program-files.ts';
import type { TableAnswer } from './table-answer.ts';
import { takeCensus } from './take-census.ts';
import { homesOfPeople } from './usual-roots.ts';

const SCRIPT = '#!/bin/sh\necho one\n';
const OTHER = '#!/bin/sh\necho two\n';
const LONG_AFTER = Date.now() + 3_600_000;

// Stands for a home: of other folders below the temporary one the path rules keep little.
const home = realpathSync(mkdtempSync(join(tmpdir(), 'census-')));
const packages: PackageDatabase = {
  ownersOf: () => new Map([[join(home, 'bin/packaged'), [{ package: 'one', version: '1.0' }]]]),
  versionsOf: () => ['1.0'],
  changedAt: 0,
};

beforeAll(() => {
  put('bin/packaged', SCRIPT);
  put('bin/own', OTHER);
  put('a/tool', OTHER);
  put('b/tool', OTHER);
  put('bin/notes', 'no program\n');
  put('bin/J.class', Buffer.from('cafebabe00000034', 'hex'));
  put('bin/not-executable', SCRIPT, 0o644);
  symlinkSync(join(home, 'bin/own'), join(home, 'bin/link'));
  linkSync(join(home, 'bin/own'), join(home, 'bin/second-name'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, content: string | Buffer, mode = 0o755): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
  chmodSync(join(home, path), mode);
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

const RIGHT = [
  { path: '~/bin/packaged', sha256: sha256(SCRIPT), application: 'one', version: '1.0' },
  { path: '~/bin/own', sha256: sha256(OTHER), application: 'own', version: '' },
  { path: '~/bin/second-name', sha256: sha256(OTHER), application: 'second-name', version: '' },
  { path: '~/…/tool', sha256: sha256(OTHER), application: 'tool', version: '' },
];

function verdictOn(rows = RIGHT, changes: Partial<TableAnswer> = {}): Verdict {
  const found = findPrograms([home], new Mounts('', ''), new Map());
  return judge(
    takeCensus(found, [home], packages),
    {
      device: '00000000000000ff',
      alone: true,
      reportedAt: LONG_AFTER,
      count: rows.length,
      installed: rows.length,
      executables: rows,
      applications: [{ name: 'one', version: '1.0' }],
      ...changes,
    },
    () => 0,
  );
}

function failuresOf({ agrees, differences }: Verdict): string[] {
  const unexplained = differences.filter(({ explanation }) => explanation === undefined);
  expect(agrees).toBe(unexplained.length === 0);
  return unexplained.map(({ kind, path }) => `${kind}: ${path}`);
}

/** The right rows with one of them changed. */
function but(path: string, change: Partial<(typeof RIGHT)[number]>): typeof RIGHT {
  return RIGHT.map((row) => (row.path === path ? { ...row, ...change } : row));
}

describe('the census', () => {
  test('agrees with tables that are right, and names files that are no row of their own', () => {
    const verdict = verdictOn();
    expect(failuresOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ here: 4, there: 4, files: 5 });
    expect(verdict.notCounted).toMatchObject([
      { reason: expect.stringMatching(/^same normalised path and content as .*: one executable$/) },
    ]);
  });

  test('fails when a row is missing', () => {
    expect(failuresOf(verdictOn(RIGHT.slice(1)))).toEqual(['missing row: ~/bin/packaged']);
  });

  test('fails when a row is too many, or there twice', () => {
    const gone = { path: '/opt/gone', sha256: sha256('gone'), application: 'gone', version: '' };
    expect(failuresOf(verdictOn([...RIGHT, gone]))).toEqual(['extra row: /opt/gone']);
    expect(failuresOf(verdictOn([...RIGHT, ...RIGHT.slice(3)]))).toEqual(['extra row: ~/…/tool']);
  });

  test('fails when a hash is wrong', () => {
    expect(failuresOf(verdictOn(but('~/bin/own', { sha256: sha256('x') })))).toEqual([
      'wrong hash: ~/bin/own',
    ]);
  });

  test('fails when a version or an application is wrong', () => {
    expect(failuresOf(verdictOn(but('~/bin/packaged', { version: '0.9' })))).toEqual([
      'wrong version: ~/bin/packaged',
    ]);
    expect(failuresOf(verdictOn(but('~/bin/packaged', { application: 'two' })))).toEqual([
      'wrong application: ~/bin/packaged',
    ]);
  });

  test('fails when the counts are not counts of the rows', () => {
    expect(failuresOf(verdictOn(RIGHT, { count: 5 }))).toEqual([
      'wrong count: count() of fleetmeter.executables',
    ]);
    expect(failuresOf(verdictOn(RIGHT, { installed: 3 }))).toEqual([
      'wrong count: count() of fleetmeter.installations',
    ]);
  });

  test('fails when a package is missing among the applications, in another version, or there in two', () => {
    const named = (...versions: string[]) => ({
      applications: versions.map((version) => ({ name: 'one', version })),
    });
    for (const applications of [named(), named('0.9'), named('0.9', '1.0'), named('1.0', '1.0')])
      expect(failuresOf(verdictOn(RIGHT, applications))).toEqual(['wrong version: application one']);
  });

  test('explains a file that is newer than the newest report, and no older one', () => {
    const before = { reportedAt: Date.now() - 3_600_000 };
    const explained = verdictOn(RIGHT.slice(1), before);
    expect(failuresOf(explained)).toEqual([]);
    expect(explained.differences[0]?.explanation).toMatch(/^appeared or changed after the newest report/);
  });

  test('explains a row whose file vanished only when its folder changed after the newest report', () => {
    const census = takeCensus({ programs: [], leftOut: [], homeFiles: 0 }, [], packages);
    const folderChangedAt = (path: string) => (path === '/opt/new/x' ? LONG_AFTER + 1 : 0);
    const verdict = judge(census, answerWith('/opt/new/x', '/opt/old/x', '~/…/x'), folderChangedAt);
    expect(failuresOf(verdict)).toEqual(['extra row: /opt/old/x', 'extra row: ~/…/x']);
    expect(verdict.differences[0]?.explanation).toMatch(/^vanished after the newest report/);
  });

  test('explains a row below a folder that it could not look into, and no other', () => {
    const verdict = judge(
      {
        ...takeCensus({ programs: [], leftOut: [], homeFiles: 0 }, [], packages),
        leftOut: [unreadable('/opt/closed')],
      },
      { ...answerWith('/opt/closed/x', '/opt/closed-not/x') },
      () => 0,
    );
    expect(failuresOf(verdict)).toEqual(['extra row: /opt/closed-not/x']);
    expect(verdict.differences[0]?.explanation).toBe('/opt/closed: unreadable');
  });
});

function unreadable(path: string) {
  return { path, reason: 'unreadable', folder: true };
}

function answerWith(...paths: string[]): TableAnswer {
  return {
    device: '00000000000000ff',
    alone: true,
    reportedAt: LONG_AFTER,
    count: paths.length,
    installed: paths.length,
    executables: paths.map((path) => ({ path, sha256: sha256(path), application: 'x', version: '' })),
    applications: [],
  };
}

test('what pip installed has the name and version of its own description, and a private package none', () => {
  const site = 'pip/lib/python3.11/site-packages';
  const files = ['pip/bin/tool', `${site}/tool/native.so`, 'pip/bin/private', 'pip/bin/nobodys'];
  for (const path of files) put(path, SCRIPT);
  put(`${site}/Tool-1.2.dist-info/METADATA`, 'Metadata-Version: 2.1\nName: Tool\nVersion: 1.2\n', 0o644);
  put(`${site}/Tool-1.2.dist-info/RECORD`, '../../../bin/tool,sha256=x,9\n"tool/native.so",,\n', 0o644);
  put(`${site}/own-0.dist-info/METADATA`, 'Name: own\nVersion: 0\n', 0o644);
  put(`${site}/own-0.dist-info/RECORD`, '../../../bin/private,,\n', 0o644);
  put(`${site}/own-0.dist-info/direct_url.json`, '{"url": "file:///home/ada/own"}', 0o644);
  const owners = pipOwnersOf(files.map((path) => join(home, path)));
  expect([...owners].map(([path, owner]) => [path.slice(home.length + 1), owner])).toEqual([
    ['pip/bin/tool', [{ package: 'Tool', version: '1.2' }]],
    [`${site}/tool/native.so`, [{ package: 'Tool', version: '1.2' }]],
  ]);
  rmSync(join(home, 'pip'), { recursive: true });
});

describe('of homes', () => {
  const rules = (named: string[] = []) => new HomeRules([home], named);
  const found = (theRules = rules()) => findPrograms([home], new Mounts('', ''), new Map(), theRules);

  test('programs outside of install folders are left out with their reason, unless the home is named', () => {
    expect(
      found()
        .programs.map(({ path }) => path.slice(home.length + 1))
        .sort(),
    ).toEqual(['bin/own', 'bin/packaged', 'bin/second-name']);
    expect(
      found()
        .leftOut.map(({ path }) => path.slice(home.length + 1))
        .sort(),
    ).toEqual(['a/tool', 'b/tool']);
    expect(found(rules([home])).programs).toHaveLength(5);
  });

  test('a row of one that somebody ran is explained by its content, and one with another content is not', () => {
    const verdictWith = (content: string) =>
      judge(
        { ...takeCensus(found(), [home], packages), executables: [] },
        { ...answerWith(), ...{ count: 1, installed: 1 }, executables: [ranRow(content)] },
        () => 0,
      );
    const ranRow = (content: string) => ({
      path: '~/…/tool',
      sha256: sha256(content),
      application: 'tool',
      version: '',
    });
    expect(failuresOf(verdictWith(OTHER))).toEqual([]);
    expect(failuresOf(verdictWith(SCRIPT))).toEqual(['extra row: ~/…/tool']);
  });

  test('a missing row of a home is explained only when homes hold more than are listed', () => {
    const missing = (homeFiles: number) =>
      judge(
        { ...takeCensus(found(), [home], packages), homeFiles },
        answerWith(),
        () => 0,
      ).differences.filter(({ kind, explanation }) => kind === 'missing row' && explanation === undefined);
    expect(missing(5_000)).toHaveLength(3);
    expect(missing(5_001)).toHaveLength(0);
  });
});

describe('the command', () => {
  const program = join(import.meta.dirname, 'census.ts');

  async function run(rows: object[]): Promise<{ code: number | null; text: string }> {
    const server = createServer(async (request, response) => {
      let sql = '';
      for await (const chunk of request) sql += chunk;
      response.end(
        answers(sql, rows)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const options = ['--sql-port', String(port), '--roots', join(home, 'a'), '--patience-seconds', '0'];
    const child = spawn(process.execPath, [program, ...options]);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    return { code, text };
  }

  function answers(sql: string, rows: object[]): object[] {
    if (sql.includes('fleetmeter.devices'))
      return [{ device_id: '00000000000000ff', hostname: 'h', last_seen: '2100-01-01 00:00:00.000' }];
    if (sql.includes('count()')) return [{ n: String(rows.length) }];
    return sql.includes('fleetmeter.executables') ? rows : [];
  }

  test('ends with 0 when tables and computer agree, with 1 and the path when they do not', async () => {
    const path = normalPath(join(home, 'a/tool'), homesOfPeople());
    const row = { path, sha256: sha256(OTHER), application: 'tool', version: '' };
    expect(await run([row])).toMatchObject({ code: 0 });
    const failed = await run([{ ...row, sha256: sha256('x') }]);
    expect(failed.code).toBe(1);
    expect(failed.text).toContain(`UNEXPLAINED: 1\n  wrong hash: ${path}`);
  });
});
