/** The collector's authority and the agent's trust in it, together: what one serves, the other finds, proves and goes by. */
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { PinnedAuthorities } from '../../agent/src/send/pinned-authorities.ts';
import type { Authority } from '../../collector/src/authority/authority.ts';
import { openOrganisationAuthority } from '../../collector/src/authority/organisation-authority.ts';
import { openAuthority } from '../../collector/src/authority/own-authority.ts';
import { watchCertificate } from '../../collector/src/authority/watch-certificate.ts';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();

let folder: string;
let nowMs: number;
let server: Server | undefined;
let exchanges: HttpExchange[];
/** The certificate that each connection was served with. */
let served: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-trust-'));
  // What is issued now is due for renewal today, and good until then.
  nowMs = Date.now() - 61 * DAY_MS;
  exchanges = [];
  served = [];
});
afterEach(async () => {
  for (const exchange of exchanges) await exchange.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ownAuthority = (name = 'authority') =>
  openAuthority({ folder: join(folder, name), names: ['127.0.0.1'], now: () => nowMs });

async function serve(authority: Authority, port = 0): Promise<Server> {
  server = createServer(authority.secureContext(), (request, answer) => {
    request.resume().on('end', () => answer.end('thanks'));
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const certificate = socket.getCertificate();
    served.push(certificate && 'serialNumber' in certificate ? certificate.serialNumber : '');
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}
const urlOf = (at: Server) => `https://127.0.0.1:${(at.address() as AddressInfo).port}`;
const pinning = ({ fingerprints }: Authority) => new PinnedAuthorities({ fingerprints, stateFolder: folder });

function exchangeWith(url: string, pinned: PinnedAuthorities): HttpExchange {
  const exchange = new HttpExchange(
    () => url,
    () => pinned.connectOptions(),
  );
  exchanges.push(exchange);
  return exchange;
}
async function post(exchange: HttpExchange): Promise<string> {
  const { body } = await exchange.post('/v1/report', Buffer.from('a report'), signal);
  return Buffer.from(body).toString();
}

test('an agent that knows the fingerprint reports, also after the certificate was renewed under way', async () => {
  const authority = await ownAuthority();
  const listening = await serve(authority);
  const pinned = pinning(authority);
  await pinned.learn(urlOf(listening), signal);
  expect(await post(exchangeWith(urlOf(listening), pinned))).toBe('thanks');
  const [before] = served.splice(0);
  let look = (): void => {};
  const clock = {
    every(_milliseconds: number, work: () => void) {
      look = work;
      return () => {};
    },
  };
  const renewed = vi.fn();
  const onFault = (error: Error) => expect.unreachable(error.message);
  watchCertificate({ authority, server: listening, clock, onRenewed: renewed, onFault });
  nowMs = Date.now();
  look();
  await vi.waitUntil(() => renewed.mock.calls.length > 0);
  expect(await post(exchangeWith(urlOf(listening), pinned))).toBe('thanks');
  expect([served.length, served[0] === before]).toEqual([1, false]);
});

test('another collector at the same address, with an authority of its own, is refused', async () => {
  const authority = await ownAuthority();
  const listening = await serve(authority);
  const pinned = pinning(authority);
  await pinned.learn(urlOf(listening), signal);
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => listening.close(resolve));
  const other = await serve(await ownAuthority('other'), port);
  await expect(post(exchangeWith(urlOf(other), pinned))).rejects.toThrow();
  await expect(pinned.learn(urlOf(other), signal)).rejects.toMatchObject({ fault: 'authority-unknown' });
});

test("the organisation's own certificate is found and trusted the same way", async () => {
  await ownAuthority();
  const [certFile, keyFile, caFile] = ['cert', 'key', 'ca'].map((name) => join(folder, `${name}.pem`)) as [
    string,
    string,
    string,
  ];
  const both = readFileSync(join(folder, 'authority/server.pem'), 'latin1');
  const split = both.indexOf('-----BEGIN CERTIFICATE');
  writeFileSync(keyFile, both.slice(0, split));
  writeFileSync(certFile, both.slice(split));
  copyFileSync(join(folder, 'authority/ca/certificate.pem'), caFile);
  const authority = openOrganisationAuthority({
    certFile,
    keyFile,
    caFile,
    names: ['127.0.0.1'],
    now: Date.now,
  });
  const listening = await serve(authority);
  const pinned = pinning(authority);
  await pinned.learn(urlOf(listening), signal);
  expect(await post(exchangeWith(urlOf(listening), pinned))).toBe('thanks');
});
