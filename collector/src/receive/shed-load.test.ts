import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test, vi } from 'vitest';
import { createReceiveMetrics } from '../metrics/receive-metrics.ts';
import { shedLoad } from './shed-load.ts';

const registry = new Registry();
const metrics = { registry, receive: createReceiveMetrics(registry) };
let server: Server;
let stop: () => void;
const sockets: Socket[] = [];
afterEach(async () => {
  stop();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A server that answers when it is told to. */
async function start(requests: number): Promise<{ answer: () => void; served: () => number }> {
  let served = 0;
  let answers: (() => void)[] = [];
  server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      served++;
      answers.push(() => response.end('taken'));
    });
  });
  stop = shedLoad(server, { metrics: metrics.receive, limits: { requests } });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    served: () => served,
    answer: () => {
      for (const each of answers.splice(0)) each();
      answers = [];
    },
  };
}

/** What comes back over a connection, as text. */
function client(): {
  post(body?: string): void;
  announce(bytes: number): void;
  text: () => string;
  closed: () => boolean;
} {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  let closed = false;
  socket.on('data', (piece) => {
    text += piece;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  return {
    post: (body = 'report') =>
      socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    announce: (bytes) => socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${bytes}\r\n\r\nx`),
    text: () => text,
    closed: () => closed,
  };
}

const soon = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 5_000, interval: 5 });

test('what is too much is refused without being looked at, and the same connection is served once there is room', async () => {
  const { answer, served } = await start(1);
  const [first, second] = [client(), client()];
  first.post();
  await soon(() => served() === 1);
  second.post('x'.repeat(100_000));
  await soon(() => second.text().includes('"overloaded"'));
  expect(second.text()).toMatch(/^HTTP\/1.1 503 /);
  const wait = Number(/retry-after: (\d+)/.exec(second.text())?.[1]);
  expect(wait).toBeGreaterThanOrEqual(60);
  expect(wait).toBeLessThanOrEqual(180);
  expect(served()).toBe(1);
  answer();
  await soon(() => first.text().endsWith('taken'));
  second.post();
  await soon(() => served() === 2);
  answer();
  await soon(() => second.text().endsWith('taken'));
});

test('bodies that were announced and do not come take nobody a place', async () => {
  const { answer, served } = await start(1);
  for (let slow = 0; slow < 100; slow++) client().announce(1024 * 1024);
  const honest = client();
  honest.post();
  await soon(() => served() === 1);
  answer();
  await soon(() => honest.text().endsWith('taken'));
});

test('refusals are paced: of a thousand in a moment the last waits most of a second', async () => {
  const { served } = await start(0);
  const clients = Array.from({ length: 1_000 }, client);
  const began = performance.now();
  for (const each of clients) each.post();
  await soon(() => clients.every((each) => each.text().includes('"overloaded"')));
  // A thousand a second, 20 at a time.
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(served()).toBe(0);
  expect((await metrics.receive.heldRefusals.get()).values[0]?.value).toBe(0);
});

test('who asks again before it was told is cut off, so nobody can pile up refusals', async () => {
  const { served } = await start(0);
  const clients = Array.from({ length: 200 }, client);
  for (const each of clients) each.post();
  const rude = client();
  rude.post();
  rude.post();
  await soon(() => rude.closed());
  expect(served()).toBe(0);
});

test('who has gone is not answered, and an end of the server answers all who wait and lets through who comes after', async () => {
  const { answer, served } = await start(0);
  const clients = Array.from({ length: 100 }, client);
  for (const each of clients) each.post();
  sockets[0]?.destroy();
  await soon(() => clients.slice(1).some((each) => each.text().includes('"overloaded"')));
  stop();
  await soon(() => {
    answer();
    return clients.slice(1).every((each) => /overloaded|taken/.test(each.text()));
  });
  const late = client();
  late.post();
  await soon(() => served() > 0);
});
