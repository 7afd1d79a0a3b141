/** The program files of a computer, as a package manager leaves them there. Nothing random: the same every time. */
import { createHash } from 'node:crypto';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';

/** On average a package that has programs at all has four. */
const PROGRAMS_A_PACKAGE = 4;
/** Of a hundred program files so many are scripts; the others are ELF with a build id. */
const SCRIPTS_OF_100 = 22;

const SYLLABLES =
  'al ba cor da el fi gno hy in ja kal lib mo net op per qt ras sys tex un vi wol xf yum zen'.split(' ');
const VENDORS = [
  'Debian GNOME Maintainers',
  'Debian Qt/KDE Maintainers',
  'Debian Perl Group',
  'Debian X Strike Force',
  'Matthias Klose',
  'Debian Science Maintainers',
  'Ubuntu Developers',
];
const FOLDERS = [
  '/usr/bin',
  '/usr/bin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/libexec',
];

/** `release` goes up when the package of a program is replaced by a newer one. */
export function programFile(index: number, release: number): FoundFile {
  const content = hashOf(`content ${index} ${release}`);
  const packageNo = Math.floor(index / PROGRAMS_A_PACKAGE);
  const owner = hashOf(`package ${packageNo}`);
  const script = content.readUInt8(31) % 100 < SCRIPTS_OF_100;
  const size = script ? 300 + (content.readUInt32LE(8) % 20_000) : 14_000 + (content.readUInt32LE(8) % 4e6);
  const packageName = nameFrom(owner);
  // The number keeps paths apart; real ones are no longer for being unique by chance.
  const own = index % PROGRAMS_A_PACKAGE ? `-${nameFrom(hashOf(`file ${index}`)).slice(0, 5)}` : '';
  const path = `${FOLDERS[owner.readUInt8(20) % FOLDERS.length]}/${packageName}${own}${index.toString(36)}`;
  return {
    path,
    identity: {
      device: '65024',
      inode: String(1_000_000 + index),
      size,
      mtimeNs: `17000000000${String(index).padStart(8, '0')}`,
      ctimeNs: `17000000000${release}${String(index).padStart(7, '0')}`,
    },
    format: script ? 'script' : 'elf',
    evidence: {
      sha256: content,
      path,
      size,
      format: script ? 'script' : 'elf',
      ...(script
        ? { interpreter: '/usr/bin/perl' }
        : { buildId: hashOf(`build ${index} ${release}`).subarray(0, 20) }),
      packageManager: 'dpkg',
      packageName,
      packageVersion: `${owner.readUInt8(21) % 9}.${owner.readUInt8(22) % 40}.${release}-${1 + (owner.readUInt8(23) % 5)}+deb12u${1 + release}`,
      packageArchitecture: owner.readUInt8(24) % 5 === 0 ? 'all' : 'amd64',
      packageVendor: VENDORS[owner.readUInt8(25) % VENDORS.length],
    },
  };
}

function nameFrom(hash: Buffer): string {
  const syllables = [0, 1, 2, 3].map((at) => SYLLABLES[hash.readUInt8(at) % SYLLABLES.length]);
  return syllables.slice(0, 2 + (hash.readUInt8(4) % 3)).join('');
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
