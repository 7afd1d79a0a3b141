import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { type OwnAuthorityOptions, openAuthority } from './own-authority.ts';

const DAY_MS = 86_400_000;
const START_MS = Math.floor(Date.now() / 1000) * 1000;
const openssl = spawnSync('openssl', ['version']).status === 0;
if (!openssl)
  console.warn('SKIPPED: openssl does not check the certificates; install it with: apt-get install openssl');

const reachable = ['localhost', '127.0.0.1'];
if (Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1')))
  reachable.push('::1');
else console.warn('SKIPPED: this computer has no IPv6 loopback');

let folder: string;
let nowMs: number;
let issued: string[];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'fleetmeter-authority-')), 'authority');
  nowMs = START_MS;
  issued = [];
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const open = (options: Partial<OwnAuthorityOptions> = {}): Promise<Authority> =>
  openAuthority({
    folder,
    names: ['collector.example.org', '192.0.2.7'],
    now: () => nowMs,
    onIssued: (reason) => issued.push(reason),
    ...options,
  });
const chainOf = (authority: Authority): X509Certificate[] =>
  authority
    .secureContext()
    .cert.split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((pem) => new X509Certificate(pem));
const leafOf = (authority: Authority) => chainOf(authority)[0] as X509Certificate;

describe('the first start', () => {
  test('makes an authority and a server certificate that it signed', async () => {
    const authority = await open();
    const [leaf, ca] = chainOf(authority) as [X509Certificate, X509Certificate];
    expect(authority.fingerprints).toEqual([ca.fingerprint256.replaceAll(':', '').toLowerCase()]);
    expect(ca.subject).toMatch(/^CN=fleetmeter authority [0-9a-f]{8}$/);
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
    expect(ca.verify(ca.publicKey) && leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(ca.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(leaf.validToDate.getTime()).toBe(START_MS + 90 * DAY_MS);
    expect(ca.validToDate.getTime()).toBe(START_MS + 3652 * DAY_MS);
    expect(authority.certificateExpiresAtMs).toBe(leaf.validToDate.getTime());
    for (const name of ['collector.example.org', 'localhost']) expect(leaf.checkHost(name)).toBe(name);
    for (const ip of ['192.0.2.7', '127.0.0.1', '::1']) expect(leaf.checkIP(ip)).toBe(ip);
    expect(leaf.checkHost('other.example.org')).toBeUndefined();
    expect(issued).toEqual(['absent']);
  });

  test('leaves files that only their owner can read, and no drafts', async () => {
    await open();
    const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
    expect(files).toEqual(['ca', 'ca/certificate.pem', 'ca/key.pem', 'server.pem']);
    expect(files.map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8))).toEqual([
      '700',
      '600',
      '600',
      '600',
    ]);
  });

  test.runIf(openssl)('satisfies openssl at its strictest', async () => {
    const authority = await open();
    const leaf = join(folder, 'leaf.pem');
    writeFileSync(leaf, authority.secureContext().cert);
    const ca = join(folder, 'ca/certificate.pem');
    const verify = (...asked: string[]) =>
      spawnSync('openssl', [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-CAfile',
        ca,
        ...asked,
        leaf,
      ]);
    for (const asked of [
      ['-verify_hostname', 'collector.example.org'],
      ['-verify_ip', '192.0.2.7'],
      ['-verify_ip', '::1'],
    ])
      expect([asked, verify(...asked).stdout.toString()]).toEqual([asked, `${leaf}: OK\n`]);
    expect(verify('-verify_hostname', 'other.example.org').status).not.toBe(0);
    const text = execFileSync('openssl', ['x509', '-in', ca, '-noout', '-text']).toString();
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).toMatch(/Subject Key Identifier/);
  });

  test('after one that a crash cut short begins anew', async () => {
    await open();
    const half = join(folder, 'ca.new');
    execFileSync('mv', [join(folder, 'ca'), half]);
    rmSync(join(half, 'certificate.pem'));
    expect((await open()).fingerprints).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(['ca', 'server.pem']);
    expect(issued).toEqual(['absent', 'foreign']);
  });
});

describe('a restart', () => {
  test('keeps the authority and the certificate', async () => {
    const before = await open();
    const after = await open();
    expect(after.fingerprints).toEqual(before.fingerprints);
    expect(after.secureContext()).toEqual(before.secureContext());
    expect(issued).toEqual(['absent']);
  });

  test('with other names has a new certificate by the same authority', async () => {
    const before = await open();
    const after = await open({ names: ['Other.Example.org.', '2001:DB8:0::1'] });
    expect(after.fingerprints).toEqual(before.fingerprints);
    expect(leafOf(after).checkHost('other.example.org')).toBe('other.example.org');
    expect(leafOf(after).checkIP('2001:db8::1')).toBe('2001:db8::1');
    expect(leafOf(after).checkHost('collector.example.org')).toBeUndefined();
    // The same names in another spelling and order are no others.
    await open({ names: ['2001:db8::1', 'other.example.org'] });
    expect(issued).toEqual(['absent', 'names-changed']);
  });

  test('makes a damaged server certificate again, which costs nobody anything', async () => {
    const before = await open();
    const server = join(folder, 'server.pem');
    for (const text of ['', readFileSync(server, 'latin1').slice(0, 300), 'no PEM at all']) {
      writeFileSync(server, text);
      expect((await open()).fingerprints).toEqual(before.fingerprints);
    }
    expect(issued).toEqual(['absent', 'damaged', 'damaged', 'damaged']);
  });

  test('closes a key that others could read', async () => {
    await open();
    chmodSync(join(folder, 'ca/key.pem'), 0o644);
    await open();
    expect(statSync(join(folder, 'ca/key.pem')).mode & 0o777).toBe(0o600);
  });
});

describe('an authority that is damaged is said and left alone', () => {
  let leafPem = '';
  const key = () => join(folder, 'ca/key.pem');
  const certificate = () => join(folder, 'ca/certificate.pem');
  const other = async (file: string) => {
    await openAuthority({ folder: `${folder}-2`, names: [], now: () => nowMs });
    return readFileSync(join(`${folder}-2`, file));
  };
  test.each<[string, string, RegExp, () => unknown]>([
    ['without its key', 'incomplete', /key\.pem is missing/, () => rmSync(key())],
    ['without its certificate', 'incomplete', /certificate\.pem is missing/, () => rmSync(certificate())],
    ['with an empty key', 'damaged', /key\.pem holds no private key/, () => writeFileSync(key(), '')],
    [
      'with half a certificate',
      'damaged',
      /certificate\.pem holds no certificate/,
      () => writeFileSync(certificate(), readFileSync(certificate()).subarray(0, 200)),
    ],
    [
      'with a certificate of garbage',
      'damaged',
      /certificate\.pem holds a certificate that cannot be read/,
      () => writeFileSync(certificate(), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
    [
      "with another's key",
      'damaged',
      /key\.pem is not the key of/,
      async () => writeFileSync(key(), await other('ca/key.pem')),
    ],
    [
      "with the server's certificate",
      'damaged',
      /not that of an authority/,
      () => writeFileSync(certificate(), leafPem),
    ],
  ])('%s', async (_title, fault, words, damage) => {
    leafPem = leafOf(await open()).toString();
    await damage();
    const before = (readdirSync(folder, { recursive: true }) as string[]).sort();
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'AuthorityError', fault, message: expect.stringMatching(words) });
    expect((refusal as Error).message).toContain('Bring back both files from a backup');
    expect((readdirSync(folder, { recursive: true }) as string[]).sort()).toEqual(before);
  });

  test('by a clock outside of its life', async () => {
    await open();
    nowMs = START_MS + 3653 * DAY_MS;
    await expect(open()).rejects.toMatchObject({ fault: 'not-valid-now' });
    nowMs = START_MS - 2 * DAY_MS;
    await expect(open()).rejects.toMatchObject({ fault: 'not-valid-now' });
  });
});

describe('a renewal', () => {
  test('comes when less than a third of the life is left, once', async () => {
    const authority = await open();
    const first = leafOf(authority).serialNumber;
    nowMs = START_MS + 59 * DAY_MS;
    expect(await authority.renewIfDue()).toBe(false);
    nowMs = START_MS + 61 * DAY_MS;
    const [one, two] = await Promise.all([authority.renewIfDue(), authority.renewIfDue()]);
    expect([one, two]).toEqual([true, true]);
    expect(leafOf(authority).serialNumber).not.toBe(first);
    expect(authority.certificateExpiresAtMs).toBe(nowMs + 90 * DAY_MS);
    expect(await authority.renewIfDue()).toBe(false);
    expect(leafOf(await open()).serialNumber).toBe(leafOf(authority).serialNumber);
    expect(issued).toEqual(['absent', 'expiring']);
  });

  test('comes when the clock went back to before the certificate', async () => {
    await open();
    nowMs += 200 * DAY_MS;
    await open();
    nowMs -= 200 * DAY_MS;
    const authority = await open();
    expect(leafOf(authority).validFromDate.getTime()).toBeLessThan(nowMs);
    expect(issued).toEqual(['absent', 'expiring', 'expiring']);
  });

  test('never outlives the authority, and stops when it would gain nothing', async () => {
    await open();
    nowMs = START_MS + 3600 * DAY_MS;
    const authority = await open();
    expect(authority.certificateExpiresAtMs).toBe(START_MS + 3652 * DAY_MS);
    nowMs = START_MS + 3651 * DAY_MS;
    expect(await authority.renewIfDue()).toBe(false);
    nowMs = START_MS + 3653 * DAY_MS;
    await expect(authority.renewIfDue()).rejects.toMatchObject({ fault: 'not-valid-now' });
  });
});

test.each([
  'https://collector.example.org',
  'collector.example.org:8711',
  'a b',
  '',
  '*.example.org',
  '1.2.3',
  'fe80::1%eth0',
  `${'a'.repeat(64)}.org`,
])('%j is no name for a certificate', async (name) => {
  await expect(open({ names: [name] })).rejects.toMatchObject({
    name: 'AuthorityError',
    fault: 'name-wrong',
  });
});

test.each(['localhost', '127.0.0.1', '::1'])(
  'Node trusts the server at %s by the authority alone',
  async (host) => {
    const authority = await open();
    const server = createServer(authority.secureContext(), (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    try {
      const { port } = server.address() as { port: number };
      const socket: TLSSocket = connect({ host, port, ca: readFileSync(join(folder, 'ca/certificate.pem')) });
      const said = await new Promise<string>((resolve, reject) => {
        socket.on('data', (data) => resolve(data.toString())).on('error', reject);
      });
      expect([said, socket.authorized, socket.getProtocol()]).toEqual(['hello', true, 'TLSv1.3']);
      socket.destroy();
    } finally {
      server.close();
    }
  },
);
