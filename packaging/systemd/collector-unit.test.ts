/**
 * The collector's unit: names what exists, leaves the collector the time that it needs to stop, and is judged by systemd
 * itself where that is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const here = import.meta.dirname;
const repository = join(here, '../..');
const UNIT = 'fleetmeter-collector.service';
const DROP_IN = 'without-user-namespaces.conf';
/** What `systemd-analyze security` of systemd 252 says, in tenths: 0 is the tightest, 100 the most open. */
const MOST_EXPOSED = { jailed: 29, withDropIn: 15 };
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd)
  process.stdout.write(
    'Skipped: systemd judges the unit (apt-get install -y --no-install-recommends systemd)\n',
  );

/** Values of a directive in order; an empty one takes back those before it, as in systemd. */
function directive(text: string, name: string): string[] {
  const values: string[] = [];
  for (const line of text.split('\n')) {
    const value = line.startsWith(`${name}=`) ? line.slice(name.length + 1) : undefined;
    if (value === '') values.length = 0;
    else if (value !== undefined) values.push(value);
  }
  return values;
}

const unit = readFileSync(join(here, UNIT), 'utf8');
const dropIn = readFileSync(join(here, DROP_IN), 'utf8');

test('it starts programs that a checkout has, and gives them more time to end than they take', () => {
  const [start = ''] = directive(unit, 'ExecStart');
  const programs = start.split(' ').filter((word) => word.startsWith('/opt/fleetmeter/'));
  expect(programs).toHaveLength(2);
  for (const program of programs)
    expect(existsSync(join(repository, program.slice('/opt/fleetmeter/'.length))), program).toBe(true);
  expect(Number(directive(unit, 'TimeoutStopSec')[0])).toBeGreaterThan(30);
  // Only the collector is told to end: it ends the engine when nothing is asked of it any more.
  expect(directive(unit, 'KillMode')).toEqual(['mixed']);
  expect(directive(unit, 'OOMPolicy')).toEqual(['continue']);
});

test('what the jail of the engine needs is left open, and closed again where there is no jail', () => {
  const needed = ['RestrictNamespaces', 'ProtectKernelTunables', 'ProtectKernelLogs', 'ProcSubset'];
  for (const name of needed) {
    expect(directive(unit, name), name).toEqual([]);
    expect(directive(dropIn, name), name).toHaveLength(1);
  }
  expect(directive(unit, 'SystemCallFilter')[0]).toContain('@mount');
  expect(directive(dropIn, 'SystemCallFilter')[0]).not.toContain('@mount');
  expect(directive(dropIn, 'Environment')).toEqual(['FLEETMETER_ENGINE_JAIL=off']);
});

describe.skipIf(!hasSystemd)('systemd', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleetmeter-unit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The unit with the programs of this checkout, since systemd looks whether they exist. */
  function written(name: string, text: string): string {
    const path = join(folder, name);
    // Who runs this test may not have the user.
    writeFileSync(path, text.replaceAll('/opt/fleetmeter', repository).replace(/^(?:User|Group)=.*$/gm, ''));
    return path;
  }

  test('finds no fault in it', () => {
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', written(UNIT, unit)]);
    const said = `${verified.stdout}${verified.stderr}`;
    expect(said.split('\n').filter((line) => line.includes(UNIT))).toEqual([]);
    // The control: a directive that does not exist is a fault.
    const wrong = written('fleetmeter-wrong.service', unit.replace('PrivateTmp=', 'PrivateTemp='));
    expect(String(spawnSync('systemd-analyze', ['verify', '--man=no', wrong]).stderr)).toContain(
      'PrivateTemp',
    );
  });

  test.each([
    ['with the jail of the engine', unit, MOST_EXPOSED.jailed],
    ['with the drop-in for machines without it', `${unit}\n${dropIn}`, MOST_EXPOSED.withDropIn],
  ])('judges how exposed it is: %s', (what, text, most) => {
    const path = join(folder, UNIT);
    writeFileSync(path, text);
    const judge = ['security', '--offline=true', '--no-pager', `--threshold=${most}`, path];
    const judged = spawnSync('systemd-analyze', judge, { encoding: 'utf8' });
    const line = judged.stdout.split('\n').find((each) => each.includes('Overall exposure level'));
    console.log(`${what}: ${line?.replace(/^\W+/, '')}`);
    expect(judged.status, judged.stdout + judged.stderr).toBe(0);
  });
});
