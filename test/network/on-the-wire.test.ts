/**
 * What who listens between agent and collector can read: nothing. Every byte of joining and reporting is recorded, both
 * ways, and searched for what was said; the same search over plain HTTP finds it, which shows that it can.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiPath, Exchange, HttpAnswer } from '../../agent/src/send/http-exchange.ts';
import { TrustingExchange } from '../../agent/src/send/trusting-exchange.ts';
import { openAuthority } from '../../collector/src/authority/own-authority.ts';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { FaultProxy } from './fault-proxy.ts';
import { fileOf, packageOf, ReportingDevice } from './reporting-device.ts';

const HOSTNAME = 'laptop-of-the-managing-director';
const PATH = '/opt/secret-project/bin/launch-control';
const MOST = 1 << 20;

/** Keeps what was posted and answered, as it was before TLS and after it. */
class NotingExchange implements Exchange {
  readonly posted: { path: ApiPath; envelope: Uint8Array }[] = [];
  readonly answers: Uint8Array[] = [];
  readonly #to: Exchange;
  constructor(to: Exchange) {
    this.#to = to;
  }
  get sentBytes(): number {
    return this.#to.sentBytes;
  }
  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    this.posted.push({ path, envelope });
    const answer = await this.#to.post(path, envelope, signal);
    this.answers.push(answer.body);
    return answer;
  }
  close(): Promise<void> {
    return this.#to.close();
  }
}

let folder: string;
let collector: ReceivingCollector;
let proxy: FaultProxy;
let device: ReportingDevice | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-wire-'));
  collector = await startReceiving();
});
afterEach(async () => {
  await device?.close();
  await proxy.close();
  await collector.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Joins and reports three times through the recording proxy. */
async function conversation(scheme: 'http' | 'https'): Promise<{ said: NotingExchange; wire: Buffer }> {
  const authority = await openAuthority({ folder, names: ['localhost'], now: Date.now });
  const secured = await collector.listen({ tls: authority.secureContext() });
  proxy = new FaultProxy(() => (scheme === 'https' ? secured.port : collector.port));
  const url = `${scheme}://localhost:${await proxy.listen()}`;
  let said: NotingExchange | undefined;
  device = new ReportingDevice({
    ...{ url, secret: collector.secret, hostname: HOSTNAME, reportIntervalSeconds: 3600, random: () => 0.5 },
    exchange: (state) => {
      const authorities = () => (scheme === 'https' ? authority.fingerprints : []);
      said = new NotingExchange(new TrustingExchange({ url: () => url, authorities }, state));
      return said;
    },
  });
  const { executableId } = identifyEvidence(encodeEvidence(fileOf(PATH, 'first').evidence));
  for (const version of ['first', 'second', 'third']) {
    device.install(PATH, version);
    device.install(`${PATH}-${version}`, version);
    device.flush([device.use(executableId, 100, 7)]);
    await device.settle();
    device.clock.ms += 3_600_000;
  }
  if (!said) throw new Error('nothing was said');
  const { up, down } = proxy.recorded();
  return { said, wire: Buffer.concat([up, down]) };
}

/** What must not be readable, by name: texts, and bytes in the forms in which they could be written. */
function secrets(said: NotingExchange): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const bytes = (name: string, value: Uint8Array): void => {
    const buffer = Buffer.from(value);
    found.set(`${name}, bytes`, buffer);
    for (const form of ['hex', 'base64', 'base64url'] as const)
      found.set(`${name}, ${form}`, Buffer.from(buffer.toString(form)));
  };
  const enrolment = device?.store.facts.read('enrolment');
  bytes('device id', Buffer.from(enrolment?.deviceId ?? '', 'hex'));
  bytes('collector id', Buffer.from(enrolment?.collectorId ?? '', 'hex'));
  bytes('epoch', device?.store.outbox.epoch()?.id ?? new Uint8Array());
  for (const text of [
    HOSTNAME,
    PATH,
    packageOf(PATH),
    'launch-control',
    collector.secret,
    '/v1/enrol',
    '/v1/report',
    '/v1/evidence',
  ])
    found.set(text, Buffer.from(text));
  for (const text of ['POST ', 'HTTP/1.1', 'content-type', 'fleetmeter', 'fm1_', 'linux'])
    found.set(text, Buffer.from(text));
  for (const { executableId } of [device?.installed.values() ?? []].flatMap((files) =>
    [...files].map(({ evidence }) => identifyEvidence(encodeEvidence(evidence))),
  ))
    bytes('executable', Buffer.from(executableId, 'hex').reverse());
  // Payloads travel compressed: their texts are searched as the messages hold them, too.
  for (const { path, envelope } of said.posted) {
    const kind = (
      { '/v1/enrol': 'EnrolRequest', '/v1/report': 'Report', '/v1/evidence': 'EvidenceBatch' } as const
    )[path as '/v1/enrol'];
    const { message } = reopenVerifiedEnvelope(Buffer.from(envelope), kind, MOST);
    found.set(`${path}, decoded`, Buffer.from(message));
  }
  return found;
}

/** How many of the pieces of 8 bytes of these are somewhere on the wire. */
function piecesOnTheWire(bodies: readonly Uint8Array[], wire: Buffer): { found: number; of: number } {
  const text = wire.toString('latin1');
  const onWire = new Set(Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8)));
  let [found, of] = [0, 0];
  for (const body of bodies) {
    const said = Buffer.from(body).toString('latin1');
    for (let at = 0; at + 8 <= said.length; at++, of++) if (onWire.has(said.slice(at, at + 8))) found++;
  }
  return { found, of };
}

test('over TLS nothing of what is said is readable, nor any eight bytes of it', async () => {
  const { said, wire } = await conversation('https');
  const readable = [...secrets(said)].filter(([, bytes]) => bytes.length > 3 && wire.includes(bytes));
  expect(readable.map(([name]) => name)).toEqual([]);
  const bodies = [...said.posted.map(({ envelope }) => envelope), ...said.answers];
  const pieces = piecesOnTheWire(bodies, wire);
  console.log(
    `on the wire: ${wire.length} bytes recorded, ${pieces.found} of ${pieces.of} pieces of what was said found`,
  );
  expect(pieces.of).toBeGreaterThan(1_000);
  expect(pieces.found).toBe(0);
  // What does show: the name that the collector is asked for by, in the greeting.
  expect(wire.includes('localhost')).toBe(true);
});

test('the control: over plain HTTP the same search finds it', async () => {
  const { said, wire } = await conversation('http');
  const readable = new Set(
    [...secrets(said)].filter(([, bytes]) => wire.includes(bytes)).map(([name]) => name),
  );
  for (const name of [
    'POST ',
    '/v1/enrol',
    '/v1/report',
    '/v1/evidence',
    'content-type',
    HOSTNAME,
    collector.secret,
  ])
    expect([name, readable.has(name)]).toEqual([name, true]);
  const bodies = [...said.posted.map(({ envelope }) => envelope), ...said.answers];
  const pieces = piecesOnTheWire(bodies, wire);
  expect(pieces.found).toBe(pieces.of);
});
