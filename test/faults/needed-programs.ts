/** What the fault tests need of the system. In CI it has to be there; elsewhere the test says what it leaves out. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { loopDiskFault } from './loop-disk.ts';

const PACKAGES = {
  accton: 'acct',
  unshare: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
  mount: 'mount',
  strace: 'strace',
  faketime: 'faketime',
  'dbus-daemon': 'dbus-daemon',
  busctl: 'systemd',
  Xvfb: 'xvfb',
  xdotool: 'xdotool',
  xclock: 'x11-apps',
  xeyes: 'x11-apps',
} as const;
export type NeededProgram = keyof typeof PACKAGES;

/** True when the test can run. Registers a test that fails in CI when a program is missing there. */
export function canRun(what: string, ...programs: NeededProgram[]): boolean {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  test.runIf(process.env.CI === 'true')(`CI has what it needs for: ${what}`, () => {
    expect(missing).toEqual([]);
  });
  if (missing.length > 0) {
    const packages = missing.map((program) => PACKAGES[program]).join(' ');
    console.warn(
      `Skipped: ${what}. Install what it needs with: apt-get install -y --no-install-recommends ${packages}`,
    );
    return false;
  }
  const fault = programs.includes('mkfs.ext4') ? loopDiskFault() : undefined;
  if (fault !== undefined) {
    console.warn(`Skipped: ${what}. It needs root and loop devices: ${fault}`);
    return false;
  }
  if (!programs.includes('strace')) return true;
  const traced = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  if (traced.status !== 0)
    console.warn(`Skipped: ${what}. Processes cannot be traced here: ${traced.stderr?.toString().trim()}`);
  return traced.status === 0;
}
