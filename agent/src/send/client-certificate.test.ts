import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClientCertificateError, clientCertificate } from './client-certificate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-client-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('without files nothing is shown, and files that are not there or are none are said in one line', () => {
  expect(clientCertificate({ clientCertFile: undefined, clientKeyFile: undefined })).toBeUndefined();
  const files = { clientCertFile: join(folder, 'cert'), clientKeyFile: join(folder, 'key') };
  const shown = clientCertificate(files) as () => unknown;
  expect(shown).toThrow(ClientCertificateError);
  expect(shown).toThrow(/cannot be read: .*cert \(ENOENT\)$/);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(files.clientCertFile, 'no certificate');
  writeFileSync(files.clientKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  expect(shown).toThrow(/must hold a certificate and its private key/);
});
