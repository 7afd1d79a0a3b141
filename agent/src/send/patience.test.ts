/** However slow or silent the other end is, an exchange ends. */
import { afterEach, expect, test } from 'vitest';
import { type Listener, listenTcp } from './fixtures/tls-listener.ts';
import { type ExchangePatience, HttpExchange } from './http-exchange.ts';

const PATIENCE: ExchangePatience = { connectMs: 400, answerMs: 1000, wholeMs: 1500, perKibMs: 0.05 };
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\n';

let listener: Listener | undefined;
let exchange: HttpExchange | undefined;
afterEach(async () => {
  await exchange?.close();
  await listener?.close();
});

async function post(onSocket: Parameters<typeof listenTcp>[0], bytes = 100): Promise<unknown> {
  listener = await listenTcp(onSocket);
  const url = `http://127.0.0.1:${listener.port}`;
  exchange = new HttpExchange(
    () => url,
    () => undefined,
    { patience: PATIENCE },
  );
  return await exchange.post('/v1/report', Buffer.alloc(bytes), new AbortController().signal);
}

test('it accepts and never answers', async () => {
  await expect(post(() => {})).rejects.toThrow(/Timeout|timeout/);
});

test('it never reads what is sent', async () => {
  await expect(post((socket) => void socket.pause(), 8_000_000)).rejects.toThrow(/Timeout|timeout/);
});

test('its answer comes byte by byte, each in time, for ever', async () => {
  let timer: NodeJS.Timeout | undefined;
  const trickle = post((socket) => {
    socket.write(HEAD);
    timer = setInterval(() => socket.write('x'), 50);
  });
  await expect(trickle).rejects.toThrow(/timeout/);
  clearInterval(timer);
});

test('an answer larger than any of a collector ends when it is too large, not when it ends', async () => {
  const endless = post((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = (): void => {
      while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`));
    };
    socket.on('drain', more);
    more();
  });
  await expect(endless).rejects.toThrow(/size|Response/i);
});
