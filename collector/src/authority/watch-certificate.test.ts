import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Authority } from './authority.ts';
import { openAuthority } from './own-authority.ts';
import { watchCertificate } from './watch-certificate.ts';

const DAY_MS = 86_400_000;

let folder: string;
let nowMs: number;
let authority: Authority;
let server: Server;
let sockets: TLSSocket[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-watch-'));
  // The first certificate is due for renewal today, and still good: Node, which checks both, goes by its own clock.
  nowMs = Date.now() - 61 * DAY_MS;
  sockets = [];
  authority = await openAuthority({ folder, names: [], now: () => nowMs });
  server = createServer(authority.secureContext(), (socket) => {
    socket.on('error', () => socket.destroy()).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Time passes by hand. */
function clockByHand() {
  let work: (() => void) | undefined;
  return {
    everyMs: 0,
    every(milliseconds: number, what: () => void) {
      this.everyMs = milliseconds;
      work = what;
      return () => {
        work = undefined;
      };
    },
    tick: () => work?.(),
    running: () => work !== undefined,
  };
}

async function connected(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { port } = server.address() as AddressInfo;
  const ca = authority.secureContext().cert;
  const socket = connect({ host: '127.0.0.1', port, ca, ...options });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}
const serialAt = (socket: TLSSocket) => socket.getPeerCertificate().serialNumber;

test('a renewed certificate is served at once, on the same server, and open connections stay', async () => {
  const [clock, renewed, faults] = [clockByHand(), vi.fn(), [] as Error[]];
  const stop = watchCertificate({
    authority,
    server,
    clock,
    onRenewed: renewed,
    onFault: (error) => faults.push(error),
  });
  expect(clock.everyMs).toBe(3_600_000);
  const before = await connected();
  nowMs += 61 * DAY_MS;
  clock.tick();
  await vi.waitUntil(() => renewed.mock.calls.length > 0);
  const after = await connected();
  expect(after.authorized).toBe(true);
  expect(serialAt(after)).not.toBe(serialAt(before));
  before.write('still here');
  expect((await once(before, 'data'))[0].toString()).toBe('still here');
  await expect(connected({ maxVersion: 'TLSv1.2', rejectUnauthorized: false })).rejects.toThrow(/protocol/);
  stop();
  expect([clock.running(), faults]).toEqual([false, []]);
});

test('a renewal that fails is said each time, and the old certificate stays', async () => {
  const [clock, renewed, faults] = [clockByHand(), vi.fn(), [] as Error[]];
  watchCertificate({ authority, server, clock, onRenewed: renewed, onFault: (error) => faults.push(error) });
  const before = serialAt(await connected());
  rmSync(folder, { recursive: true });
  nowMs += 61 * DAY_MS;
  clock.tick();
  await vi.waitUntil(() => faults.length > 0);
  expect(faults[0]).toMatchObject({ code: 'ENOENT' });
  expect(serialAt(await connected())).toBe(before);
  nowMs += 4000 * DAY_MS;
  clock.tick();
  await vi.waitUntil(() => faults.length > 1);
  expect(faults[1]).toMatchObject({ fault: 'not-valid-now' });
  expect(renewed).not.toHaveBeenCalled();
});

test('a context that the server does not take is offered again at the next look', async () => {
  const [clock, faults, taken] = [clockByHand(), [] as Error[], [] as object[]];
  const refusing = {
    setSecureContext(context: object) {
      if (taken.push(context) === 1) throw new Error('no');
    },
  };
  watchCertificate({ authority, server: refusing, clock, onFault: (error) => faults.push(error) });
  nowMs += 61 * DAY_MS;
  clock.tick();
  await vi.waitUntil(() => faults.length > 0);
  clock.tick();
  await vi.waitUntil(() => taken.length > 1);
  expect(taken[0]).toEqual(taken[1]);
});
