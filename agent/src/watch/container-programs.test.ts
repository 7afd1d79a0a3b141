/** A program in mounts of its own with another `/`, as a container's is: it has its evidence, and a mark. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import type { PackageOwners } from '../evidence/package-owner.ts';
import { NO_PACKAGE_OWNERS } from '../evidence/package-owner.ts';
import { inPrivateMounts, privateMountsFault } from '../fixtures/private-mounts.linux.ts';
import { hasOtherRoot } from './container-root.linux.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FoundFile } from './found-file.ts';

const SLEEP = realpathSync('/bin/sleep');
const IMAGE_NUMBER = 'fleetmeter-in-a-container';
/** $1: folder for the image, $2: program, then its libraries. Its copy differs by a few bytes, as another build's would. */
const RUN_IN_IMAGE = `
  image=$1 program=$2; shift 2
  mount -t tmpfs none "$image"
  for file in "$program" "$@"; do mkdir -p "$image$(dirname "$file")"; cp "$file" "$image$file"; done
  printf ${IMAGE_NUMBER} >> "$image$program"
  mkdir "$image/before"
  cd "$image"
  pivot_root . before
  exec "$program" 60
`;
const owners: PackageOwners = {
  ...NO_PACKAGE_OWNERS,
  state: () => 'loaded',
  ownerOf: (path) => (path === SLEEP ? { manager: 'dpkg', name: 'coreutils', version: '9' } : undefined),
};

let folder: string;
let finder: ExecutableFinder;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'container-')));
  const inventory = new FakeInventory();
  finder = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory, rootPaths: [folder], settleMs: 200, owners },
  });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await finder.close();
  rmSync(folder, { recursive: true });
});

const fault = privateMountsFault();

test.skipIf(fault)(
  'is named with its own content and marked as a container’s, not as a package’s',
  async () => {
    const [file = '', ...rest] = [
      ...inPrivateMounts(RUN_IN_IMAGE),
      ...[folder, SLEEP, ...librariesOf(SLEEP)],
    ];
    const inside = await sleeping(spawn(file, rest));
    const outside = await sleeping(spawn(SLEEP, ['60']));
    const marked = await identified(inside);
    const own = await identified(outside);
    expect(await hasOtherRoot(`/proc/${outside}/exe`)).toBe(false);
    expect(own.evidence).toMatchObject({ path: SLEEP, packageManager: 'dpkg', packageName: 'coreutils' });
    // The same path, and nothing of what this computer's packages say of that.
    expect(marked.evidence).toMatchObject({ path: SLEEP, packageManager: 'container' });
    expect(marked.evidence.packageName).toBeUndefined();
    expect(marked.evidence.size).toBe(own.evidence.size + IMAGE_NUMBER.length);
  },
);

test('a process that has ended, or is none, has no other root', async () => {
  expect(await hasOtherRoot('/proc/4194305/exe')).toBe(false);
  expect(await hasOtherRoot('/opt/somewhere/exe')).toBe(false);
});

async function identified(pid: number): Promise<FoundFile> {
  const openPath = `/proc/${pid}/exe`;
  const found = await finder.identify(openPath, readlinkSync(openPath));
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** The number of the process once it runs the program; what started it became it. */
async function sleeping(child: ChildProcess): Promise<number> {
  children.push(child);
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  const { pid = 0 } = child;
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${said}`);
    try {
      if (readlinkSync(`/proc/${pid}/exe`) === SLEEP) return pid;
    } catch {
      // It is about to become the program.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never ran ${SLEEP}: ${said}`);
}

function librariesOf(program: string): string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
}
