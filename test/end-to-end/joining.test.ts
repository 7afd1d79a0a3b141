/** Joining as an administrator does it, with the programs' own command lines, and putting a device out again. */
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

let fleet: FleetOfOne;

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet.close());

interface Ended {
  code: number | null;
  out: string;
  error: string;
}

function command(file: string, args: string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, FLEETMETER_AGENT_TLS: 'off' },
    });
    const ended: Ended = { code: null, out: '', error: '' };
    child.stdout.on('data', (chunk) => {
      ended.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      ended.error += chunk;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}
const collector = (...args: string[]) =>
  command(fleet.collectorProgram, [...args, '--data-dir', join(fleet.folder, 'data')]);
const agent = (name: string, args: string[], input = '') =>
  command(fleet.agentProgram, [...args, '--data-dir', join(fleet.folder, name)], input);

async function newToken(...flags: string[]): Promise<{ token: string; joinString: string }> {
  const made = await collector('token', 'create', '--address', fleet.agentUrl, '--json', ...flags);
  expect(made).toMatchObject({ code: 0, error: '' });
  return JSON.parse(made.out) as { token: string; joinString: string };
}

test('one string from the collector, typed at the device, and it has joined; for as many as it says', async () => {
  const { token, joinString } = await newToken('--uses', '1', '--group', 'finance');
  const first = await agent('a', ['enrol', joinString, '--json']);
  expect(first.code).toBe(0);
  const { device } = JSON.parse(first.out) as { device: string };
  expect(statSync(join(fleet.folder, 'a/agent/join-string')).mode & 0o777).toBe(0o600);

  const second = await agent('b', ['enrol', '-'], `${joinString}\n`);
  expect(second).toMatchObject({ code: 1, out: '' });
  expect(second.error).toMatch(/^fleetmeter-agent: .*token-used-up: token [0-9a-f]{8} let 1 devices in.*\n$/);
  // Again with the same key: known, and nothing is used up.
  expect((await agent('a', ['enrol', joinString])).out).toContain(`as device ${device}`);

  const listed = JSON.parse((await collector('token', 'list', '--json')).out) as Record<string, unknown>[];
  expect(listed.find((each) => each.token === token || each.tokenId === token)).toMatchObject({
    used: 1,
    uses: 1,
    group: 'finance',
    state: 'used up',
  });
  expect((await collector('token', 'list')).out).toMatch(new RegExp(`^${token}  used up  1 of 1 `, 'm'));
  expect((await collector('device', 'list')).out).toMatch(
    new RegExp(`^${device}  enrolled .* finance  ${token}$`, 'm'),
  );
}, 60_000);

test('a string that is damaged, foreign or revoked is refused in one line that does not quote it', async () => {
  const { token, joinString } = await newToken();
  const damaged = await agent('c', ['enrol', joinString.slice(0, -2)]);
  expect(damaged.code).toBe(1);
  expect(damaged.error).toBe('fleetmeter-agent: the join string is damaged or not whole: copy it again\n');
  expect((await collector('token', 'revoke', token)).error).toBe(`token ${token} is revoked\n`);
  const revoked = await agent('c', ['enrol', joinString]);
  expect(revoked.error).toMatch(/^fleetmeter-agent: http:\S+ refuses this device: token-revoked: .*\n$/);
  expect(revoked.error).not.toContain(joinString);
  const again = await collector('token', 'revoke', token);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.error).toContain('token list shows them');
}, 60_000);

test('a collector that cannot be reached: the string is kept, for when it can', async () => {
  const made = await collector('token', 'create', '--address', 'http://127.0.0.1:9', '--json');
  const { joinString } = JSON.parse(made.out) as { joinString: string };
  const kept = await agent('d', ['enrol', joinString]);
  expect(kept.code).toBe(0);
  expect(kept.out).toMatch(
    /^kept; the agent joins when a collector lets it in \(http:\/\/127.0.0.1:9: .+\)\n$/,
  );
  expect(readFileSync(join(fleet.folder, 'd/agent/join-string'), 'utf8').trim()).toBe(joinString);
});

test('a join string by approval: the device waits, is let in, and joins by itself; its tag counts by a rule', async () => {
  const { joinString } = await newToken('--approve', '--group', 'guests');
  const managementFile = join(fleet.folder, 'management.json');
  writeFileSync(managementFile, JSON.stringify({ groupTag: 'finance' }));
  const enrol = () => agent('w', ['enrol', joinString, '--management-file', managementFile]);
  const asked = await enrol();
  expect(asked).toMatchObject({ code: 0, error: '' });
  expect(asked.out).toMatch(/^kept; .*awaiting-approval: the device with key [0-9a-f]{16} waits/);
  const [, key = ''] = /key ([0-9a-f]{16})/.exec(asked.out) ?? [];
  expect((await collector('device', 'list', '--waiting')).out).toMatch(new RegExp(`^${key}  waits `, 'm'));
  expect((await collector('device', 'reject', key)).code).toBe(0);
  expect((await enrol()).error).toContain('join-rejected');
  expect((await collector('device', 'approve', key)).error).toBe(`the device with key ${key} is approved\n`);
  const rules = join(fleet.folder, 'groups.csv');
  writeFileSync(rules, 'kind,pattern,group\ntag,finance,money\n');
  expect((await collector('group', 'import', rules)).error).toMatch(/^1 rules count from now on; 0 devices/);
  const [, device = ''] = /as device ([0-9a-f]{16})/.exec((await enrol()).out) ?? [];
  expect((await collector('device', 'list')).out).toMatch(new RegExp(`^${device}  enrolled .* money `, 'm'));
  writeFileSync(rules, '');
  expect((await collector('group', 'import', rules)).error).toMatch(/; 1 devices changed their group/);
  expect((await collector('device', 'list')).out).toMatch(new RegExp(`^${device}  enrolled .* guests `, 'm'));
}, 90_000);

test('a device that is put out under load is refused within a second, others lose nothing, and it can come back', async () => {
  const [bad, good] = [new ScriptedDevice(fleet.agentUrl), new ScriptedDevice(fleet.agentUrl)];
  await bad.enrol('bad', fleet.joinSecret);
  await good.enrol('good', fleet.joinSecret);
  const head = async (): Promise<number> => {
    const answer = await fetch(`${fleet.adminUrl}/api/pipeline`);
    return ((await answer.json()) as { stream: { head: number } }).stream.head;
  };
  const before = await head();
  const sent = { good: 0, bad: 0 };
  let refusedAt = 0;
  let running = true;
  const load = (async () => {
    for (let sequence = 1; running; sequence++) {
      expect((await good.post('report', good.report({ sequence }))).status).toBe(200);
      sent.good++;
      const answer = await bad.post('report', bad.report({ sequence }));
      if (answer.status === 200) {
        // Once out, out.
        expect(refusedAt).toBe(0);
        sent.bad++;
      } else {
        expect(JSON.parse(answer.body.toString())).toMatchObject({
          code: 'device-revoked',
          permanent: false,
        });
        refusedAt ||= performance.now();
      }
      // More than a device may send would be refused for that.
      await sleep(5);
    }
  })();
  await sleep(300);
  expect((await collector('device', 'revoke', bad.hexId)).code).toBe(0);
  const revokedAt = performance.now();
  await sleep(1_200);
  running = false;
  await load;
  expect(refusedAt).toBeGreaterThan(0);
  console.log(
    `refused ${Math.max(0, refusedAt - revokedAt).toFixed(0)} ms after the command, ${sent.good} reports of the other`,
  );
  expect(refusedAt - revokedAt).toBeLessThan(1_000);
  expect((await head()) - before).toBe(sent.good + sent.bad);
  expect((await collector('device', 'reinstate', bad.hexId, '--json')).out).toContain('"state":"reinstated"');
  await sleep(1_000);
  expect((await bad.post('report', bad.report({ sequence: sent.bad + 1 }))).status).toBe(200);
}, 60_000);

test('an agent that was never told where to join waits and says so, and joins once it is told', async () => {
  const { joinString } = await newToken();
  const stranger = spawn(
    process.execPath,
    [fleet.agentProgram, 'run', '--data-dir', join(fleet.folder, 'e'), '--collector-url', fleet.agentUrl],
    {
      env: { ...process.env, FLEETMETER_ROOTS: fleet.root, FLEETMETER_REPORT_INTERVAL_SECONDS: '1' },
      stdio: 'pipe',
    },
  );
  let log = '';
  stranger.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await fleet.eventually('it says why', async () => /not admitted: token-missing/.test(log), 20);
  // While it runs.
  expect((await agent('e', ['enrol', joinString])).code).toBe(0);
  stranger.kill('SIGTERM');
  await new Promise((resolve) => stranger.once('exit', resolve));
}, 60_000);
