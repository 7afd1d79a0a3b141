/** A collector that demands client certificates: real processes, real TLS, every certificate that an agent may show. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientAuthority, clientAuthority, type IssuedPair } from '../fakes/client-certificates.ts';
import { FleetOfOne } from './fleet-of-one.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-mtls-'));
const certFile = join(folder, 'client.pem');
const keyFile = join(folder, 'client.key');
let organisation: ClientAuthority;
let fleet: FleetOfOne;

beforeAll(async () => {
  organisation = await clientAuthority('clients of the organisation');
  writeFileSync(join(folder, 'clients-ca.pem'), organisation.ca);
  fleet = await FleetOfOne.create({
    tls: true,
    collector: { agentTlsClientAuthority: join(folder, 'clients-ca.pem') },
  });
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(async () => {
  await fleet?.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(pair: IssuedPair): void {
  writeFileSync(certFile, pair.cert);
  writeFileSync(keyFile, pair.key);
}
let attempts = 0;
function enrol(...flags: string[]): string {
  const data = join(folder, `agent-${++attempts}`);
  const joinString = fleet.newJoinString();
  try {
    return fleet.command(fleet.agentProgram, 'enrol', joinString, '--data-dir', data, ...flags);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}
const withFiles = ['--client-cert-file', certFile, '--client-key-file', keyFile];

test('without a certificate, with a foreign, an expired, or one that is not for clients: refused in words, and nobody joins', async () => {
  expect(enrol()).toMatch(/client-certificate-missing/);
  const foreign = await clientAuthority('clients of the organisation');
  write(await foreign.issue());
  expect(enrol(...withFiles)).toMatch(/client-certificate-wrong/);
  write(await organisation.issue({ endsInDays: -1 }));
  expect(enrol(...withFiles)).toMatch(/client-certificate-wrong.*CERT_HAS_EXPIRED/);
  write(await organisation.issue({ forServers: true }));
  expect(enrol(...withFiles)).toMatch(/client-certificate-wrong.*PURPOSE/);
  expect(fleet.command(fleet.collectorProgram, 'device', 'list', '--json')).toBe('');
  const metrics = await (await fetch(`${fleet.adminUrl}/metrics`)).text();
  const counted = (code: string) =>
    Number(new RegExp(`refusals_total\\{code="client-certificate-${code}"\\} (\\d+)`).exec(metrics)?.[1]);
  expect([counted('missing'), counted('wrong')]).toEqual([1, 3]);
  expect(fleet.log('collector')).toMatch(
    /"reason":"none was shown".*client certificate was missing or wrong/,
  );
}, 120_000);

test('one setting without the other, and files that do not belong together, are said at once', async () => {
  expect(enrol('--client-cert-file', certFile)).toMatch(/belong together/);
  const [one, other] = [await organisation.issue(), await organisation.issue()];
  write({ cert: one.cert, key: other.key });
  expect(enrol(...withFiles)).toMatch(/is not the key of/);
}, 60_000);

test('with one of the organisation it joins and reports; what is in the files later is shown without a restart', async () => {
  write(await organisation.issue());
  const config = JSON.parse(readFileSync(join(fleet.folder, 'agent.json'), 'utf8')) as object;
  writeFileSync(
    join(fleet.folder, 'agent.json'),
    JSON.stringify({ ...config, clientCertFile: certFile, clientKeyFile: keyFile }),
  );
  expect(enrol(...withFiles)).toMatch(/as device/);
  process.env.FLEETMETER_CLIENT_CERT_FILE = certFile;
  process.env.FLEETMETER_CLIENT_KEY_FILE = keyFile;
  fleet.startAgent();
  delete process.env.FLEETMETER_CLIENT_CERT_FILE;
  delete process.env.FLEETMETER_CLIENT_KEY_FILE;
  const arrives = async (name: string) => {
    writeFileSync(join(fleet.root, name), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    await fleet.eventually(
      `${name} is in the tables`,
      async () =>
        (await fleet.sql(`SELECT path FROM fleetmeter.executables WHERE path LIKE '%${name}'`)).length === 1,
      60,
    );
  };
  await arrives('first-tool');
  write(await organisation.issue({ endsInDays: -1 }));
  await fleet.eventually(
    'the agent is refused, and says why',
    async () => /client-certificate-wrong/.test(fleet.log('agent')),
    60,
  );
  write(await organisation.issue());
  // It would ask again by itself, after the minutes that the collector named.
  await fleet.killAgent('SIGTERM');
  fleet.startAgent();
  await arrives('second-tool');
}, 180_000);
