import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { loadConfig } from '../config/load-config.ts';
import { Inventory } from '../inventory/inventory.ts';
import { agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { openStateFolder } from '../store/state-folder.ts';
import { ExecutableFinder } from '../watch/executable-finder.ts';
import type { FinderStatus } from '../watch/finder-status.ts';
import { MountTable } from '../watch/mount-table.ts';
import { explanationReport, explanationText } from './explain-command.ts';
import { gatherFacts } from './gather-facts.ts';

const DAY = 20_000;
const BIN = new URL('../../bin/fleetmeter-agent.mjs', import.meta.url).pathname;
let folder: string;
let homes: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'explain-')));
  homes = join(folder, 'people');
  mkdirSync(homes);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, content = `#!/bin/sh\n# ${path}\n`, mode = 0o755): string {
  const full = join(homes, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content, { mode });
  return full;
}

const surroundings = { homeFolder: '', passwdFile: '/dev/null' };
const loaded = (more: Record<string, string> = {}) =>
  loadConfig(
    {
      dataDir: join(folder, 'data'),
      roots: homes,
      ceilingFile: join(folder, 'none'),
      settleMs: '0',
      ...more,
    },
    {},
  );
function explain(path: string, more: Record<string, string> = {}, mounts?: MountTable) {
  const around = { ...surroundings, homeFolder: homes, ...(mounts && { mounts }) };
  return explanationReport(gatherFacts(path, loaded(more), Date.now() + 1000, around));
}

/** One scan into the state folder, as an agent that ran and ended leaves it. */
async function scanned(whatRan: string[] = [], mostHomePrograms = 5000): Promise<FinderStatus> {
  const { database } = openStateDatabase(openStateFolder(join(folder, 'data')), Date.now());
  const store = agentStore(database);
  const inventory = new Inventory(store, () => DAY);
  const finder = new ExecutableFinder({
    ...{
      clock: realClock(),
      sink: inventory,
      known: inventory,
      ran: inventory,
      rootPaths: [homes],
      settleMs: 0,
    },
    ...{ scope: { ...surroundings, homeFolder: homes }, mostHomePrograms },
  });
  await finder.scanOnce();
  for (const path of whatRan) await finder.identify(path, path);
  inventory.flush();
  store.facts.write('firstScanFinished', true);
  const finding = finder.status();
  store.facts.write('status', { pid: 2 ** 30, finding });
  await finder.close();
  store.close();
  return finding;
}

test('what is listed says when it was hashed, by which evidence, and whether it was sent', async () => {
  const path = put('ada/bin/tool');
  expect(explain(path)).toMatchObject({
    verdict: 'not-listed-yet',
    listed: false,
    agent: 'has not run here',
  });
  await scanned();
  const report = explain(path);
  expect(report).toMatchObject({
    verdict: 'listed',
    listed: true,
    root: homes,
    hashed_on: '2024-10-04',
    executable_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    evidence: { path: '~/bin/tool', format: 'script', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    package: null,
    sent: { acknowledged: false, last_report: null },
    agent: 'not running',
  });
  expect(explanationText(report)).toMatch(/^verdict +in: listed$/m);
  writeFileSync(path, '#!/bin/sh\n# another\n');
  expect(explain(path)).toMatchObject({ verdict: 'listed-and-changed', listed: true });
  rmSync(path);
  expect(explain(path)).toMatchObject({
    verdict: 'nothing-there',
    listed: true,
    why: [expect.stringContaining('still')],
  });
});

test('what is out says which rule, which tree, and what would change it', async () => {
  const ran = put('ada/src/x/ran');
  const paths = {
    'rolled-up': put('ada/src/x/run'),
    'no-execute-bit': put('ada/bin/notes', '#!/bin/sh\n', 0o644),
    'no-program': put('ada/bin/data', 'data'),
    'not-regular': join(homes, 'ada/bin/fifo'),
    folder: join(homes, 'ada/bin'),
    'nothing-there': join(homes, 'ada/bin/nothing'),
    'outside-roots': '/bin/true',
  };
  execFileSync('mkfifo', [paths['not-regular']]);
  symlinkSync('notes', join(homes, 'ada/bin/link'));
  truncateSync(put('ada/bin/elsewhere', ''), 1_000_000);
  put('ada/.local/share/env/bin/pip');
  put('ada/.local/share/env/pyvenv.cfg', '', 0o644);
  await scanned([ran]);
  for (const [verdict, path] of Object.entries(paths)) expect(explain(path).verdict, path).toBe(verdict);
  expect(explain(join(homes, 'ada/bin/link'))).toMatchObject({
    verdict: 'symbolic-link',
    why: [expect.stringContaining('/ada/bin/notes')],
  });
  expect(explain(join(homes, 'ada/bin/elsewhere')).verdict).toBe('content-elsewhere');
  expect(explain(join(homes, 'ada/.local/share/env/bin/pip'))).toMatchObject({
    verdict: 'rolled-up',
    rolled_up: { kind: 'virtual-environment', tree: join(homes, 'ada/.local/share/env') },
  });
  expect(explain(ran)).toMatchObject({ verdict: 'listed', ran_on: '2024-10-04' });
});

test('folders that the settings or their file system exclude are named', () => {
  const path = put('ada/bin/deep/tool');
  expect(explain(path, { excludedFolders: join(homes, 'ada/bin') })).toMatchObject({
    verdict: 'excluded-folder',
    excluded: { at: join(homes, 'ada/bin') },
  });
  expect(
    explain(path, {}, new MountTable([{ path: join(homes, 'ada/bin'), type: 'overlay' }])),
  ).toMatchObject({
    verdict: 'excluded-file-system',
    excluded: { at: join(homes, 'ada/bin'), kind: 'container', fileSystem: 'overlay' },
  });
  expect(explain(path, {}, new MountTable([{ path: homes, type: 'nfs4' }]))).toMatchObject({
    verdict: 'excluded-file-system',
    excluded: { kind: 'network' },
  });
});

test('a link out of the roots says where it leads and what would list it, and so does what lies behind it', () => {
  mkdirSync(join(folder, 'data/app'), { recursive: true });
  mkdirSync(join(homes, 'ada'));
  const tool = join(folder, 'data/app/tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  const app = join(homes, 'ada/app');
  symlinkSync(join(folder, 'data/app'), app);
  symlinkSync(tool, join(homes, 'ada/tool'));
  const advice = `what it leads to is listed once additionalRoots names ${join(folder, 'data/app')}`;
  for (const [path, to] of [
    [app, join(folder, 'data/app')],
    [join(homes, 'ada/tool'), tool],
  ] as const)
    expect(explain(path)).toMatchObject({
      verdict: 'link-out-of-roots',
      listed: false,
      why: [expect.stringMatching(`^it is a symbolic link to ${to}, .*; ${advice}$`)],
    });
  expect(explain(join(app, 'tool'))).toMatchObject({
    path: tool,
    verdict: 'outside-roots',
    why: [expect.any(String), expect.stringContaining(`from ${app}/tool`)],
  });
  expect(explain(tool).why).toHaveLength(1);
  // Once it is a root, there is nothing to tell of the link.
  const added = { additionalRoots: join(folder, 'data') };
  expect(explain(app, added).verdict).toBe('symbolic-link');
  expect(explain(join(app, 'tool'), added).verdict).toBe('not-listed-yet');
  expect(explain(app, { excludedFolders: join(folder, 'data') }).why[0]).toMatch(/; the settings exclude/);
  const server = new MountTable([{ path: join(folder, 'data'), type: 'nfs4' }]);
  expect(explain(app, {}, server).why[0]).toMatch(/lies on a network file system \(nfs4\)/);
});

test('a program that says more of itself than is read is listed, counted and explained', async () => {
  // An interpreter of 2,000 characters; nothing else is wrong with it.
  const elf = Buffer.concat([Buffer.alloc(128), Buffer.alloc(2000, 'a')]);
  Buffer.from('7f454c46020101', 'hex').copy(elf);
  for (const [value, at] of [
    [64n, 32],
    [128n, 72],
    [2000n, 96],
  ] as const)
    elf.writeBigUInt64LE(value, at);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(3, 64);
  const path = join(homes, 'ada/bin/large');
  put('ada/bin/small');
  writeFileSync(path, elf, { mode: 0o755 });
  const status = await scanned();
  expect(status.evidenceBeyondLimits).toBe(1);
  expect(explain(path)).toMatchObject({
    verdict: 'listed',
    why: ['it is listed', expect.stringContaining('more of itself than is read')],
  });
  expect(explain(join(homes, 'ada/bin/small')).why).toEqual(['it is listed']);
});

test('at the limit of homes a file says so', async () => {
  for (const name of ['a', 'b', 'c']) put(`ada/bin/${name}`);
  await scanned([], 2);
  const verdicts = ['a', 'b', 'c'].map((name) => explain(join(homes, 'ada/bin', name)).verdict);
  expect(verdicts.sort()).toEqual(['home-limit', 'listed', 'listed']);
});

test('the command prints text and JSON, with no agent too, and nothing that a terminal obeys', () => {
  const path = put('ada/bin/\u001b[31mred');
  const flags = [
    '--data-dir',
    join(folder, 'data'),
    '--roots',
    homes,
    '--ceiling-file',
    join(folder, 'none'),
  ];
  const run = (...more: string[]) =>
    spawnSync(process.execPath, [BIN, 'explain', path, ...flags, ...more], { encoding: 'utf8' });
  const text = run();
  expect(text).toMatchObject({ status: 0, stderr: '' });
  expect(text.stdout).not.toContain('\u001b');
  expect(text.stdout).toMatch(/^agent +has not run here$/m);
  expect(JSON.parse(run('--json').stdout)).toMatchObject({ path, verdict: expect.stringMatching(/^not-/) });
});
