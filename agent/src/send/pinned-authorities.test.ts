import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MadeCertificate, makeCertificate, makeServerCertificate } from './fixtures/certificates.ts';
import { type Listener, listenBetween, listenHttps, listenTcp } from './fixtures/tls-listener.ts';
import { HttpExchange } from './http-exchange.ts';
import { AUTHORITIES_FILE, PinnedAuthorities } from './pinned-authorities.ts';

let root: MadeCertificate;
/** Another authority that calls itself the same. */
let impostor: MadeCertificate;
let server: MadeCertificate;
beforeAll(async () => {
  root = await makeCertificate();
  impostor = await makeCertificate();
  server = await makeServerCertificate(root);
});

let folder: string;
let pinned: PinnedAuthorities;
let open: { close(): Promise<void> }[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-pinned-'));
  pinned = pinning(root);
  open = [];
});
afterEach(async () => {
  for (const one of open) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

const pinning = (...pins: MadeCertificate[]) =>
  new PinnedAuthorities({ fingerprints: pins.map(({ fingerprint }) => fingerprint), stateFolder: folder });
async function opened<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const one = await opening;
  open.push(one);
  return one;
}
const { signal } = new AbortController();
const learn = (url: string) => pinned.learn(url, signal);
const at = ({ port }: Listener, host = '127.0.0.1') => `https://${host}:${port}`;
const exchangeWith = (url: string, by = pinned) =>
  new HttpExchange(
    () => url,
    () => by.connectOptions(),
  );
async function post(url: string, body = 'a report', by = pinned): Promise<string> {
  const exchange = exchangeWith(url, by);
  try {
    const answer = await exchange.post('/v1/report', Buffer.from(body), signal);
    return Buffer.from(answer.body).toString();
  } finally {
    await exchange.close();
  }
}

describe('the authority of the join string', () => {
  test('is found in the handshake, proved and kept; reports go to it then', async () => {
    const collector = await opened(listenHttps(server, [root]));
    expect(pinned.isKnown).toBe(false);
    expect(await learn(collector.url)).toBe(`${root.pem.trim()}\n`);
    expect(collector.requests).toEqual([]);
    expect(pinned.isKnown).toBe(true);
    expect(await post(collector.url)).toBe('thanks');
    expect(await post(at(collector, 'localhost'))).toBe('thanks');
    expect(collector.requests).toEqual(['/v1/report a report', '/v1/report a report']);
  });

  test('is known after a restart, without learning', async () => {
    const collector = await opened(listenHttps(server, [root]));
    await learn(collector.url);
    expect(statSync(join(folder, AUTHORITIES_FILE)).mode & 0o777).toBe(0o600);
    const restarted = pinning(root);
    expect(restarted.isKnown).toBe(true);
    expect(await post(collector.url, 'again', restarted)).toBe('thanks');
  });

  test('signs through one between', async () => {
    const between = await makeCertificate({ name: 'between', by: root, ca: true });
    const collector = await opened(listenHttps(await makeServerCertificate(between), [between, root]));
    await learn(collector.url);
    expect(await post(collector.url)).toBe('thanks');
  });

  test('may be one of several, and learning one keeps the others', async () => {
    pinned = pinning(impostor, root);
    await learn((await opened(listenHttps(server, [root]))).url);
    await learn((await opened(listenHttps(await makeServerCertificate(impostor), [impostor]))).url);
    expect(pinning(impostor, root).connectOptions().ca).toHaveLength(2);
  });

  test('is not read from a file that says otherwise', async () => {
    const file = join(folder, AUTHORITIES_FILE);
    for (const [text, known] of [
      [impostor.pem, false],
      [server.pem, false],
      [impostor.pem + root.pem, true],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', false],
      ['', false],
    ] as const) {
      writeFileSync(file, text);
      const read = pinning(root);
      expect([text, read.isKnown, read.connectOptions().ca.length]).toEqual([text, known, known ? 1 : 0]);
    }
    await learn((await opened(listenHttps(server, [root]))).url);
    expect(readFileSync(file, 'latin1')).toBe(`${root.pem.trim()}\n`);
  });

  test.each([[[]], [['x']], [['A'.repeat(64)]], [[`${'a'.repeat(64)}\n`]]])(
    '%j is no fingerprint',
    (fingerprints) => {
      expect(() => new PinnedAuthorities({ fingerprints, stateFolder: folder })).toThrow(
        /64 lower hex digits/,
      );
    },
  );
});

describe('who is not the collector is refused, in words, and remembered by nothing', () => {
  afterEach(() => expect(pinned.isKnown).toBe(false));
  type Refused = [string, string, RegExp, () => Promise<string>];
  test.each<Refused>([
    [
      'another authority of the same name',
      'authority-unknown',
      /by "CN=a test authority", and none by an authority of the join string\. Something between .* a proxy that opens TLS/,
      async () => (await opened(listenHttps(await makeServerCertificate(impostor), [impostor]))).url,
    ],
    [
      'another authority of the same name that shows the right one',
      'certificate-wrong',
      /does not hold/,
      async () => (await opened(listenHttps(await makeServerCertificate(impostor), [root]))).url,
    ],
    [
      'a server that does not show its authority',
      'authority-unknown',
      /new join string/,
      async () => (await opened(listenHttps(server, []))).url,
    ],
    [
      'a certificate that signed itself',
      'authority-unknown',
      /by "CN=me"/,
      async () => {
        const self = await makeCertificate({ name: 'me', ca: false, names: ['127.0.0.1'] });
        return (await opened(listenHttps(self, []))).url;
      },
    ],
    [
      'a certificate of another name',
      'certificate-wrong',
      /for other names: .*elsewhere\.example\.org/,
      async () => {
        const other = await makeServerCertificate(root, { names: ['elsewhere.example.org'] });
        return at(await opened(listenHttps(other, [root])), 'localhost');
      },
    ],
    [
      'a certificate that is over',
      'certificate-wrong',
      /CERT_HAS_EXPIRED.*clock/,
      async () => {
        const over = await makeServerCertificate(root, { fromDay: -3, toDay: -1 });
        return (await opened(listenHttps(over, [root]))).url;
      },
    ],
    [
      'a certificate that has not begun',
      'certificate-wrong',
      /CERT_NOT_YET_VALID.*clock/,
      async () => {
        const early = await makeServerCertificate(root, { fromDay: 1, toDay: 3 });
        return (await opened(listenHttps(early, [root]))).url;
      },
    ],
    [
      'a certificate by one that is no authority',
      'certificate-wrong',
      /does not hold/,
      async () => {
        const posing = await makeServerCertificate(server);
        return (await opened(listenHttps(posing, [server, root]))).url;
      },
    ],
    [
      'a server that speaks TLS 1.2 only',
      'tls-too-old',
      /no TLS 1\.3 .*proxy/,
      async () => {
        const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
        return (await opened(listenHttps(server, [root], old))).url;
      },
    ],
    [
      'a server that speaks no TLS',
      'unreachable',
      /does not speak TLS/,
      async () => at(await opened(listenTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))),
    ],
    [
      'a server that hangs up',
      'unreachable',
      /ECONNRESET/,
      async () => at(await opened(listenTcp((socket) => socket.destroy()))),
    ],
    [
      'a port at which nobody listens',
      'unreachable',
      /ECONNREFUSED/,
      async () => {
        const gone = await listenTcp(() => {});
        await gone.close();
        return at(gone);
      },
    ],
    [
      'a name that nobody has',
      'unreachable',
      /nobody\.invalid:443 cannot be reached \(E[A-Z_]+\)/,
      async () => 'https://nobody.invalid',
    ],
  ])('%s', async (_title, fault, words, start) => {
    const url = await start();
    const refusal = await learn(url).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'AuthorityError', fault, message: expect.stringMatching(words) });
    expect((refusal as Error).message).toContain(new URL(url).hostname);
    expect(() => statSync(join(folder, AUTHORITIES_FILE))).toThrow(/ENOENT/);
  });

  test('a fingerprint of a certificate that is no authority, though it proves itself', async () => {
    const self = await makeCertificate({ name: 'me', ca: false, names: ['127.0.0.1'] });
    for (const [pin, shown] of [
      [self, []],
      [server, [root]],
    ] as const) {
      pinned = pinning(pin);
      const { url } = await opened(listenHttps(pin, shown));
      await expect(learn(url)).rejects.toMatchObject({
        fault: 'certificate-wrong',
        message: expect.stringMatching(/not of an authority/),
      });
    }
  });

  test('whoever asks in clear', async () => {
    await expect(learn('http://127.0.0.1:1')).rejects.toThrow(/no https URL/);
    const heard: string[] = [];
    const listening = await opened(listenTcp((socket) => socket.on('data', (data) => heard.push(`${data}`))));
    await expect(post(`http://127.0.0.1:${listening.port}`)).rejects.toThrow(/nothing is sent in clear/);
    expect(heard).toEqual([]);
  });

  test('learning ends when it is told to', async () => {
    const silent = await opened(listenTcp(() => {}));
    const stop = new AbortController();
    const learning = pinned.learn(at(silent), stop.signal);
    stop.abort(new Error('the agent stops'));
    await expect(learning).rejects.toThrow('the agent stops');
    await expect(pinned.learn(at(silent), stop.signal)).rejects.toThrow('the agent stops');
  });
});

describe('a connection for reports', () => {
  test('is refused before anything was learned: nobody is not everybody', async () => {
    const collector = await opened(listenHttps(server, [root]));
    expect(pinned.connectOptions().ca).toEqual([]);
    await expect(post(collector.url)).rejects.toThrow();
    expect(collector.requests).toEqual([]);
  });

  test('goes by the pinned authorities alone: none of the system is among them', async () => {
    await learn((await opened(listenHttps(server, [root]))).url);
    expect(rootCertificates.length).toBeGreaterThan(50);
    expect(pinned.connectOptions()).toEqual({
      ca: [`${root.pem.trim()}\n`],
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
    });
  });

  test('never reaches a man in the middle, though the environment says to accept everything', async () => {
    await learn((await opened(listenHttps(server, [root]))).url);
    const middles = [
      await opened(listenHttps(await makeServerCertificate(impostor), [impostor])),
      await opened(listenHttps(await makeServerCertificate(impostor), [root])),
      await opened(listenHttps(await makeServerCertificate(root, { names: ['x.example.org'] }), [root])),
      await opened(listenHttps(server, [root], { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })),
    ];
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      for (const { url, requests } of middles) {
        await expect(post(url)).rejects.toThrow();
        expect(requests).toEqual([]);
      }
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  test('ends with the trust it was made with', async () => {
    const collector = await opened(listenHttps(server, [root]));
    await learn(collector.url);
    let trusted = pinned;
    const exchange = new HttpExchange(
      () => collector.url,
      () => trusted.connectOptions(),
    );
    open.push(exchange);
    await exchange.post('/v1/report', Buffer.from('first'), signal);
    trusted = pinning(impostor);
    await expect(exchange.post('/v1/report', Buffer.from('second'), signal)).rejects.toThrow();
    expect(collector.requests).toEqual(['/v1/report first']);
    trusted = pinned;
    await exchange.post('/v1/report', Buffer.from('third'), signal);
    expect(collector.requests).toEqual(['/v1/report first', '/v1/report third']);
  });

  test('shows nothing of what is posted to who listens between', async () => {
    const collector = await opened(listenHttps(server, [root]));
    const between = await opened(listenBetween(collector.port));
    await learn(at(between));
    const body = 'the names of all programs '.repeat(100);
    expect(await post(at(between), body)).toBe('thanks');
    expect(collector.requests).toEqual([`/v1/report ${body}`]);
    expect(between.seen().length).toBeGreaterThan(body.length);
    for (const text of ['the names', 'programs', '/v1/report', 'thanks', 'HTTP/1.1', 'content-type'])
      expect([text, between.seen().includes(text)]).toEqual([text, false]);
  });

  test('goes on with the session of the one before, also when memory was collected between', async () => {
    const collector = await opened(listenHttps(server, [root]));
    await learn(collector.url);
    collector.reused.length = 0;
    const exchange = exchangeWith(collector.url);
    open.push(exchange);
    await exchange.post('/v1/report', Buffer.from('first'), signal);
    collector.drop();
    await collectGarbage();
    await exchange.post('/v1/report', Buffer.from('second'), signal).catch(() =>
      // The connection that was dropped may be noticed only now.
      exchange.post('/v1/report', Buffer.from('second'), signal),
    );
    expect(collector.reused).toEqual([false, true]);
  });
});

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    // What a WeakRef gave out lives until the turn ends.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
