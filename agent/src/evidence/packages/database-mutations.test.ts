/** Damaged databases: what is read of them may be nonsense, but reading ends, throws nothing and stays within bounds. */
import { expect, test, vi } from 'vitest';
import { ApkReading } from './apk-source.ts';
import { ListedFiles } from './dpkg-list.ts';
import { diversionsOf, InstalledPackages, stanzasOf } from './dpkg-status.ts';
import { deployedVersion } from './flatpak-folders.ts';
import { javaOwner } from './java-folders.ts';
import { MergedFolders } from './merged-usr.ts';
import { npmOwner } from './npm-folders.ts';
import { PackageTable } from './package-table.ts';
import { FilesReading, pacmanOwner } from './pacman-source.ts';
import { distributionOwner, entryPointScripts, isFromOwnFolder, recordedPaths } from './pip-distribution.ts';
import { RpmHeader } from './rpm-header.ts';
import { SNAP_FOLDERS } from './snap-folders.ts';
import { swidOwner } from './swid-tag.ts';
import { keyFiles, uninstallEntry } from './uninstall-entries.ts';
import { type RegistryKey, RegistryReading } from './windows-registry.ts';

const ROUNDS = process.env.FLEETMETER_TEST_FULL ? 200_000 : 2_000;
// The full count takes half a minute for each kind.
vi.setConfig({ testTimeout: 300_000 });

/** The same damage in every run. */
function randomNumbers(): (below: number) => number {
  let state = 12_345;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Cut short, with some bytes changed, and now and then a part of it repeated. */
function damaged(original: Buffer, next: (below: number) => number): Buffer {
  let bytes = Buffer.from(original.subarray(0, next(4) === 0 ? next(original.length) : original.length));
  for (let changes = 1 + next(8); changes > 0 && bytes.length > 0; changes--)
    bytes[next(bytes.length)] = next(3) === 0 ? 0xff : next(256);
  if (next(10) === 0) bytes = Buffer.concat([bytes, bytes.subarray(next(bytes.length + 1))]);
  return bytes;
}

const ENTRY_BYTES = 16;

/** A header with the tags that are read, as rpm writes them. */
function rpmHeader(): Buffer {
  const text = (...texts: string[]): Buffer => Buffer.from(texts.map((each) => `${each}\0`).join(''));
  const int32 = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
    return bytes;
  };
  const int16 = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 2);
    for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
    return bytes;
  };
  const entries: [tag: number, type: number, count: number, data: Buffer][] = [
    [1000, 6, 1, text('bash')],
    [1001, 6, 1, text('5.2.26')],
    [1002, 6, 1, text('3.el10')],
    [1003, 4, 1, int32(2)],
    [1011, 6, 1, text('Example <x@example.org>')],
    [1022, 6, 1, text('x86_64')],
    [1029, 1, 4, Buffer.from([0, 0, 2, 0])],
    [1030, 3, 4, int16(0o100755, 0o120777, 0o100755, 0o40755)],
    [1116, 4, 4, int32(0, 0, 0, 1)],
    [1117, 8, 4, text('bash', 'sh', 'bashbug', 'doc')],
    [1118, 8, 2, text('/usr/bin/', '/usr/share/')],
  ];
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let at = 0;
  for (const [tag, type, count, bytes] of entries) {
    index.push(int32(tag, type, at, count));
    data.push(bytes);
    at += bytes.length;
  }
  return Buffer.concat([int32(entries.length, at), ...index, ...data]);
}

test('an rpm header says what rpm wrote: files that are there, no folders or links', () => {
  const header = new RpmHeader(rpmHeader());
  expect(header.owner()).toEqual({
    manager: 'rpm',
    name: 'bash',
    version: '2:5.2.26-3.el10',
    architecture: 'x86_64',
    vendor: 'Example',
  });
  expect([...header.files()]).toEqual(['/usr/bin/bash']);
});

test('rpm headers that are damaged', () => {
  const original = rpmHeader();
  const next = randomNumbers();
  let differed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = damaged(original, next);
    // Counts and offsets are where it hurts most.
    if (next(2) === 0 && bytes.length > 8 + 11 * ENTRY_BYTES)
      bytes.writeUInt32BE(
        next(4) === 0 ? 0xffffffff : next(1 << 20),
        8 + next(11) * ENTRY_BYTES + 4 * next(4),
      );
    const header = new RpmHeader(bytes);
    const owner = header.owner();
    let files = 0;
    for (const path of header.files()) {
      files++;
      expect(path.length).toBeLessThan(10_000);
    }
    expect(files).toBeLessThanOrEqual(bytes.length);
    if (owner?.name !== 'bash' || files !== 1) differed++;
  }
  expect(differed).toBeGreaterThan(ROUNDS / 10);
});

test('a header of nothing, and one that promises more than there is', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(7), Buffer.alloc(8, 0xff), Buffer.alloc(100, 0xff)]) {
    const header = new RpmHeader(bytes);
    expect([header.owner(), [...header.files()]]).toEqual([undefined, []]);
  }
});

const TEXTS = {
  apk: 'P:musl\nV:1.2.2-r3\nA:armv7\nm:Timo <t@iki.fi>\nF:lib\nR:ld-musl.so.1\na:0:0:755\n\nP:b\nV:1\nF:bin\nR:b\n',
  pacman: '%NAME%\npacman\n\n%VERSION%\n6.1.0-3\n\n%ARCH%\nx86_64\n\n%FILES%\nusr/\nusr/bin/pacman\n\n',
  dpkg: 'Package: a\nStatus: install ok installed\nMaintainer: A <a@x>\nArchitecture: all\nVersion: 1\n\nPackage: b\n',
};

test.each(Object.entries(TEXTS))('texts of %s that are damaged', (_, text) => {
  const original = Buffer.from(text);
  const next = randomNumbers();
  for (let round = 0; round < ROUNDS; round++) {
    const broken = damaged(original, next).toString('utf8');
    const lines = broken.split('\n');
    const table = new PackageTable(new MergedFolders());
    const apk = new ApkReading(table);
    for (const line of lines) apk.line(line);
    expect(table.packages + table.paths + table.leftOut).toBeLessThanOrEqual(lines.length);
    pacmanOwner(lines);
    expect(new FilesReading().paths(lines).length).toBeLessThanOrEqual(lines.length);
    const installed = new InstalledPackages();
    for (const stanza of stanzasOf(broken)) installed.add(stanza);
    expect(installed.size).toBeLessThanOrEqual(lines.length * 2);
    let files = 0;
    for (const listed = new ListedFiles(Buffer.from(broken)); listed.next(); ) files++;
    expect(files).toBeLessThanOrEqual(lines.length);
    diversionsOf(broken);
  }
});

/** What small files beside a program say, and what the registry of Windows says; each of them says something. */
const DESCRIPTIONS: Record<string, [text: string, says: (text: string) => { length: number } | undefined]> = {
  'snap.yaml': [
    'name: http\n# why\nversion: "4.6692016"\narchitectures:\n  - amd64\napps:\n http:\n  command: bin/http\n',
    (text) => SNAP_FOLDERS.locate('/snap/a/1/x')[0]?.describe(Buffer.from(text))?.version,
  ],
  deploy: [
    'test\0abc\0appdata-version\0\0\0' + '3.2.1\0\0s\0\0deploy-version\0',
    (text) => deployedVersion(Buffer.from(text)),
  ],
  'package.json': [
    '{"name":"@x/tool","version":"1.2.3","author":{"name":"Ada <a@x.org> (https://x.org)"},"bin":{"a":"b"}}',
    (text) => npmOwner(text)?.name,
  ],
  release: [
    'JAVA_VERSION="1.8.0_291"\nOS_NAME="Linux"\nOS_ARCH="amd64"\nBUILD_TYPE="commercial"\n',
    (text) => javaOwner(text)?.version,
  ],
  swidtag: [
    '<?xml version="1.0"?><s:SoftwareIdentity name="A &amp; B" version="1"><Meta edition="E"/><Entity role="a softwareCreator" name=\'IBM\'/><!-- > --><Payload/>',
    (text) => swidOwner(Buffer.from(text))?.name,
  ],
  'swidtag of 2009': [
    '<swid:software_identification_tag><swid:product_title>A</swid:product_title><swid:product_version><swid:name>10.0</swid:name></swid:product_version></swid:software_identification_tag>',
    (text) => swidOwner(Buffer.from(text))?.name,
  ],
  METADATA: [
    'Metadata-Version: 2.1\nName: black\nVersion: 24.4.2\nAuthor-email: A <a@x.org>\n\nText\n',
    (text) => distributionOwner(text)?.name,
  ],
  RECORD: ['../../../bin/black,sha256=x,1\n"black/a,b.py",,\nblack/c.so,,\n', recordedPaths],
  'entry_points.txt': ['[console_scripts]\nblack = black:main\n[x]\na = b\n', entryPointScripts],
  registry: [
    'HKEY_LOCAL_MACHINE\\X\\{12B6D916-FD64-471C-8EF7-C04443A75F8D}\r\n    DisplayName    REG_SZ    Host\r\n    DisplayVersion    REG_SZ    1.0\r\n    WindowsInstaller    REG_DWORD    0x1\r\n    619D6B2146DFC174E87F0C44347AF5D8    REG_SZ    C:\\x\\y.dll\r\n',
    (text) => {
      const reading = new RegistryReading(() => {});
      const keys = [...text.split('\n').map((line) => reading.line(line)), reading.end()];
      const found = keys.filter((key): key is RegistryKey => key !== undefined);
      return found.flatMap((key) => [...keyFiles(key), ...(uninstallEntry(key) ? ['program'] : [])]);
    },
  ],
};

test.each(Object.entries(DESCRIPTIONS))('%s, whole and damaged', (_, [text, says]) => {
  expect(says(text)?.length).toBeGreaterThan(0);
  const original = Buffer.from(text);
  const next = randomNumbers();
  for (let round = 0; round < ROUNDS; round++) {
    const broken = damaged(original, next).toString('utf8');
    expect(says(broken)?.length ?? 0).toBeLessThanOrEqual(broken.length);
    isFromOwnFolder(broken);
  }
});

test.each(Object.entries(DESCRIPTIONS))(
  '%s of 256 KiB that repeats one sign, or a part of itself, takes no time',
  (_, [text, says]) => {
    const signs = [...new Set(text), ...(text.match(/.{1,6}/gs) ?? [])];
    for (const sign of signs) says(text + sign.repeat(262_144 / sign.length));
    for (const sign of signs) says(sign.repeat(262_144 / sign.length));
  },
  20_000,
);
