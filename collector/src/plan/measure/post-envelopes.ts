/**
 * A program of its own, so that what clients cost is not counted: posts the envelopes of a file to a port of this
 * machine, again and again, and prints the bytes of its connections as JSON. Arguments: port, file, requests, connections
 * kept open (0: a new connection for each request).
 *
 * The file holds envelopes one after the other, each behind its length (4 bytes, little-endian).
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';

/** Requests under way at a time. */
const AT_ONCE = 128;

const [port = '', file = '', requests = '', kept = ''] = process.argv.slice(2);
const envelopes = envelopesOf(readFileSync(file));
const agent = new Agent({ keepAlive: kept !== '0', maxSockets: Number(kept) || AT_ONCE });
let next = 0;
const sockets = new Set<Socket>();
await Promise.all(Array.from({ length: AT_ONCE }, postSome));
const bytes = { sent: 0, received: 0 };
for (const { bytesWritten, bytesRead } of sockets) {
  bytes.sent += bytesWritten;
  bytes.received += bytesRead;
}
process.stdout.write(JSON.stringify(bytes));
agent.destroy();

async function postSome(): Promise<void> {
  while (next < Number(requests)) {
    const status = await post(envelopes[next++ % envelopes.length] as Buffer);
    if (status !== 200) throw new Error(`the collector answered ${status}`);
  }
}

function post(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': ENVELOPE_CONTENT_TYPE, 'content-length': body.length };
    const sent = request(
      { host: '127.0.0.1', port, path: '/v1/report', method: 'POST', headers, agent },
      (answer) => answer.resume().once('end', () => resolve(answer.statusCode ?? 0)),
    );
    sent.once('socket', (socket: Socket) => sockets.add(socket));
    sent.once('error', reject);
    sent.end(body);
  });
}

function envelopesOf(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    found.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}
