/** The collector behind a proxy: TLS to the pinned authority inside, and what the proxy does said in words. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MadeCertificate, makeCertificate, makeServerCertificate } from './fixtures/certificates.ts';
import { type ConnectProxy, listenProxy, type ProxyWish } from './fixtures/connect-proxy.ts';
import { listenHttps, listenTcp } from './fixtures/tls-listener.ts';
import { proxyFor } from './proxy-choice.ts';
import { TrustingExchange } from './trusting-exchange.ts';

const NAME = 'fleet.example';
const IPV6 = '2001:db8::7';

let root: MadeCertificate;
let server: MadeCertificate;
beforeAll(async () => {
  root = await makeCertificate();
  server = await makeServerCertificate(root, { names: [NAME, IPV6] });
});

let folder: string;
let open: { close(): Promise<void> }[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-proxy-'));
  open = [];
});
afterEach(async () => {
  for (const one of open.reverse()) await one.close();
  rmSync(folder, { recursive: true, force: true });
});
async function opened<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const one = await opening;
  open.push(one);
  return one;
}

const collectorAt = () => opened(listenHttps(server, [root]));
const proxy = (wish: ProxyWish) => opened(listenProxy(wish));

function exchangeThrough(proxyUrl: string, collectorUrl = `https://${NAME}:8711`): TrustingExchange {
  const exchange = new TrustingExchange(
    { url: () => collectorUrl, authorities: () => [root.fingerprint] },
    folder,
    undefined,
    { proxyOf: (address) => proxyFor(address, { proxyUrl, proxyExceptions: '' }) },
  );
  open.push(exchange);
  return exchange;
}
const { signal } = new AbortController();
async function post(exchange: TrustingExchange, body = 'a report'): Promise<string> {
  const answer = await exchange.post('/v1/report', Buffer.from(body), signal);
  return Buffer.from(answer.body).toString();
}
const failure = (exchange: TrustingExchange): Promise<Error> =>
  post(exchange).then(
    () => expect.unreachable('it was answered'),
    (error: Error) => error,
  );

describe('through a proxy', () => {
  test('the authority is learned and reports arrive, by a name that only the proxy knows', async () => {
    const collector = await collectorAt();
    const between = await proxy({ leadsTo: () => collector.port });
    const exchange = exchangeThrough(between.url);
    expect(await post(exchange)).toBe('thanks');
    expect(await post(exchange)).toBe('thanks');
    expect(collector.requests).toEqual(['/v1/report a report', '/v1/report a report']);
    expect(new Set(between.asked)).toEqual(new Set([`${NAME}:8711`]));
  });

  test('nothing of what is posted is readable on the way', async () => {
    const collector = await collectorAt();
    const between = await proxy({ leadsTo: () => collector.port });
    await post(exchangeThrough(between.url), 'very secret report');
    expect(between.seen().length).toBeGreaterThan(500);
    for (const text of ['secret', '/v1/report', 'content-type'])
      expect(between.seen().includes(text)).toBe(false);
  });

  test('a TLS session is resumed through it, as without', async () => {
    const collector = await collectorAt();
    const between = await proxy({ leadsTo: () => collector.port });
    const exchange = exchangeThrough(between.url);
    await post(exchange);
    collector.drop();
    await expect.poll(() => post(exchange).catch(() => '')).toBe('thanks');
    expect(collector.reused.at(-1)).toBe(true);
  });

  test('name and password in its address are given to it, and to nobody else', async () => {
    const collector = await collectorAt();
    const between = await proxy({ wants: 'me@work:p:ss', leadsTo: () => collector.port });
    const url = between.url.replace('//', '//me%40work:p%3Ass@');
    expect(await post(exchangeThrough(url))).toBe('thanks');
    expect(between.seen().includes(Buffer.from('me@work:p:ss').toString('base64'))).toBe(false);
  });

  test('IPv6 addresses do as well as names: of the collector, and of the proxy', async () => {
    const collector = await collectorAt();
    const between = await proxy({ host: '::1', leadsTo: () => collector.port });
    expect(await post(exchangeThrough(between.url, `https://[${IPV6}]:8711`))).toBe('thanks');
    expect(between.asked[0]).toBe(`[${IPV6}]:8711`);
  });

  test('it may speak TLS itself: the system says whether it is the right one, and plays no part beyond it', async () => {
    const collector = await collectorAt();
    const company = await makeCertificate({ name: 'Example Company' });
    const own = await makeServerCertificate(company);
    const certificate = { key: own.key, cert: own.pem + company.pem };
    const between = await proxy({ certificate, wants: 'me:secret', leadsTo: () => collector.port });
    const url = between.url.replace('//', '//me:secret@');
    expect(await failure(exchangeThrough(url))).toMatchObject({
      fault: 'proxy',
      message: expect.stringMatching(/cannot be reached \(SELF_SIGNED_CERT_IN_CHAIN\)/),
    });
    const system = getCACertificates('default');
    setDefaultCACertificates([...system, company.pem]);
    try {
      expect(await post(exchangeThrough(url))).toBe('thanks');
    } finally {
      setDefaultCACertificates(system);
    }
    expect(new Set(between.asked)).toEqual(new Set([`${NAME}:8711`]));
  });

  test('the usual port of https is asked for by number', async () => {
    const collector = await collectorAt();
    const between = await proxy({ leadsTo: () => collector.port });
    await post(exchangeThrough(between.url, `https://${NAME}`));
    expect(new Set(between.asked)).toEqual(new Set([`${NAME}:443`]));
  });
});

describe('what the proxy says is never taken for the collector’s answer, and told in words', () => {
  const refused = async (wish: ProxyWish, credentials = ''): Promise<[string, ConnectProxy]> => {
    const between = await proxy(wish);
    const error = await failure(exchangeThrough(between.url.replace('//', `//${credentials}`)));
    expect(error).toMatchObject({ name: 'AuthorityError', fault: 'proxy' });
    return [error.message, between];
  };

  test('407 without credentials: set them, and how', async () => {
    const [message, { url }] = await refused({ wants: 'me:secret' });
    const place = new URL(url).host;
    expect(message).toBe(
      `the proxy ${place} refuses: 407, it wants a name and a password. Set them in proxyUrl, or HTTPS_PROXY without it: http://NAME:PASSWORD@${place}`,
    );
  });

  test('407 with wrong ones: check them, without showing them', async () => {
    const [message] = await refused({ wants: 'me:secret' }, 'me:hunter2@');
    expect(message).toContain('does not accept the name and password');
    expect(message).not.toContain('hunter2');
  });

  test.each([
    ['403 Forbidden', `Its rules must allow CONNECT to ${NAME}:8711`],
    ['404 Not Found', `refuses to connect to ${NAME}:8711: 404`],
    ['502 Bad Gateway', 'cannot reach the collector: 502'],
    ['503 Service Unavailable\r\nretry-after: 86400', 'cannot reach the collector: 503'],
    [
      '302 Found\r\nlocation: http://portal.example/',
      `302 to "http://portal.example/" instead of connecting`,
    ],
    ['511 Network Authentication Required', 'sign-in page'],
  ])('%s', async (answers, words) => {
    expect((await refused({ answers }))[0]).toContain(words);
  });

  test('nobody listens there', async () => {
    const gone = await listenTcp(() => {});
    await gone.close();
    const error = await failure(exchangeThrough(`http://127.0.0.1:${gone.port}`));
    expect(error).toMatchObject({ fault: 'proxy' });
    expect(error.message).toContain(`the proxy 127.0.0.1:${gone.port} cannot be reached (ECONNREFUSED)`);
  });

  test('it hangs up, or speaks something else', async () => {
    for (const says of ['', 'SSH-2.0-OpenSSH\r\n']) {
      const odd = await opened(listenTcp((socket) => void socket.end(says)));
      const error = await failure(exchangeThrough(`http://127.0.0.1:${odd.port}`));
      expect(error).toMatchObject({ fault: 'proxy', message: expect.stringContaining('cannot be reached') });
    }
  });

  test('an authority was known already: the same words', async () => {
    const collector = await collectorAt();
    let leadsTo: number | undefined = collector.port;
    const between = await proxy({ leadsTo: () => leadsTo });
    const exchange = exchangeThrough(between.url);
    await post(exchange);
    leadsTo = undefined;
    collector.drop();
    await expect
      .poll(() => failure(exchange).then(({ message }) => message))
      .toContain('cannot reach the collector: 502');
  });

  test('a proxy that opens TLS is recognised, before and after the authority is known', async () => {
    const collector = await collectorAt();
    const company = await makeCertificate({ name: 'Example Inspection' });
    const opener = await opened(
      listenHttps(await makeServerCertificate(company, { names: [NAME] }), [company]),
    );
    let leadsTo = opener.port;
    const between = await proxy({ leadsTo: () => leadsTo });
    const exchange = exchangeThrough(between.url);
    const told = {
      fault: 'authority-unknown',
      message: expect.stringContaining('by "CN=Example Inspection"'),
    };
    expect(await failure(exchange)).toMatchObject(told);
    leadsTo = collector.port;
    expect(await post(exchange)).toBe('thanks');
    leadsTo = opener.port;
    collector.drop();
    await expect.poll(() => failure(exchange)).toMatchObject(told);
    expect(opener.requests).toEqual([]);
  });
});

test('without a proxy an IPv6 address of the collector does as well', async () => {
  const own = await makeServerCertificate(root, { names: ['::1'] });
  const collector = await opened(listenHttps(own, [root], {}, '::1'));
  const exchange = exchangeThrough('http://unused.example', `https://[::1]:${collector.port}`);
  expect(await post(exchange)).toBe('thanks');
});
