import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EnclosingBundles, MOST_PLIST_BYTES } from './enclosing-bundles.ts';

let root: string;
let bundles: EnclosingBundles;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundles-'));
  bundles = new EnclosingBundles();
});
afterEach(() => rmSync(root, { recursive: true }));

const around = (path: string) => bundles.around(join(root, path));
const plist = (name: string): string =>
  `<plist><dict><key>CFBundleName</key><string>${name}</string></dict></plist>`;
function put(path: string, content: string | Uint8Array): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}
const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, `../fixtures/plist/${name}.plist`));

test('real Info.plist files, XML in an application and binary in a framework', async () => {
  put('T.app/Contents/Info.plist', fixture('application-xml'));
  put('T.app/Contents/Frameworks/W.framework/Info.plist', fixture('framework-binary'));
  expect(await around('T.app/Contents/MacOS/t')).toEqual({
    id: 'nl.superalloy.oss.terminal-notifier',
    name: 'terminal-notifier',
    version: '1.7.2',
  });
  expect(await around('T.app/Contents/Frameworks/W.framework/W')).toMatchObject({
    id: 'org.nativescript.TNSWidgets',
  });
  expect(bundles.unusable).toBe(0);
});

test('the nearest one counts; a bundle without one belongs to the bundle around it', async () => {
  put('A.app/Contents/Info.plist', plist('outer'));
  put('A.app/Contents/Helpers/H.app/Contents/Info.plist', plist('inner'));
  expect(await around('A.app/Contents/Helpers/H.app/Contents/MacOS/h')).toEqual({ name: 'inner' });
  expect(await around('A.app/Contents/PlugIns/P.bundle/Contents/MacOS/p')).toEqual({ name: 'outer' });
  expect(await around('B.app/Contents/MacOS/b')).toBeUndefined();
  expect(await around('usr/bin/tool')).toBeUndefined();
});

test('one that changes is read again, one that goes is forgotten', async () => {
  const path = put('A.app/Contents/Info.plist', plist('before'));
  expect(await around('A.app/tool')).toEqual({ name: 'before' });
  writeFileSync(path, plist('afterwards'));
  expect(await around('A.app/tool')).toEqual({ name: 'afterwards' });
  rmSync(path);
  expect(await around('A.app/tool')).toBeUndefined();
});

test('one that says nothing stands in for none further out, and is counted', async () => {
  put('A.app/Contents/Info.plist', plist('outer'));
  const inner = put('A.app/Contents/H.app/Contents/Info.plist', 'no property list');
  expect(await around('A.app/Contents/H.app/Contents/MacOS/h')).toBeUndefined();
  expect(bundles.unusable).toBe(1);
  writeFileSync(inner, plist('inner'));
  expect(await around('A.app/Contents/H.app/Contents/MacOS/h')).toEqual({ name: 'inner' });
  expect(bundles.unusable).toBe(0);
});

test('a very large one is not read, and counted', async () => {
  const path = put('A.app/Contents/Info.plist', plist('large'));
  truncateSync(path, MOST_PLIST_BYTES + 1);
  expect(await around('A.app/tool')).toBeUndefined();
  truncateSync(path, 2 ** 40);
  expect(await around('A.app/tool')).toBeUndefined();
  expect(bundles.unusable).toBe(1);
});

test('a FIFO, a folder and a link in its place are not opened', async () => {
  const secret = put('secret.plist', plist('secret'));
  for (const app of ['fifo.app', 'folder.app', 'link.app'])
    mkdirSync(join(root, app, 'Contents'), { recursive: true });
  execFileSync('mkfifo', [join(root, 'fifo.app/Contents/Info.plist')]);
  mkdirSync(join(root, 'folder.app/Contents/Info.plist'));
  symlinkSync(secret, join(root, 'link.app/Contents/Info.plist'));
  for (const app of ['fifo.app', 'folder.app', 'link.app'])
    expect(await around(`${app}/Contents/MacOS/x`), app).toBeUndefined();
});

test('one that cannot be reached is told apart from none, and counted until it can', async () => {
  mkdirSync(join(root, 'A.app'));
  symlinkSync('Contents', join(root, 'A.app/Contents'));
  expect(await around('A.app/tool')).toBe('failed');
  expect(bundles.unusable).toBe(1);
  rmSync(join(root, 'A.app/Contents'));
  put('A.app/Contents/Info.plist', plist('there'));
  expect(await around('A.app/tool')).toEqual({ name: 'there' });
  expect(bundles.unusable).toBe(0);
});
