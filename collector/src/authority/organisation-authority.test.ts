import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { issueServerCertificate, type KeyAndCertificate, makeAuthority } from './issue-certificate.ts';
import { type OrganisationAuthorityOptions, openOrganisationAuthority } from './organisation-authority.ts';
import { serverNames } from './server-names.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();

let folder: string;
let root: KeyAndCertificate;
let server: KeyAndCertificate;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-organisation-'));
  root = await makeAuthority(NOW_MS);
  server = await issueServerCertificate(root, serverNames(['meter.example.org']), NOW_MS);
  put(server, root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);
function put({ key, certificate }: KeyAndCertificate, { certificate: ca }: KeyAndCertificate): void {
  writeFileSync(file('cert.pem'), certificate);
  writeFileSync(file('key.pem'), key);
  writeFileSync(file('ca.pem'), ca);
}
const open = (options: Partial<OrganisationAuthorityOptions> = {}): Authority =>
  openOrganisationAuthority({
    certFile: file('cert.pem'),
    keyFile: file('key.pem'),
    caFile: file('ca.pem'),
    names: ['meter.example.org'],
    now: () => NOW_MS,
    ...options,
  });
const fingerprint = ({ certificate }: KeyAndCertificate) =>
  new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();

test('serves the certificate with the root behind it, and names the root', () => {
  const authority = open();
  expect(authority.fingerprints).toEqual([fingerprint(root)]);
  expect(authority.secureContext()).toEqual({
    key: server.key,
    cert: server.certificate + root.certificate,
    minVersion: 'TLSv1.3',
  });
});

test('names each root while one follows another, and sends only the one that signed', async () => {
  const next = await makeAuthority(NOW_MS);
  writeFileSync(file('ca.pem'), next.certificate + root.certificate);
  const authority = open();
  expect(authority.fingerprints).toEqual([fingerprint(next), fingerprint(root)]);
  expect(authority.secureContext().cert).toBe(server.certificate + root.certificate);
});

test('files that are still the same are not read again', async () => {
  expect(await open().renewIfDue()).toBe(false);
});

test('new files are taken while it runs', async () => {
  const authority = open();
  const renewed = await issueServerCertificate(root, serverNames(['meter.example.org']), NOW_MS + DAY_MS);
  put(renewed, root);
  expect(await authority.renewIfDue()).toBe(true);
  expect(authority.secureContext().cert).toBe(renewed.certificate + root.certificate);
  expect(authority.certificateExpiresAtMs).toBe(
    new X509Certificate(renewed.certificate).validToDate.getTime(),
  );
});

test('a new file that is wrong keeps the old and is said once; the right one is taken then', async () => {
  const authority = open();
  const before = authority.secureContext();
  const renewed = await issueServerCertificate(root, serverNames(['meter.example.org']), NOW_MS);
  // As a renewal does that writes one file after the other.
  writeFileSync(file('cert.pem'), renewed.certificate);
  await expect(authority.renewIfDue()).rejects.toMatchObject({ fault: 'unfit' });
  expect(await authority.renewIfDue()).toBe(false);
  expect(authority.secureContext()).toEqual(before);
  writeFileSync(file('key.pem'), renewed.key);
  expect(await authority.renewIfDue()).toBe(true);
  rmSync(file('ca.pem'));
  await expect(authority.renewIfDue()).rejects.toMatchObject({ fault: 'unreadable' });
  expect(authority.secureContext().key).toBe(renewed.key);
});

test.each<[string, string, RegExp, () => unknown]>([
  ['a key that is missing', 'unreadable', /key\.pem is not there/, () => rmSync(file('key.pem'))],
  ['a key that is none', 'damaged', /no private key/, () => writeFileSync(file('key.pem'), 'x')],
  ["another's key", 'unfit', /key\.pem is not the key of/, () => writeFileSync(file('key.pem'), root.key)],
  [
    'a root that did not sign',
    'unfit',
    /signed "CN=fleetmeter collector"/,
    async () => writeFileSync(file('ca.pem'), (await makeAuthority(NOW_MS)).certificate),
  ],
  [
    'a root that is none',
    'unfit',
    /root certificates only/,
    () => writeFileSync(file('ca.pem'), server.certificate),
  ],
  ['no certificate', 'damaged', /no certificate/, () => writeFileSync(file('cert.pem'), server.key)],
  [
    'a certificate for other names',
    'unfit',
    /not for meter\.example\.org/,
    async () => put(await issueServerCertificate(root, serverNames([]), NOW_MS), root),
  ],
  [
    'a certificate that is over',
    'not-valid-now',
    /clock says/,
    async () =>
      put(
        await issueServerCertificate(root, serverNames(['meter.example.org']), NOW_MS - 100 * DAY_MS),
        root,
      ),
  ],
])('%s is refused in words', async (_title, fault, words, spoil) => {
  await spoil();
  const refusal = (() => {
    try {
      return open();
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toMatchObject({ name: 'AuthorityError', fault, message: expect.stringMatching(words) });
});
