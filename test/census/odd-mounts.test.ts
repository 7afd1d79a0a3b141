/**
 * Agent and census look at the same tree of layers of containers, binds, pseudo file systems, holes and homes, each in its
 * own way, from within mounts that nobody else sees. Whatever one has and the other has not needs its reason.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Found } from './program-files.ts';

const AGENT = join(import.meta.dirname, '../../agent/bin/fleetmeter-agent.mjs');
const CENSUS = join(import.meta.dirname, 'print-programs.ts');
const rights = process.getuid?.() === 0 ? [] : ['--map-root-user'];
const privately = [...rights, '--mount', '--propagation', 'private', 'sh', '-euc'];

/** $1 is the folder. It gets a name outside of temporary folders, where nobody's home is. */
const AT = '/mnt';
const MOUNTS = `
  mount --bind "$1" ${AT}
  cd ${AT}
  mount --bind passwd /etc/passwd
  mount -t tmpfs none layers
  mkdir layers/lower layers/upper layers/work layers/upper2 layers/work2
  cp tool layers/lower/in-image
  mount -t overlay none -o lowerdir=layers/lower,upperdir=layers/upper,workdir=layers/work tree/opt/layers
  mount -t tmpfs none tree/opt/memory && cp tool tree/opt/memory/in-memory
  mount -t ramfs none tree/opt/pseudo && cp tool tree/opt/pseudo/in-pseudo
  mount -t proc none tree/opt/proc || true
  mount --bind tree/bin tree/opt/again
  touch tree/opt/one-file && mount --bind tree/bin/tool tree/opt/one-file
  mount -t overlay none -o lowerdir=layers/lower,upperdir=layers/upper2,workdir=layers/work2 image
`;
const fault = spawnSync('unshare', [...privately, 'mount -t tmpfs none /mnt'], { encoding: 'utf8' });
const skipped = fault.status !== 0;
if (skipped) console.warn(`skipped: needs mounts of its own: ${fault.error?.message ?? fault.stderr}`);

let folder: string;
let agent: Map<string, string>;
let summary: string;
let census: Found;

function put(path: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\n# ${path}\n`, { mode: 0o755 });
  return join(folder, path);
}

beforeAll(() => {
  if (skipped) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'odd-mounts-')));
  for (const name of ['layers', 'memory', 'pseudo', 'proc', 'again'])
    mkdirSync(join(folder, 'tree/opt', name), { recursive: true });
  for (const name of ['layers', 'image']) mkdirSync(join(folder, name));
  copyFileSync('/bin/true', join(folder, 'tool'));
  chmodSync(join(folder, 'tool'), 0o755);
  linkSync(put('tree/bin/tool'), join(folder, 'tree/bin/hard-link'));
  symlinkSync('tool', join(folder, 'tree/bin/link'));
  symlinkSync('..', join(folder, 'tree/bin/loop'));
  truncateSync(put('tree/bin/hole'), 0);
  truncateSync(join(folder, 'tree/bin/hole'), 1_000_000);
  for (const path of ['.local/bin/tool', 'src/x/run', 'src/x/node_modules/y/cli', '.local/share/env/bin/pip'])
    put(`tree/people/ada/${path}`);
  writeFileSync(join(folder, 'tree/people/ada/.local/share/env/pyvenv.cfg'), '');
  const passwd = readFileSync('/etc/passwd', 'utf8');
  writeFileSync(join(folder, 'passwd'), `${passwd}ada:x:4242:4242::${AT}/tree/people/ada:/bin/sh\n`);
  const scan = `"$2" "$3" scan --roots ${AT}/tree:${AT}/image --settle-ms 0 --ceiling-file ${AT}/none`;
  const command = `${MOUNTS}
    ${scan} --json > agent.json 2> agent.log
    ${scan} > agent.txt 2>> agent.log
    "$2" "$4" ${AT}/tree ${AT}/image > census.json`;
  execFileSync('unshare', [...privately, command, 'sh', folder, process.execPath, AGENT, CENSUS]);
  const found = JSON.parse(readFileSync(join(folder, 'agent.json'), 'utf8')) as {
    path: string;
    sha256: string;
  }[];
  agent = new Map(found.map(({ path, sha256 }) => [path.slice(AT.length), sha256]));
  summary = readFileSync(join(folder, 'agent.txt'), 'utf8');
  census = JSON.parse(readFileSync(join(folder, 'census.json'), 'utf8').replaceAll(`${AT}/`, '/')) as Found;
}, 60_000);
afterAll(() => {
  if (!skipped) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(skipped)(
  'both have the same programs with the same content, once the two names of a bind are one',
  () => {
    const oneName = (path: string): string => {
      const twice = census.leftOut.find(
        ({ path: at, sameAs }) => sameAs !== undefined && path.startsWith(`${at}/`),
      );
      return twice?.sameAs === undefined ? path : twice.sameAs + path.slice(twice.path.length);
    };
    const here = census.programs.map(({ path, sha256 }) => `${oneName(path)} ${sha256}`).sort();
    const there = [...agent].map(([path, sha256]) => `${oneName(path)} ${sha256}`).sort();
    expect(there).toEqual(here);
    expect(
      there.map((line) => line.replace(/^\/tree\/(?:bin|opt\/again)\//, 'bin/').split(' ')[0]).sort(),
    ).toEqual([
      '/image/in-image',
      '/tree/opt/memory/in-memory',
      '/tree/opt/one-file',
      '/tree/people/ada/.local/bin/tool',
      'bin/hard-link',
      'bin/tool',
    ]);
  },
);

test.skipIf(skipped)('what neither lists has its reason on both sides', () => {
  const reasons = Object.fromEntries(census.leftOut.map(({ path, reason }) => [path, reason]));
  expect(reasons).toMatchObject({
    '/tree/opt/layers': 'another mount (overlay), left out',
    '/tree/opt/pseudo': 'another mount (ramfs), left out',
    '/tree/people/ada/src/x/run': expect.stringContaining('outside its install folders'),
    '/tree/people/ada/.local/share/env/bin/pip': expect.stringContaining('a virtual environment'),
  });
  const told = summary.replaceAll(AT, '');
  expect(told).toContain('left out: /tree/opt/layers (overlay, container file system)');
  expect(told).toContain('left out: /tree/opt/pseudo (ramfs, pseudo file system)');
  expect(told).toContain('2 programs below /tree/people/ada/src not listed');
  expect(told).toContain(
    '1 programs below /tree/people/ada/.local/share/env not listed (1 in virtual environments)',
  );
  expect(told).toMatch(/not listed: 1 content-elsewhere/);
});
