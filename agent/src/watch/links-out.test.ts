/** Links in a root to what lies in none: not followed, and never passed over in silence. */
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import { linkLines } from './finder-status.ts';
import { targetOutside } from './link-target.ts';
import { SkipLedger } from './skip-ledger.ts';

let folder: string;
let inventory: FakeInventory;
let finder: ExecutableFinder;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'links-')));
  inventory = new FakeInventory();
  for (const path of ['root/bin', 'other', 'data/app/bin', 'data/empty'])
    mkdirSync(at(path), { recursive: true });
  finder = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory, settleMs: 50, smallTreeEntries: 0 },
    rootPaths: [at('root'), at('other')],
  });
});
afterEach(async () => {
  await finder.close();
  rmSync(folder, { recursive: true });
});

const at = (path: string): string => join(folder, path);
function put(path: string, mode = 0o755): string {
  writeFileSync(at(path), `#!/bin/sh\n# ${path}\n`, { mode });
  return at(path);
}
/** `to`: as it is written in the link. */
function link(path: string, to: string): string {
  mkdirSync(dirname(at(path)), { recursive: true });
  symlinkSync(to, at(path));
  return at(path);
}
const skipped = (): string[] =>
  [...inventory.skips.keys()].map((path) => path.slice(folder.length + 1)).sort();

test('links to folders and executable files outside all roots are counted, with where they lead', async () => {
  put('data/app/bin/tool');
  put('root/bin/own');
  link('root/app', at('data/app'));
  link('root/bin/tool', '../../data/app/bin/tool');
  link('root/bin/by-another', at('alternative'));
  link('alternative', 'data/app/bin/tool');
  link('root/empty', '../data/empty/');
  link('root/all', '/');
  // Where it leads depends on where `app` leads.
  link('root/up', 'app/../empty');
  await finder.scanOnce();
  const tool = at('data/app/bin/tool');
  expect(finder.status().skipped).toEqual({ 'link-out-of-roots': 6 });
  expect(finder.status().linksOut).toEqual([
    { path: at('root/all'), to: '/' },
    { path: at('root/app'), to: at('data/app') },
    { path: at('root/empty'), to: at('data/empty') },
    { path: at('root/up'), to: at('data/empty') },
    { path: at('root/bin/by-another'), to: tool },
    { path: at('root/bin/tool'), to: tool },
  ]);
  expect([...inventory.files.keys()]).toEqual([at('root/bin/own')]);
  expect(new Set(inventory.skips.values())).toEqual(new Set(['link-out-of-roots']));
});

test('links that stay in the roots, lead to nothing, to no program or to each other are not counted', async () => {
  put('root/bin/tool');
  put('data/notes', 0o644);
  link('root/bin/same', 'tool');
  link('root/other', at('other'));
  link('other/back', '../root/bin/tool');
  link('root/by-outside', at('outside'));
  link('outside', 'root/bin');
  link('root/notes', at('data/notes'));
  link('root/nothing', at('data/nothing'));
  link('root/off', '/dev/null');
  link('root/everything', '/proc/self/root');
  link('root/loop-a', 'loop-b');
  link('root/loop-b', 'loop-a');
  // Passes through a link that is counted itself.
  link('root/app', at('data/app'));
  link('root/below', 'app/bin');
  await finder.scanOnce();
  expect(skipped()).toEqual(['root/app']);
  expect([...inventory.files.keys()]).toEqual([at('root/bin/tool')]);
  expect(finder.status().lastScan).toMatchObject({ complete: true });
});

test('loops and long chains outside the roots do not hang, and are told of', () => {
  const roots = { roots: new Set([at('root')]), mounts: new Set<string>() };
  link('data/a', 'b');
  link('data/b', 'a');
  expect(targetOutside(link('root/loop', at('data/a')), roots)).toBe(at('data/a'));
  const long = `${at('data')}${'/x/..'.repeat(700)}`;
  expect(targetOutside(link('root/long', long), roots)).toBe(at('data'));
});

test('what lies on a mount that is stayed off is not looked at, and told as it is written', () => {
  // Nothing is there, which looking would show.
  const server = at('data/server');
  const rules = { roots: new Set([at('root')]), mounts: new Set([server]) };
  expect(targetOutside(link('root/share', `${server}/programs`), rules)).toBe(`${server}/programs`);
  expect(targetOutside(link('root/by', at('data/link')), rules)).toBeUndefined();
  link('data/link', 'server/tool');
  expect(targetOutside(at('root/by'), rules)).toBe(`${server}/tool`);
});

test('a link that comes, is turned round and goes is counted as long as it leads out', async () => {
  put('root/bin/tool');
  put('data/app/bin/tool');
  await finder.start();
  const path = link('root/bin/app', at('data/app'));
  await inventory.until(() => inventory.skips.has(path), 20_000);
  expect(finder.status().linksOut).toEqual([{ path, to: at('data/app') }]);
  // Told anew with where it leads now.
  link('next', at('data/empty'));
  renameSync(at('next'), path);
  await inventory.until(() => finder.status().linksOut[0]?.to === at('data/empty'), 20_000);
  link('next', 'tool');
  renameSync(at('next'), path);
  await inventory.until(() => !inventory.skips.has(path), 20_000);
  expect(finder.status().linksOut).toEqual([]);
  // A program that a link takes the place of is listed no more.
  link('next', at('data/app/bin/tool'));
  renameSync(at('next'), at('root/bin/tool'));
  await inventory.until(() => inventory.skips.has(at('root/bin/tool')), 20_000);
  expect([...inventory.files.keys()]).toEqual([]);
  unlinkSync(at('root/bin/tool'));
  await inventory.until(() => inventory.skips.size === 0, 20_000);
});

test('a later scan forgets links that are gone or lead elsewhere, and no others', async () => {
  link('root/gone', at('data/app'));
  link('root/turned', at('data/app'));
  link('root/stays', at('data/app'));
  await finder.scanOnce();
  expect(skipped()).toEqual(['root/gone', 'root/stays', 'root/turned']);
  unlinkSync(at('root/gone'));
  unlinkSync(at('root/turned'));
  link('root/turned', 'bin');
  await finder.scanOnce();
  expect(skipped()).toEqual(['root/stays']);
  expect(finder.status().linksOut).toEqual([{ path: at('root/stays'), to: at('data/app') }]);
});

test('of very many links the number is known, and of the first ones where they lead', () => {
  const ledger = new SkipLedger(inventory);
  for (let number = 0; number < 250; number++) ledger.skipLink({ path: `/opt/${number}`, to: '/data/x' });
  expect(ledger.counts()).toEqual({ 'link-out-of-roots': 250 });
  expect(ledger.links()).toHaveLength(100);
  const lines = linkLines([{ path: '/opt/a\u001b', to: '/data/x' }, ...ledger.links()], 250);
  expect(lines).toHaveLength(12);
  expect(lines[0]).not.toContain('\u001b');
  expect(lines.slice(1, 2)).toEqual(['/opt/0 (leads to /data/x, in no root)']);
  expect(lines.slice(-2)).toEqual([
    '240 more links that lead out of the roots',
    'what such links lead to is listed once it is among additionalRoots',
  ]);
  expect(linkLines([], 0)).toEqual([]);
});
