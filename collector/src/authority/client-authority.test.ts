import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { demandingClients } from './client-authority.ts';
import { issueServerCertificate, makeAuthority } from './issue-certificate.ts';
import { serverName } from './server-names.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-clients-'));
  file = join(folder, 'clients.pem');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plain: Authority = {
  fingerprints: ['ab'],
  certificateExpiresAtMs: 5,
  lookEveryMs: 3_600_000,
  secureContext: () => ({ key: 'key', cert: 'cert', minVersion: 'TLSv1.3' }),
  renewIfDue: async () => false,
};

test('a new file counts at the next look, one that is wrong changes nothing and is said once', async () => {
  const [first, second] = [await makeAuthority(Date.now()), await makeAuthority(Date.now())];
  writeFileSync(file, first.certificate);
  const demanding = demandingClients(plain, file, Date.now);
  expect(demanding).toMatchObject({ fingerprints: ['ab'], certificateExpiresAtMs: 5, lookEveryMs: 60_000 });
  expect(demanding.secureContext()).toEqual({ ...plain.secureContext(), ca: first.certificate });
  expect(await demanding.renewIfDue()).toBe(false);
  writeFileSync(file, `${first.certificate}${second.certificate}`);
  expect(await demanding.renewIfDue()).toBe(true);
  const both = demanding.secureContext().ca;
  expect(both).toContain(second.certificate.slice(40, 200));
  writeFileSync(file, 'half a certifi');
  await expect(demanding.renewIfDue()).rejects.toThrow(/holds no certificate/);
  expect(await demanding.renewIfDue()).toBe(false);
  expect(demanding.secureContext().ca).toBe(both);
});

test('what is no authority, is over, or is not there is refused at the start', async () => {
  const authority = await makeAuthority(Date.now());
  const server = await issueServerCertificate(authority, [serverName('127.0.0.1')], Date.now());
  expect(() => demandingClients(plain, file, Date.now)).toThrow(/is not there/);
  writeFileSync(file, server.certificate);
  expect(() => demandingClients(plain, file, Date.now)).toThrow(/must hold authorities only/);
  writeFileSync(file, authority.certificate);
  expect(() => demandingClients(plain, file, () => Date.now() + 5_000 * 86_400_000)).toThrow(/valid until/);
});
