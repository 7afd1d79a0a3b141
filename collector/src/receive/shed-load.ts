/**
 * Refuses what is too much, as cheaply as can be: before the body is read, before the framework, before any
 * signature. Even so a refusal costs a seventh of a report, and at five times the capacity refusals would take half of the
 * thread. So there are only so many a second, and the others wait for theirs: whoever waits for an answer asks nothing
 * else, so those who hammer are slowed down, and the thread goes on doing what it can.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../http-edge/refusal-answer.ts';
import type { ReceiveMetrics } from '../metrics/receive-metrics.ts';
import { Refusal } from '../validate/refusals.ts';
import { isOverloaded, OVERLOAD_LIMITS, type OverloadLimits, retryAfterSeconds } from './overload-verdict.ts';

export interface ShedLoadOptions {
  metrics: Pick<ReceiveMetrics, 'refusals' | 'heldRefusals'>;
  limits?: Partial<OverloadLimits> | undefined;
}

/** Some 30 microseconds each: a thirtieth of the thread. With as many connections as may be open the last waits 10 s. */
const REFUSALS_PER_SECOND = 1_000;
const RELEASE_EVERY_MS = 20;

const refusal = new Refusal('overloaded', 'more reports arrive than can be taken');
const BODY = Buffer.from(JSON.stringify(problemOf(refusal)));

/** Call it once the server has its listeners. Returns how to stop. */
export function shedLoad(server: Server | TlsServer, { metrics, limits }: ShedLoadOptions): () => void {
  const shedder = new LoadShedder(metrics, { ...OVERLOAD_LIMITS, ...limits });
  const serve = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (shedder.takes(request, response))
      for (const listener of serve) listener.call(server, request, response);
  });
  return () => shedder.close();
}

class LoadShedder {
  readonly #metrics: ShedLoadOptions['metrics'];
  readonly #limits: OverloadLimits;
  /** Responses to refused requests, oldest first. */
  #held: ServerResponse[] = [];
  #timer: NodeJS.Timeout | undefined;
  #releasedAt = 0;
  #closed = false;
  #requests = 0;
  #bytes = 0;
  /** When the present turn of the loop began; undefined until something arrives in it. */
  #turnBegan: number | undefined;
  #turnRequests = 0;
  /** Connections that have had a request. */
  readonly #known = new WeakSet<object>();
  /** Connections whose request is refused and not told so yet. */
  readonly #waiting = new WeakSet<object>();

  constructor(metrics: ShedLoadOptions['metrics'], limits: OverloadLimits) {
    this.#metrics = metrics;
    this.#limits = limits;
  }

  /** False when the request is refused, or will be. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const bodyBytes = announcedBytes(request);
    const paid = 'encrypted' in request.socket && !this.#known.has(request.socket);
    this.#known.add(request.socket);
    const turnMs = this.#turnMs();
    if (this.#closed) return true;
    const load = { turnMs, turnRequests: this.#turnRequests, requests: this.#requests, bytes: this.#bytes };
    if (isOverloaded(load, { bodyBytes, paid }, this.#limits)) {
      this.#hold(request, response);
      return false;
    }
    this.#turnRequests += 1;
    this.#inHand(request, response, bodyBytes);
    return true;
  }

  /** From its last byte on: a body that dribbles, or was only announced, takes nobody else's place. */
  #inHand(request: IncomingMessage, response: ServerResponse, bytes: number): void {
    request.once('end', () => {
      if (response.closed) return;
      this.#requests += 1;
      this.#bytes += bytes;
      response.once('close', () => {
        this.#requests -= 1;
        this.#bytes -= bytes;
      });
    });
  }

  /** Answers who waits; what still comes is let through to a server that refuses it by itself. */
  close(): void {
    this.#closed = true;
    for (const response of this.#held.splice(0)) this.#refuse(response);
    clearInterval(this.#timer);
  }

  #turnMs(): number {
    const now = performance.now();
    if (this.#turnBegan === undefined) {
      this.#turnBegan = now;
      this.#turnRequests = 0;
      setImmediate(() => {
        this.#turnBegan = undefined;
      });
    }
    return now - this.#turnBegan;
  }

  #hold(request: IncomingMessage, response: ServerResponse): void {
    // Who waits for an answer asks nothing else; agents do not pipeline.
    if (this.#waiting.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    this.#waiting.add(request.socket);
    this.#held.push(response);
    this.#metrics.heldRefusals.set(this.#held.length);
    if (this.#timer) return;
    this.#releasedAt = performance.now();
    this.#timer = setInterval(() => this.#release(), RELEASE_EVERY_MS);
  }

  #release(): void {
    // By the clock: in a flood turns of the loop are longer than the interval.
    const now = performance.now();
    const due = this.#held.splice(0, Math.ceil(((now - this.#releasedAt) * REFUSALS_PER_SECOND) / 1000));
    this.#releasedAt = now;
    for (const response of due) this.#refuse(response);
    this.#metrics.heldRefusals.set(this.#held.length);
    if (this.#held.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #refuse(response: ServerResponse): void {
    const { socket } = response;
    if (!socket || response.destroyed) return;
    this.#waiting.delete(socket);
    this.#metrics.refusals.inc({ code: refusal.code });
    response.writeHead(refusal.kind.status, {
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-length': BODY.length,
      'retry-after': String(retryAfterSeconds(Math.random())),
    });
    response.end(BODY);
  }
}

function announcedBytes(request: IncomingMessage): number {
  const length = Number(request.headers['content-length']);
  return Number.isSafeInteger(length) && length >= 0 ? length : 0;
}
