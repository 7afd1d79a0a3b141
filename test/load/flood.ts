/**
 * A process that sends reports over many connections at once, each as one device that never gives up: the next report once
 * the last one was acknowledged, the same one again when it was refused, at its own steady pace whatever the answer
 * says. Ruder than agents, who heed Retry-After. Plain sockets, so that the flood costs less than what it floods.
 *
 *   node flood.ts HOST_PORT PLAN_FILE CONNECTIONS RATE SECONDS
 *
 * RATE 0 sends the next as soon as an answer is there. Writes one JSON object, a FloodResult, to standard output.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { readPlan } from './planned-reports.ts';

export interface FloodResult {
  /** Requests that were due, at the given rate, whether they could be sent or not. */
  due: number;
  sent: number;
  /** Of these, reports that nobody had acknowledged before. */
  acknowledged: number;
  /** Reports of a device that had nothing new left to say, acknowledged again. */
  repeated: number;
  /** By status; those without Retry-After under `bare`. */
  refused: Record<string, number>;
  bare: number;
  /** Connections that ended and were made anew. */
  broken: number;
  seconds: number;
  cpuSeconds: number;
  /** Of acknowledged ones, milliseconds from sending to the answer. */
  p50Ms: number;
  p99Ms: number;
}

const RECONNECT_MS = 200;
const MOST_LATENCIES = 200_000;

const [hostPort = '', file = '', connections = '', rate = '', seconds = ''] = process.argv.slice(2);
const [host = '', port = ''] = hostPort.split(':');
const result: FloodResult = {
  ...{ due: 0, sent: 0, acknowledged: 0, repeated: 0, refused: {}, bare: 0, broken: 0 },
  ...{ seconds: 0, cpuSeconds: 0, p50Ms: 0, p99Ms: 0 },
};
const latencies: number[] = [];

class Sender {
  readonly #requests: Buffer[];
  #next = 0;
  #sentAt = 0;
  #socket: Socket | undefined;
  #text = '';
  busy = true;

  constructor(envelopes: readonly Uint8Array[]) {
    this.#requests = envelopes.map((envelope) =>
      Buffer.concat([
        Buffer.from(
          `POST /v1/report HTTP/1.1\r\nhost: ${hostPort}\r\ncontent-type: application/x-fm1\r\ncontent-length: ${envelope.length}\r\n\r\n`,
        ),
        envelope,
      ]),
    );
    this.#connect();
  }

  send(): void {
    const request = this.#requests[Math.min(this.#next, this.#requests.length - 1)];
    if (!request || !this.#socket) return;
    this.busy = true;
    this.#sentAt = performance.now();
    result.sent++;
    this.#socket.write(request);
  }

  end(): void {
    this.#socket?.removeAllListeners('close').destroy();
  }

  #connect(): void {
    const socket = connect(Number(port), host);
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.#socket = socket;
      this.#text = '';
      this.busy = false;
      if (rate === '0') this.send();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      result.broken++;
      this.busy = true;
      this.#socket = undefined;
      setTimeout(() => this.#connect(), RECONNECT_MS);
    });
    socket.on('data', (piece) => this.#received(piece.toString('latin1')));
  }

  #received(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const answer = this.#text.slice(0, head);
    this.#text = '';
    this.#answered(answer);
    this.busy = false;
    if (rate === '0') this.send();
  }

  #answered(head: string): void {
    const status = head.slice(9, 12);
    if (status === '200') {
      if (this.#next < this.#requests.length) result.acknowledged++;
      else result.repeated++;
      this.#next++;
      if (latencies.length < MOST_LATENCIES) latencies.push(performance.now() - this.#sentAt);
      return;
    }
    result.refused[status] = (result.refused[status] ?? 0) + 1;
    if (!/retry-after: \d+/i.test(head)) result.bare++;
  }
}

const byDevice = new Map<number, Uint8Array[]>();
for (const { device, envelope } of readPlan(readFileSync(file))) {
  const envelopes = byDevice.get(device);
  if (envelopes) envelopes.push(envelope);
  else byDevice.set(device, [envelope]);
}
const senders = [...byDevice.values()]
  .slice(0, Number(connections))
  .map((envelopes) => new Sender(envelopes));

const began = performance.now();
const endsAt = began + Number(seconds) * 1000;
let turn = 0;
for (;;) {
  const now = performance.now();
  if (now >= endsAt) break;
  const due = Math.floor(((now - began) * Number(rate)) / 1000);
  // Whoever still waits for an answer cannot send: what was due is lost, as it is with an agent.
  for (; result.due < due; result.due++) {
    const sender = senders[turn++ % senders.length];
    if (sender && !sender.busy) sender.send();
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
result.seconds = (performance.now() - began) / 1000;
for (const sender of senders) sender.end();
const { user, system } = process.cpuUsage();
result.cpuSeconds = (user + system) / 1_000_000;
latencies.sort((a, b) => a - b);
result.p50Ms = latencies[Math.floor(latencies.length * 0.5)] ?? 0;
result.p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
// Some connections may be on their way still.
process.stdout.write(JSON.stringify(result), () => process.exit(0));
