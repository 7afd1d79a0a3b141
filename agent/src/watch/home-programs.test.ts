/** What of homes is listed, counted or neither, by the finder as a whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Evidence, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';
import { rollUpLines } from './roll-ups.ts';

let root: string;
let homes: string;
let inventory: FakeInventory;
const open: ExecutableFinder[] = [];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'homes-')));
  homes = join(root, 'people');
  mkdirSync(homes);
  inventory = new FakeInventory();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((finder) => finder.close()));
  rmSync(root, { recursive: true });
});

/** Homes lie below the root that is searched, which names none of them. */
function finder(options: Partial<FinderOptions> = {}): ExecutableFinder {
  const made = new ExecutableFinder({
    clock: realClock(),
    sink: inventory,
    known: inventory,
    ran: inventory,
    rootPaths: [homes],
    scope: { homeFolder: homes, passwdFile: '/dev/null' },
    settleMs: 20,
    ...options,
  });
  open.push(made);
  return made;
}

function script(path: string, body = path): string {
  const full = join(homes, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n# ${body}\n`, { mode: 0o755 });
  return full;
}

function environment(path: string): void {
  script(`${path}/bin/pip`);
  writeFileSync(join(homes, path, 'pyvenv.cfg'), 'home = /usr/bin\n');
}

const listed = (): string[] => [...inventory.files.keys()].map((path) => path.slice(homes.length + 1)).sort();
const idOf = (evidence: Evidence): string => identifyEvidence(encodeEvidence(evidence)).executableId;

test('of a home the install folders are listed, all else is counted by tree and kind', async () => {
  for (const path of ['bin/a', '.local/bin/b', '.local/share/app/c', '.cargo/bin/d']) script(`ada/${path}`);
  for (const path of [
    'src/x/run',
    'src/x/node_modules/y/cli',
    'src/x/target/debug/x',
    'loose',
    'Downloads/z',
  ])
    script(`ada/${path}`);
  for (const path of ['.nvm/v1/lib/node_modules/npm/cli', '.local/share/docker/overlay2/l/diff/bin/sh'])
    script(`ada/${path}`);
  environment('ada/src/x/env');
  environment('ada/.local/share/tool-env');
  script('ada/.local/share/app/.cache/e');
  const finding = finder();
  await finding.scanOnce();
  expect(listed()).toEqual(['ada/.cargo/bin/d', 'ada/.local/bin/b', 'ada/.local/share/app/c', 'ada/bin/a']);
  const { rolledUp, homePrograms, hashing } = finding.status();
  const at = (path: string) => join(homes, 'ada', path);
  expect(rolledUp.trees.sort((a, b) => (`${a.tree} ${a.kind}` < `${b.tree} ${b.kind}` ? -1 : 1))).toEqual([
    { tree: join(homes, 'ada'), kind: 'outside-install-folders', files: 1 },
    { tree: at('.local/share/app/.cache'), kind: 'build-or-cache', files: 1 },
    { tree: at('.local/share/docker'), kind: 'container-layers', files: 1 },
    { tree: at('.local/share/tool-env'), kind: 'virtual-environment', files: 1 },
    { tree: at('.nvm/v1/lib/node_modules'), kind: 'node-modules', files: 1 },
    { tree: at('Downloads'), kind: 'outside-install-folders', files: 1 },
    { tree: at('src'), kind: 'build-or-cache', files: 1 },
    { tree: at('src'), kind: 'node-modules', files: 1 },
    { tree: at('src'), kind: 'outside-install-folders', files: 1 },
    { tree: at('src'), kind: 'virtual-environment', files: 1 },
  ]);
  expect(rolledUp.files).toBe(10);
  expect(homePrograms).toEqual({ listed: 4, most: 5000 });
  // What is only counted is not read either.
  expect(hashing.filesHashed).toBe(4);
  const lines = rollUpLines(rolledUp);
  expect(lines.find((line) => line.includes('/ada/src '))).toMatch(
    /^4 programs below .*\/ada\/src not listed \(/,
  );
});

test('a home or a folder in one that somebody named as a root is listed whole', async () => {
  for (const path of ['ada/src/x/run', 'ada/other/y', 'bob/src/z']) script(path);
  await finder({ rootPaths: [homes, join(homes, 'ada/src'), join(homes, 'bob')] }).scanOnce();
  expect(listed()).toEqual(['ada/src/x/run', 'bob/src/z']);
});

test('what was listed and is only counted from now on is gone', async () => {
  script('ada/src/x/run');
  await finder({ rootPaths: [join(homes, 'ada')] }).scanOnce();
  expect(listed()).toEqual(['ada/src/x/run']);
  await finder().scanOnce();
  expect(listed()).toEqual([]);
});

test('at most so many files of homes are listed, those that are listed already first, and the rest is counted', async () => {
  for (let number = 0; number < 12; number++) script(`ada/bin/tool-${number}`);
  const first = finder({ mostHomePrograms: 10 });
  await first.scanOnce();
  const before = listed();
  expect(before).toHaveLength(10);
  expect(first.status()).toMatchObject({
    skipped: { 'home-limit': 2 },
    homePrograms: { listed: 10, most: 10 },
    hashing: { filesHashed: 10 },
  });
  script('aaa/bin/first-in-order');
  const second = finder({ mostHomePrograms: 10 });
  await second.scanOnce();
  expect(listed()).toEqual(before);
  rmSync(join(homes, before[0] as string));
  await second.scanOnce();
  // The place of one that went is taken at the next scan.
  await second.scanOnce();
  expect(listed()).toHaveLength(10);
  expect(second.status().skipped).toEqual({ 'home-limit': 2 });
  await finder({ mostHomePrograms: 3 }).scanOnce();
  expect(listed()).toHaveLength(3);
});

async function running(path: string): Promise<{ pid: number; stop: () => Promise<void> }> {
  const child = spawn(path, ['60']);
  await once(child, 'spawn');
  const stop = async (): Promise<void> => {
    child.kill();
    await once(child, 'exit');
  };
  return { pid: child.pid as number, stop };
}

test('a program that was run is listed wherever in a home it is, stays so, and ends with its file', async () => {
  const program = script('ada/src/x/target/debug/x');
  copyFileSync('/bin/sleep', program);
  const other = script('ada/src/x/target/debug/y');
  const finding = finder();
  await finding.scanOnce();
  expect(listed()).toEqual([]);
  const { pid, stop } = await running(program);
  await finding.identify(`/proc/${pid}/exe`, program);
  await stop();
  expect(listed()).toEqual(['ada/src/x/target/debug/x']);
  expect(finding.status().hashing.filesHashed).toBe(1);
  await finding.scanOnce();
  const again = finder();
  await again.scanOnce();
  expect(listed()).toEqual(['ada/src/x/target/debug/x']);
  expect(again.status()).toMatchObject({ hashing: { filesHashed: 0 }, rolledUp: { files: 1 } });
  rmSync(program);
  await again.scanOnce();
  copyFileSync('/bin/sleep', program);
  await again.scanOnce();
  expect(listed()).toEqual([]);
  expect(inventory.skips.has(other)).toBe(false);
});

test('only folders that hold or may get listed programs are watched', async () => {
  for (const path of ['ada/bin/a', 'ada/src/x/run', 'ada/.local/share/app/node_modules/y/cli']) script(path);
  const finding = finder({ smallTreeEntries: 0 });
  await finding.start();
  await finding.scanOnce();
  // people, ada, bin are watched, .local, share, app looked at: neither src nor node_modules.
  expect(finding.status()).toMatchObject({ watchedFolders: 3, quietFolders: 3 });
  script('ada/.cargo/bin/new');
  await inventory.until(() => listed().includes('ada/.cargo/bin/new'));
  script('ada/src/x/another');
  await finding.scanOnce();
  expect(listed()).toEqual(['ada/.cargo/bin/new', 'ada/bin/a']);
});

test('a file that has a size and takes no room is left unread', async () => {
  const path = script('ada/bin/in-the-cloud');
  rmSync(path);
  writeFileSync(path, '', { mode: 0o755 });
  truncateSync(path, 1_000_000);
  const finding = finder();
  await finding.scanOnce();
  expect(finding.status()).toMatchObject({
    skipped: { 'content-elsewhere': 1 },
    hashing: { filesHashed: 0, bytesHashed: 0 },
  });
});

test('fifty developers with the same tools in folders of their own have the same ids, which name nobody', async () => {
  const own: string[] = [];
  for (let number = 0; number < 50; number++) {
    const person = `Canary-Person-${number}`;
    const project = `canary-project-${number * 7}`;
    const ways = [`src/${project}/bin`, `work/${project}`, `${project}/target/release`];
    script(`${person}/.local/bin/tool`, 'tool');
    script(`${person}/.cargo/bin/lint`, 'lint');
    script(`${person}/.vscode/extensions/x.y-1.0/bin/helper`, 'helper');
    const path = script(`${person}/${ways[number % 3]}/deploy`);
    copyFileSync('/bin/sleep', path);
    own.push(path);
  }
  const finding = finder();
  // As when it runs: the link to the program leads to the file itself.
  for (const path of own) await finding.identify(path, path);
  await finding.scanOnce();
  const byPerson = Map.groupBy(
    inventory.files.values(),
    ({ path }) => path.slice(homes.length + 1).split('/')[0],
  );
  const idsOf = [...byPerson.values()].map((files) => files.map(({ evidence }) => idOf(evidence)).sort());
  expect(idsOf).toHaveLength(50);
  expect(new Set(idsOf.map((each) => each.join())).size).toBe(1);
  expect(new Set(idsOf[0])).toHaveProperty('size', 4);
  for (const { evidence } of inventory.files.values())
    expect(Buffer.from(encodeEvidence(evidence)).toString('latin1')).not.toMatch(/canary/i);
});
