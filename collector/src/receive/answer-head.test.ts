import { connect } from 'node:net';
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';

let collector: ReceivingCollector;
beforeAll(async () => {
  collector = await startReceiving();
});
afterAll(() => collector.close());

/** Sends reports over one connection, each after the answer to the one before; resolves to all that came back. */
async function heads(version: string, connection: readonly string[]): Promise<string> {
  const device = await collector.newDevice();
  const socket = connect(collector.port, '127.0.0.1');
  let received = '';
  let ended = false;
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  socket.on('close', () => {
    ended = true;
  });
  for (const [index, header] of connection.entries()) {
    const body = device.report({ sequence: index + 1 });
    const head = `POST /v1/report HTTP/${version}\r\nhost: 127.0.0.1:${collector.port}\r\n${header}content-type: ${ENVELOPE_CONTENT_TYPE}\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), body]));
    await expect
      .poll(() => received.match(/HTTP\/1\.1 200 OK\r\n[\s\S]*?\r\n\r\n/g)?.length ?? 0)
      .toBe(index + 1);
  }
  const last = connection.at(-1) ?? '';
  if (/close/.test(last)) await expect.poll(() => ended).toBe(true);
  socket.destroy();
  return received.toLowerCase();
}

test('a kept connection is what HTTP/1.1 implies: the answer does not say so, and the next request is answered', async () => {
  const received = await heads('1.1', ['', 'connection: keep-alive\r\n', '']);
  expect(received).not.toMatch(/\r\n(connection|keep-alive):/);
});

test('a connection that ends is announced and ends', async () => {
  expect(await heads('1.1', ['', 'connection: close\r\n'])).toMatch(/\r\nconnection: close\r\n/);
});

test('whoever speaks HTTP/1.0 is told that the connection is kept', async () => {
  expect(await heads('1.0', ['connection: keep-alive\r\n'])).toMatch(/\r\nconnection: keep-alive\r\n/);
});
