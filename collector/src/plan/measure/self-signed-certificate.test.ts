import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { runClient } from './run-client.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

test('the certificate is one that says what it should and is signed by its own key', () => {
  const { cert } = selfSignedCertificate('127.0.0.1');
  const parsed = new X509Certificate(cert);
  expect(parsed.subject).toBe('CN=127.0.0.1');
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(parsed.validToDate.getUTCFullYear()).toBe(2049);
});

test('clients shake hands with it, fully and resumed, and say what went over the wire', async () => {
  const server = createServer({ ...selfSignedCertificate('127.0.0.1'), minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => {});
    socket.end('.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  const full = JSON.parse(await runClient('open-connections.ts', [port, 3, 'tls-full']));
  const resumed = JSON.parse(await runClient('open-connections.ts', [port, 3, 'tls-resumed']));
  server.close();
  expect(full.received).toBeGreaterThan(1000);
  // A resumed handshake sends no certificate.
  expect(resumed.received).toBeLessThan(full.received);
});
