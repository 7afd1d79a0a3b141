/** Files that lie in a bundle have its names, which can change while the files stay as they are. */
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';

const PLISTS = join(import.meta.dirname, '../evidence/fixtures/plist');

let root: string;
let inventory: FakeInventory;
const open: ExecutableFinder[] = [];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bundled-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((finder) => finder.close()));
  rmSync(root, { recursive: true });
});

function finder(): ExecutableFinder {
  const made = new ExecutableFinder({
    clock: realClock(),
    sink: inventory,
    known: inventory,
    rootPaths: [root],
    settleMs: 50,
  });
  open.push(made);
  return made;
}

function script(path: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, '#!/bin/sh\ntrue\n', { mode: 0o755 });
  return full;
}

const plist = (version: string): string =>
  `<plist><dict><key>CFBundleName</key><string>App</string><key>CFBundleVersion</key><string>${version}</string></dict></plist>`;
const bundleOf = (path: string) => {
  const evidence = inventory.files.get(path)?.evidence;
  if (evidence) encodeEvidence(evidence);
  return evidence && { id: evidence.bundleId, name: evidence.bundleName, version: evidence.bundleVersion };
};

test('files of an application and of a framework in it have the names of the nearest', async () => {
  const [main, library, tool] = [
    script('T.app/Contents/MacOS/t'),
    script('T.app/Contents/Frameworks/W.framework/W'),
    script('bin/tool'),
  ];
  copyFileSync(join(PLISTS, 'application-xml.plist'), join(root, 'T.app/Contents/Info.plist'));
  copyFileSync(
    join(PLISTS, 'framework-binary.plist'),
    join(root, 'T.app/Contents/Frameworks/W.framework/Info.plist'),
  );
  await finder().scanOnce();
  expect(bundleOf(main)).toEqual({
    id: 'nl.superalloy.oss.terminal-notifier',
    name: 'terminal-notifier',
    version: '1.7.2',
  });
  expect(bundleOf(library)).toEqual({
    id: 'org.nativescript.TNSWidgets',
    name: 'TNSWidgets',
    version: '1.0',
  });
  expect(bundleOf(tool)).toEqual({ id: undefined, name: undefined, version: undefined });
});

test('a new version of a bundle is told for its unchanged files, without hashing, and once', async () => {
  const path = script('A.app/Contents/MacOS/a');
  writeFileSync(join(root, 'A.app/Contents/Info.plist'), plist('1'));
  await finder().scanOnce();
  expect(bundleOf(path)?.version).toBe('1');
  writeFileSync(join(root, 'A.app/Contents/Info.plist'), plist('2'));
  inventory.calls = [];
  const again = finder();
  await again.scanOnce();
  await again.scanOnce();
  expect(bundleOf(path)?.version).toBe('2');
  expect(inventory.calls).toEqual([`found ${path}`]);
  expect(again.status()).toMatchObject({ hashing: { filesHashed: 0 }, lastScan: { executables: 1 } });
  rmSync(join(root, 'A.app/Contents/Info.plist'));
  await again.scanOnce();
  expect(bundleOf(path)).toEqual({ id: undefined, name: undefined, version: undefined });
});

test('another name of the same file has the names of where it lies', async () => {
  const inside = script('A.app/Contents/MacOS/a');
  const outside = join(root, 'tool');
  linkSync(inside, outside);
  writeFileSync(join(root, 'A.app/Contents/Info.plist'), plist('1'));
  await finder().scanOnce();
  expect(bundleOf(inside)?.name).toBe('App');
  expect(bundleOf(outside)?.name).toBeUndefined();
});

test('a bundle whose Info.plist makes no sense is counted, and its files are listed', async () => {
  const path = script('A.app/Contents/MacOS/a');
  writeFileSync(join(root, 'A.app/Contents/Info.plist'), 'nonsense');
  const finding = finder();
  await finding.scanOnce();
  expect(bundleOf(path)).toBeDefined();
  expect(finding.status().unusableBundles).toBe(1);
});
