import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { EnrolRequest, Envelope, EvidenceBatch, Report, sealEnvelope } from '@fleetmeter/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueServerCertificate, makeAuthority } from '../authority/issue-certificate.ts';
import { serverName } from '../authority/server-names.ts';
import { JoinRefusedError, type ReceiverControl } from '../control/contract/receiver-control.ts';
import type { NewToken } from '../control/enrolment-tokens.ts';
import { DeviceErasedError, DeviceRevokedError, KeyReplacedError } from '../control/known-keys.ts';
import { StreamFullError } from '../stream/stream.ts';
import { REFUSALS, type RefusalCode } from '../validate/refusals.ts';
import { BaselineAdmission } from './baseline-admission.ts';
import { DevicePace } from './device-pace.ts';
import { EnrolmentPace } from './enrolment-pace.ts';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';
import { type Answer, post, rawExchange, TestDevice } from './fixtures/test-device.ts';

let collector: ReceivingCollector;
let device: TestDevice;
beforeAll(async () => {
  collector = await startReceiving();
  device = await collector.newDevice();
});
afterAll(() => collector.close());

const send = (body: Uint8Array, headers: Record<string, string> = {}, path = '/v1/report') =>
  post(collector.port, path, body, headers);
const sendMessage = (message: Uint8Array) => send(device.seal('Report', message));

/** The control store with some methods replaced. */
const controlWith = (changes: Partial<ReceiverControl>): ReceiverControl =>
  new Proxy(collector.receiver as ReceiverControl, {
    get: (store, name) => {
      const value = Reflect.get(changes, name) ?? Reflect.get(store, name);
      return typeof value === 'function' ? value.bind(store) : value;
    },
  });

function textAnswer(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const status = Number(head.split(' ')[1]);
  return { status, headers: {}, body: Buffer.from(body), code: (JSON.parse(body) as { code: string }).code };
}

const LOCAL = [serverName('127.0.0.1')];

/** A report to a server that demands client certificates of its own authority. */
async function overTls(shown: { key?: string; cert?: string }): Promise<Answer> {
  const authority = await makeAuthority(Date.now());
  const own = await issueServerCertificate(authority, LOCAL, Date.now());
  const ca = authority.certificate;
  const tls = { key: own.key, cert: own.certificate, minVersion: 'TLSv1.3' as const, ca };
  const { port } = await collector.listen({ tls });
  const headers = { 'content-type': 'application/x-fm1' };
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/v1/report',
    method: 'POST',
    headers,
    ca,
    ...shown,
  });
  sent.end(device.report());
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = Buffer.concat(await answer.toArray());
  const { code } = JSON.parse(body.toString()) as { code: string };
  return { status: answer.statusCode as number, headers: answer.headers, body, code };
}

/** How each code is reached. Complete by its type: a new code without a way to reach it does not compile. */
const ways: Record<RefusalCode, () => Promise<Answer>> = {
  'host-not-loopback': () => send(device.report(), { host: 'collector.example' }),
  'origin-foreign': () => send(device.report(), { origin: 'http://page.example' }),
  'client-certificate-missing': () => overTls({}),
  'client-certificate-wrong': async () => {
    const foreign = await makeAuthority(Date.now());
    const { key, certificate } = await issueServerCertificate(foreign, LOCAL, Date.now());
    return overTls({ key, cert: certificate });
  },
  'route-unknown': () => post(collector.port, '/v1/report', Buffer.alloc(0), {}, undefined, 'GET'),
  'content-type-unsupported': () => send(device.report(), { 'content-type': 'application/octet-stream' }),
  'wire-version-unsupported': () => send(device.report(), { 'content-type': 'application/x-fm2' }),
  'content-encoding-refused': () => send(device.report(), { 'content-encoding': 'gzip' }),
  'body-too-large': () => send(Buffer.alloc(1024 * 1024 + 1)),
  'request-timeout': async () => {
    const { port } = await collector.listen({ limits: { requestTimeoutMs: 200, headersTimeoutMs: 200 } });
    const head = `POST /v1/report HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n`;
    return textAnswer(await rawExchange(port, `${head}content-type: application/x-fm1\r\n\r\nslow`));
  },
  'http-malformed': async () => textAnswer(await rawExchange(collector.port, 'NOT HTTP AT ALL\r\n\r\n')),
  'headers-too-large': async () =>
    textAnswer(await rawExchange(collector.port, `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)),
  'envelope-malformed': () => send(Buffer.from('not protobuf')),
  'payload-type-unexpected': () => send(device.seal('EvidenceBatch', Buffer.alloc(0))),
  'signature-missing': () =>
    send(Envelope.encode({ ...Envelope.decode(device.report()), signatures: [] }).finish()),
  'key-unknown': () => send(new TestDevice().report()),
  'signature-wrong': () => {
    const envelope = Envelope.decode(device.report());
    const payload = Uint8Array.from(envelope.payload);
    payload[payload.length - 1] = (payload.at(-1) as number) ^ 1;
    return send(Envelope.encode({ ...envelope, payload }).finish());
  },
  'payload-too-large': () => sendMessage(Buffer.alloc(9 * 1024 * 1024)),
  'payload-malformed': () => send(device.signed('Report', Buffer.from('not zstd'))),
  'message-malformed': () => sendMessage(Report.encode(device.fields()).finish().subarray(0, -1)),
  'elements-too-many': () =>
    send(
      device.seal('EvidenceBatch', EvidenceBatch.encode({ records: Array(501).fill({}) }).finish()),
      {},
      '/v1/evidence',
    ),
  'text-malformed': () => send(device.report({ host: { hostname: 'x'.repeat(2000) } })),
  'collector-mismatch': () => send(device.report({ collectorId: Buffer.alloc(16, 1) })),
  'device-mismatch': () => send(device.report({ deviceId: Buffer.alloc(8, 1) })),
  'id-malformed': () => send(device.report({ epoch: { id: Buffer.alloc(15) } })),
  'sequence-out-of-range': () => send(device.report({ sequence: 0 })),
  'digest-malformed': () => send(device.report({ digestAfter: { count: 1, sum: Buffer.alloc(15) } })),
  'id-list-malformed': () => send(device.report({ inventory: { presentIds: Buffer.alloc(16) } })),
  'inventory-contradictory': () =>
    send(device.report({ inventory: { baseline: true, absentIds: Buffer.alloc(8) } })),
  'report-replayed': async () => {
    const { port } = await collector.listen({ stream: { append: () => Promise.resolve(1) } });
    const report = (sequence: number) =>
      post(port, '/v1/report', device.report({ sequence, composedAt: 1_700_000_000 + sequence * 400_000 }));
    await report(2);
    return report(1);
  },
  'public-key-malformed': () =>
    send(
      device.seal('EnrolRequest', EnrolRequest.encode({ publicKey: Buffer.alloc(31) }).finish()),
      {},
      '/v1/enrol',
    ),
  'key-id-taken': async () => {
    const control = controlWith({
      join: async () => {
        throw new JoinRefusedError('key-id-taken', 'taken');
      },
    });
    const newcomer = new TestDevice();
    const { port } = await collector.listen({ control });
    const request = EnrolRequest.encode({ publicKey: newcomer.publicKey }).finish();
    return post(port, '/v1/enrol', newcomer.seal('EnrolRequest', request));
  },
  'split-ticket-refused': async () => {
    const copy = new TestDevice();
    const request = EnrolRequest.encode({
      publicKey: copy.publicKey,
      previousKey: device.publicKey,
      splitTicket: new Uint8Array(32).fill(1),
    }).finish();
    return post(collector.port, '/v1/enrol', sealEnvelope('EnrolRequest', request, copy, device));
  },
  'token-missing': () => join(''),
  'token-unknown': () => join('AbCdEfGhIjKlMnOpQrStUv'),
  'token-expired': () => join(token({ expiresAt: 1 }).secret),
  'token-used-up': () => join(token({ uses: 0 }).secret),
  'token-revoked': () => {
    const { tokenId, secret } = token({});
    collector.control.tokens.revoke(tokenId, 1);
    return join(secret);
  },
  'joining-too-often': async () => {
    // One a bucket.
    const { port } = await collector.listen({ enrolments: new EnrolmentPace(0.01) });
    await join('', new TestDevice(), port);
    return join('', new TestDevice(), port);
  },
  'awaiting-approval': () => join(token({ approve: true }).secret),
  'join-rejected': async () => {
    const { secret } = token({ approve: true });
    const newcomer = new TestDevice();
    await join(secret, newcomer);
    collector.control.waiting.decide(newcomer.keyId, 'rejected');
    return join(secret, newcomer);
  },
  'approval-queue-full': async () => {
    const control = controlWith({
      join: async () => {
        throw new JoinRefusedError('approval-queue-full', 'full');
      },
    });
    return join('', new TestDevice(), (await collector.listen({ control })).port);
  },
  'device-erased': async () => {
    const control = controlWith({
      findKey: () => {
        throw new DeviceErasedError('erased');
      },
    });
    return post((await collector.listen({ control })).port, '/v1/report', device.report());
  },
  'device-revoked': async () => {
    const control = controlWith({
      findKey: () => {
        throw new DeviceRevokedError('revoked');
      },
    });
    return post((await collector.listen({ control })).port, '/v1/report', device.report());
  },
  'key-replaced': async () => {
    const control = controlWith({
      findKey: () => {
        throw new KeyReplacedError('replaced');
      },
    });
    return post((await collector.listen({ control })).port, '/v1/report', device.report());
  },
  'enrolment-postponed': async () => {
    const admission = new BaselineAdmission({ perSecond: 1, burst: 0, longestWaitSeconds: 60 });
    const newcomer = new TestDevice();
    const { port } = await collector.listen({ admission });
    const request = EnrolRequest.encode({ publicKey: newcomer.publicKey, secret: token({}).secret }).finish();
    return post(port, '/v1/enrol', newcomer.seal('EnrolRequest', request));
  },
  'sending-too-often': async () => {
    const devicePace = new DevicePace(1);
    devicePace.sent(device.deviceHex, 1024 * 1024, Date.now());
    return post((await collector.listen({ devicePace })).port, '/v1/report', device.report());
  },
  overloaded: async () =>
    post((await collector.listen({ overload: { requests: 0 } })).port, '/v1/report', device.report()),
  'stream-full': async () => {
    const stream = { append: () => Promise.reject(new StreamFullError('full')) };
    return post((await collector.listen({ stream })).port, '/v1/report', device.report());
  },
  'stream-unavailable': async () => {
    const stream = { append: () => Promise.reject(new Error('EIO')) };
    return post((await collector.listen({ stream })).port, '/v1/report', device.report());
  },
  'shutting-down': () => requestWhileClosing(),
  'internal-error': async () => {
    const control = controlWith({
      findKey: () => {
        throw new Error('no such table');
      },
    });
    return post((await collector.listen({ control })).port, '/v1/report', device.report());
  },
};

function token(changes: Partial<NewToken>): { tokenId: string; secret: string } {
  const usual = { uses: 1, expiresAt: Number.MAX_SAFE_INTEGER, group: 'default', note: '' };
  return collector.control.tokens.create({ ...usual, ...changes }, 0);
}

function join(secret: string, newcomer = new TestDevice(), port = collector.port): Promise<Answer> {
  const request = EnrolRequest.encode({ publicKey: newcomer.publicKey, secret }).finish();
  return post(port, '/v1/enrol', newcomer.seal('EnrolRequest', request));
}

/** A request whose headers were half sent when the server began to close. */
async function requestWhileClosing(): Promise<Answer> {
  const server = await collector.listen();
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  await once(socket, 'connect');
  socket.write('POST /v1/report HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write('\r\n');
  await once(socket, 'close');
  await closed;
  return textAnswer(text);
}

describe('every refusal is answered with its code and stores nothing', () => {
  test.each(Object.entries(ways))('%s', async (name, way) => {
    const before = [await collector.stored(), collector.control.deviceCount()];
    const answer = await way();
    const { status, permanent } = REFUSALS[name as RefusalCode];
    expect(answer.code).toBe(name);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      type: `urn:fleetmeter:refusal:${name}`,
      title: expect.stringMatching(/\.$/),
      detail: expect.stringMatching(/./),
      permanent,
    });
    expect([await collector.stored(), collector.control.deviceCount()]).toEqual(before);
    const counted = await collector.metrics.receive.refusals.get();
    expect(counted.values.find((value) => value.labels.code === name)?.value).toBeGreaterThan(0);
  });
});

test('what helps to try again says when', async () => {
  expect((await ways['stream-full']()).headers['retry-after']).toBe('60');
  expect((await ways['signature-wrong']()).headers['retry-after']).toBeUndefined();
});

test.each([
  'application/x-fm1; charset=utf-8',
  'application/x-fm1;',
  'Application/x-fm1',
  'application/x-fm1\t; a=b',
  'application/json',
  '',
])('content type %j is refused', async (type) => {
  expect((await send(device.report(), { 'content-type': type })).code).toBe('content-type-unsupported');
});

test.each(['null', 'https://127.0.0.1', 'http://127.0.0.1:1'])('origin %s is foreign', async (origin) => {
  expect((await send(device.report(), { origin })).code).toBe('origin-foreign');
});

test.each(['127.0.0.1.example', 'localhost.example', '10.0.0.1', '[::2]', '127.0.0.1@x'])(
  'host %s is not loopback',
  async (host) => {
    expect((await send(device.report(), { host })).code).toBe('host-not-loopback');
  },
);

test('integers beyond their type are refused, not rounded: a sequence of 2^63', async () => {
  const message = Report.encode(device.fields({ sequence: 1 })).finish();
  const big = Buffer.concat([
    message.subarray(0, -2),
    Buffer.from([0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
  ]);
  expect([...message.subarray(-2)]).toEqual([0x20, 1]);
  expect((await sendMessage(big)).code).toBe('message-malformed');
});

test('a zstd bomb is stopped at the limit', async () => {
  const packed = zstdCompressSync(Buffer.alloc(512 * 1024 * 1024));
  const bomb = device.signed('Report', packed);
  expect(bomb.length).toBeLessThan(100_000);
  const began = performance.now();
  expect((await send(bomb)).code).toBe('payload-too-large');
  const refusedAt = performance.now();
  zstdDecompressSync(packed);
  // Beside inflating all of it, on a machine as busy as this one is now.
  expect(refusedAt - began).toBeLessThan(performance.now() - refusedAt);
});
