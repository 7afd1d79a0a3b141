/** The default: agents reach the collector by TLS 1.3 under its own authority, and only the right one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decodeJoinString, encodeJoinString } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';

let fleet: FleetOfOne;

beforeAll(async () => {
  fleet = await FleetOfOne.create({ tls: true });
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet.close());

test('a join string of another authority joins nobody: the device says whom it met, and sends nothing', () => {
  const right = decodeJoinString(fleet.newJoinString());
  expect(right).toMatchObject({
    addresses: [fleet.agentUrl],
    authorities: [expect.stringMatching(/^[0-9a-f]{64}$/)],
  });
  const wrong = encodeJoinString({ ...right, authorities: ['0'.repeat(64)] });
  const folder = join(fleet.folder, 'elsewhere');
  const told = fleet.command(fleet.agentProgram, 'enrol', wrong, '--data-dir', folder);
  expect(told).toContain('none by an authority of the join string');
  expect(fleet.command(fleet.collectorProgram, 'device', 'list', '--json')).toBe('');
});

test('the right one does, and what the agent finds is in the tables', async () => {
  writeFileSync(join(fleet.root, 'tool'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  fleet.startAgent();
  await fleet.eventually(
    'the tool is in the tables',
    async () =>
      (await fleet.sql("SELECT path FROM fleetmeter.executables WHERE path LIKE '%tool'")).length === 1,
    60,
  );
  const status = await fleet.agentStatus();
  expect(JSON.stringify(status)).toContain(`"${fleet.agentUrl}"`);
}, 90_000);

test('the collector restarts with the same authority, and the agent goes on', async () => {
  const before = readFileSync(join(fleet.folder, 'data/collector/authority/ca/certificate.pem'), 'utf8');
  await fleet.killCollector();
  fleet.startCollector();
  await fleet.ready();
  writeFileSync(join(fleet.root, 'tool-2'), '#!/bin/sh\necho again\n', { mode: 0o755 });
  await fleet.eventually(
    'the second tool is in the tables',
    async () =>
      (await fleet.sql("SELECT path FROM fleetmeter.executables WHERE path LIKE '%tool-2'")).length === 1,
    60,
  );
  expect(readFileSync(join(fleet.folder, 'data/collector/authority/ca/certificate.pem'), 'utf8')).toBe(
    before,
  );
}, 120_000);

test('a move that is announced while both run is obeyed with the next report, and status says so', async () => {
  const there = 'https://127.0.0.1:9';
  const announced = fleet.command(fleet.collectorProgram, 'move', 'announce', '--address', there, '--json');
  const { serial } = JSON.parse(announced) as { serial: number };
  await fleet.eventually(
    'the collector knows that the device obeys it',
    async () =>
      (JSON.parse(fleet.command(fleet.collectorProgram, 'move', 'status', '--json')) as { confirmed: number })
        .confirmed === 1,
    60,
  );
  await fleet.eventually(
    'the agent shows it',
    async () => {
      const { agent } = (await fleet.agentStatus()) as { agent: { move: object; addresses: object[] } };
      expect(agent.move).toMatchObject({
        serial,
        announced: { addresses: [there], answers: false },
        ignored: {},
      });
      expect(agent.addresses).toMatchObject([{ url: there, moved: true }, { url: fleet.agentUrl }]);
      return true;
    },
    30,
  );
  const text = fleet.command(fleet.agentProgram, 'status');
  expect(text).toMatch(new RegExp(`^move +notice ${serial}: to ${there}, which has not answered yet`, 'm'));
  expect(text).toMatch(/^addresses +https:\/\/127\.0\.0\.1:9 \(announced by the collector, /m);
  expect(fleet.command(fleet.collectorProgram, 'move', 'status')).toMatch(/^still to be told {2,}0$/m);
  fleet.command(fleet.collectorProgram, 'move', 'cancel');
}, 120_000);

test('plain HTTP at that port is no way in', async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(fleet.agentUrl).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write('POST /v1/report HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n');
  });
  expect(answer).not.toContain('HTTP/1.1 200');
  expect(answer).not.toContain('acknowledg');
});
