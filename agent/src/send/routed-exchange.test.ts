import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate, makeServerCertificate } from './fixtures/certificates.ts';
import { listenHttps } from './fixtures/tls-listener.ts';
import type { Route } from './route-choice.ts';
import { RoutedExchange } from './routed-exchange.ts';
import { TrustingExchange } from './trusting-exchange.ts';

const { signal } = new AbortController();
const problem = (code: string) => JSON.stringify({ code, permanent: true });

interface Said {
  status: number;
  type: string;
  body?: string;
}
const TAKEN: Said = { status: 200, type: ANSWER_CONTENT_TYPE };
const saying = (status: number, code: string): Said => ({
  status,
  type: 'application/problem+json',
  body: problem(code),
});
const PORTAL: Said = { status: 200, type: 'text/html', body: '<html>' };

/** A server that says what it is told to, and counts. */
class Place {
  readonly server: Server = createServer((request, response) => {
    request.resume().on('end', () => {
      this.paths.push(request.url ?? '');
      response.writeHead(this.says.status, { 'content-type': this.says.type }).end(this.says.body ?? '');
    });
  });
  readonly paths: string[] = [];
  says = TAKEN;
  route!: Route;

  async listen(moved = false, host = '127.0.0.1'): Promise<Place> {
    await once(this.server.listen(0, host), 'listening');
    const { port } = this.server.address() as AddressInfo;
    this.route = {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      authorities: [],
      moved,
      mayJoin: !moved,
    };
    return this;
  }

  /** From now on nobody is there. */
  async end(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let folder: string;
let places: Place[];
let routes: Route[];
let taken: string[];
let nowMs: number;
let exchange: RoutedExchange;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-routed-'));
  [places, routes, taken, nowMs] = [[], [], [], 1e6];
  exchange = new RoutedExchange({
    routes: () => routes,
    connect: (place) => new TrustingExchange(place, folder),
    clock: { now: () => ({ wallMs: nowMs, monotonicMs: nowMs, bootMs: nowMs }) },
    onTaken: ({ url }) => taken.push(url),
  });
});
afterEach(async () => {
  await exchange.close();
  for (const place of places) if (place.server.listening) await place.end();
  rmSync(folder, { recursive: true, force: true });
});

async function place(moved = false, host?: string): Promise<Place> {
  const made = await new Place().listen(moved, host);
  places.push(made);
  routes.push(made.route);
  return made;
}
const post = (path: '/v1/report' | '/v1/enrol' = '/v1/report') =>
  exchange.post(path, Buffer.from('a report'), signal).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
const counts = () => places.map(({ paths }) => paths.length);

describe('several addresses', () => {
  test('one request is one try: an address where nobody is costs one, and the next request goes elsewhere', async () => {
    const [first, second] = [await place(), await place()];
    await first.end();
    expect(await post()).toContain('ECONNREFUSED');
    expect(counts()).toEqual([0, 0]);
    expect([await post(), await post()]).toEqual([200, 200]);
    expect(counts()).toEqual([0, 2]);
    expect(exchange.url).toBe(second.route.url);
    expect(exchange.switches).toBe(1);
    expect(exchange.states()).toEqual([
      { url: first.route.url, moved: false, failure: expect.stringContaining('ECONNREFUSED') },
      { url: second.route.url, moved: false, failure: undefined },
    ]);
  });

  test.each([
    [503, 'stream-full'],
    [503, 'shutting-down'],
    [400, 'message-malformed'],
    [401, 'key-unknown'],
    [403, 'device-revoked'],
    [409, 'collector-mismatch'],
    [500, 'internal-error'],
  ])('the collector says %i %s: elsewhere it would say the same', async (status, code) => {
    const [first] = [await place(), await place()];
    first.says = saying(status, code);
    expect([await post(), await post()]).toEqual([status, status]);
    expect(counts()).toEqual([2, 0]);
    expect(taken).toEqual([]);
  });

  test.each([
    ['a captive portal', PORTAL],
    ['a proxy', { status: 502, type: 'text/html' }],
  ])('%s that answers is no collector', async (_, says) => {
    const [first, second] = [await place(), await place()];
    first.says = says;
    expect([await post(), await post()]).toEqual([says.status, 200]);
    expect(counts()).toEqual([1, 1]);
    expect(taken).toEqual([second.route.url]);
  });

  test('the best one is tried again after an hour', async () => {
    const [first, second] = [await place(), await place()];
    first.says = PORTAL;
    await post();
    await post();
    first.says = TAKEN;
    nowMs += 3_599_999;
    await post();
    expect(exchange.url).toBe(second.route.url);
    nowMs += 1;
    await post();
    expect(exchange.url).toBe(first.route.url);
    expect(counts()).toEqual([2, 2]);
  });

  test('an end of the agent says nothing about an address', async () => {
    const [first] = [await place(), await place()];
    const ended = new AbortController();
    ended.abort();
    await expect(exchange.post('/v1/report', Buffer.from('x'), ended.signal)).rejects.toThrow();
    await post();
    expect(first.paths).toHaveLength(1);
  });

  test('IPv6, in clear on this computer', async () => {
    await place(false, '::1');
    expect(await post()).toBe(200);
  });

  test('IPv6, by TLS under the authority of the join string', async () => {
    const root = await makeCertificate();
    const server = await makeServerCertificate(root, { names: ['::1'] });
    const collector = await listenHttps(server, [root], {}, '::1');
    try {
      routes = [{ url: collector.url, authorities: [root.fingerprint], moved: false, mayJoin: true }];
      expect(await post()).toBe(200);
      expect(collector.requests).toEqual(['/v1/report a report']);
    } finally {
      await collector.close();
    }
  });
});

describe('an address that a notice named', () => {
  test.each(['key-unknown', 'collector-mismatch', 'device-mismatch'])(
    'where another collector answers with %s is left, and nothing the device has is refused by it',
    async (code) => {
      const [moved, joined] = [await place(true), await place()];
      moved.says = saying(code === 'key-unknown' ? 401 : 409, code);
      expect(await post()).toMatch(/where the collector said it moves, does not know this device/);
      expect(await post()).toBe(200);
      expect(counts()).toEqual([1, 1]);
      expect(taken).toEqual([joined.route.url]);
    },
  );

  test('is not shown the secret of the join string before it has proved itself', async () => {
    const [moved, joined] = [await place(true), await place()];
    await post('/v1/enrol');
    await joined.end();
    await post('/v1/enrol');
    await post('/v1/enrol');
    expect(moved.paths).toEqual([]);
    await post();
    expect(moved.paths).toEqual(['/v1/report']);
    moved.route.mayJoin = true;
    routes.reverse();
    await post('/v1/enrol');
    await post('/v1/enrol');
    expect(moved.paths).toContain('/v1/enrol');
  });
});
