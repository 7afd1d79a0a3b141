import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApkSource } from './apk-source.ts';
import { IndexedPackageOwners } from './indexed-owners.ts';

/**
 * Three paragraphs of /lib/apk/db/installed in Alpine Linux 3.14 (armv7), cut from the published mini root file
 * system as it is in github.com/hizlbuzz/alpine-minirootfs-v3.14; sums of files are left out.
 */
const INSTALLED = `C:Q1CpjMpFo3UY/Tn4CshBpA+PXMf04=
P:musl
V:1.2.2-r3
A:armv7
S:360760
I:516096
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teräs <timo.teras@iki.fi>
t:1620570927
p:so:libc.musl-armv7.so.1=1
F:lib
R:ld-musl-armhf.so.1
a:0:0:755
R:libc.musl-armv7.so.1
a:0:0:777

C:Q1UsLZaz0/Go44hd4Vw49UCt40Vp8=
P:libc-utils
V:0.7.2-r3
A:armv7
T:Meta package to pull in correct libc
m:Natanael Copa <ncopa@alpinelinux.org>
D:musl-utils

C:Q1PLemyLMDLgqm1o31xz28Xqjgp1U=
P:busybox
V:1.33.1-r3
A:armv7
T:Size optimized toolbox of many common UNIX utilities
m:Natanael Copa <ncopa@alpinelinux.org>
D:so:libc.musl-armv7.so.1
p:/bin/sh cmd:busybox cmd:sh
F:bin
R:busybox
a:0:0:755
R:sh
a:0:0:777
F:etc
R:securetty
F:etc/network/if-up.d
R:dad
a:0:0:775
F:tmp
M:0:0:1777
F:usr/share/udhcpc
R:default.script
a:0:0:755

`;

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'apk-'));
  file = join(root, 'lib/apk/db/installed');
  mkdirSync(join(root, 'lib/apk/db'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

async function load(text: string): Promise<IndexedPackageOwners> {
  writeFileSync(file, text);
  const owners = new IndexedPackageOwners(new ApkSource([file]), { fileSystemRoot: root, recheckMs: 0 });
  await owners.load();
  return owners;
}

test('names the owners of files, without mail addresses', async () => {
  const owners = await load(INSTALLED);
  const busybox = {
    manager: 'apk',
    name: 'busybox',
    version: '1.33.1-r3',
    architecture: 'armv7',
    vendor: 'Natanael Copa',
  };
  for (const path of ['/bin/busybox', '/etc/network/if-up.d/dad', '/usr/share/udhcpc/default.script'])
    expect(owners.ownerOf(path), path).toEqual(busybox);
  expect(owners.ownerOf('/lib/ld-musl-armhf.so.1')).toMatchObject({ name: 'musl', vendor: 'Timo Teräs' });
  for (const path of ['/bin', '/tmp', '/bin/ls', '/lib/busybox'])
    expect(owners.ownerOf(path), path).toBeUndefined();
  expect(owners.databases()[0]).toMatchObject({ manager: 'apk', packages: 2, paths: 7, leftOut: 0 });
});

test('follows a merged /usr', async () => {
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
  const owners = await load(INSTALLED);
  expect(owners.ownerOf('/usr/bin/busybox')?.name).toBe('busybox');
});

test('a paragraph without a version is counted and its files have no owner', async () => {
  const owners = await load(INSTALLED.replace('V:1.33.1-r3\n', ''));
  expect(owners.ownerOf('/bin/busybox')).toBeUndefined();
  expect(owners.ownerOf('/lib/ld-musl-armhf.so.1')?.name).toBe('musl');
  expect(owners.databases()[0]).toMatchObject({ packages: 1, leftOut: 1 });
});

test('finds everything in a list that is read in many parts, and drops a line without end', async () => {
  const packages = Array.from(
    { length: 3000 },
    (_, n) => `P:package-${n}\nV:${n}-r0\nA:x86_64\nT:${'é'.repeat(n % 50)}\nF:usr/bin\nR:tool-${n}\n`,
  );
  const owners = await load(
    [...packages, `T:${'x'.repeat(300_000)}\nP:last\nV:1\nF:usr/bin\nR:last\n`].join('\n'),
  );
  const wrong = packages.filter((_, n) => owners.ownerOf(`/usr/bin/tool-${n}`)?.version !== `${n}-r0`);
  expect(wrong).toEqual([]);
  expect(owners.ownerOf('/usr/bin/last')?.name).toBe('last');
  expect(owners.databases()[0]).toMatchObject({ packages: 3001, paths: 3001 });
});
