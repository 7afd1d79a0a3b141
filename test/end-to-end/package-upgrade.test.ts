/**
 * A package is upgraded and one of its scripts stays as it was: the script belongs to the new version all the
 * same. Uses the real dpkg with a package of its own, so it changes this machine for a minute: only with CI=true.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';

const RUNS = process.env.CI === 'true' && process.getuid?.() === 0;
if (!RUNS) console.log('skipped: the package upgrade test installs a package; run it as root with CI=true');
const PACKAGE = 'fleetmeter-test-tool';
let fleet: FleetOfOne;

beforeAll(async () => {
  if (!RUNS) return;
  fleet = await FleetOfOne.create();
  install('1.0', 'first');
  fleet.startCollector();
  await fleet.ready();
  fleet.startAgent();
}, 120_000);

afterAll(async () => {
  if (!RUNS) return;
  execFileSync('dpkg', ['--purge', PACKAGE]);
  await fleet?.close();
});

/** Builds and installs the package: a script that never changes and a program that does. */
function install(version: string, text: string): void {
  const build = join(fleet.folder, `package-${version}`);
  const inside = join(build, fleet.root);
  mkdirSync(join(build, 'DEBIAN'), { recursive: true });
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, 'same-script'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  writeFileSync(join(inside, 'changed-script'), `#!/bin/sh\necho ${text}\n`, { mode: 0o755 });
  const control = `Package: ${PACKAGE}\nVersion: ${version}\nArchitecture: all\nMaintainer: Fleet Tests <tests@example.org>\nDescription: test\n`;
  writeFileSync(join(build, 'DEBIAN/control'), control);
  const file = join(dirname(build), `${version}.deb`);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', build, file]);
  execFileSync('dpkg', ['-i', file]);
}

async function versions(): Promise<Record<string, string>> {
  const rows = await fleet.sql<{ path: string; version: string; application: string; publisher: string }>(
    'SELECT path, version, application, publisher FROM fleetmeter.installations',
  );
  return Object.fromEntries(
    rows.map(({ path, version, application, publisher }) => [
      path.slice(path.lastIndexOf('/') + 1),
      `${application} ${version} ${publisher}`,
    ]),
  );
}

test.runIf(RUNS)(
  'an unchanged script shows the version of the upgraded package',
  async () => {
    const all = (version: string): Record<string, string> => ({
      'same-script': `${PACKAGE} ${version} Fleet Tests`,
      'changed-script': `${PACKAGE} ${version} Fleet Tests`,
    });
    await fleet.eventually(
      'version 1.0 is there',
      async () => JSON.stringify(sorted(await versions())) === JSON.stringify(sorted(all('1.0'))),
      30,
    );
    install('1.1', 'second');
    await fleet.eventually(
      'version 1.1 is there',
      async () => JSON.stringify(sorted(await versions())) === JSON.stringify(sorted(all('1.1'))),
      30,
    );
    await fleet.eventually(
      'only version 1.1 is an application',
      async () => {
        const now = await fleet.sql<{ version: string }>(
          `SELECT version FROM fleetmeter.applications WHERE name = '${PACKAGE}'`,
        );
        return now.map(({ version }) => version).join() === '1.1';
      },
      15,
    );
  },
  120_000,
);

function sorted(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort();
}
