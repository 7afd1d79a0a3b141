/**
 * The HTTP edge for agents. Everything is bounded: the size of headers and bodies, how long they may take, how
 * many connections are open. Every answer that is not an acknowledgement is a problem document with a code of
 * the closed table in validate/refusals.ts.
 */
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ServerSecureContext } from '../authority/authority.ts';
import { type Clock, systemClock } from '../clock/clock.ts';
import type { ReceiverControl } from '../control/contract/receiver-control.ts';
import { EvidenceLeases } from '../control/evidence-leases.ts';
import { loopbackGuard } from '../http-edge/loopback-guard.ts';
import {
  PROBLEM_CONTENT_TYPE,
  parserRefusal,
  problemOf,
  rawAnswer,
  refusalOf,
} from '../http-edge/refusal-answer.ts';
import type { AgentRoute, ReceiveMetrics } from '../metrics/receive-metrics.ts';
import type { Stream } from '../stream/stream.ts';
import { Refusal } from '../validate/refusals.ts';
import { Acknowledger } from './acknowledger.ts';
import { ADMISSIONS_PER_SECOND, BaselineAdmission } from './baseline-admission.ts';
import { demandClientCertificate } from './demand-client-certificate.ts';
import type { DevicePace } from './device-pace.ts';
import { EnrolmentPace } from './enrolment-pace.ts';
import { EvidenceQuestions } from './evidence-questions.ts';
import { messageRoutes } from './message-routes.ts';
import { MAX_BODY_BYTES } from './open-message.ts';
import type { OverloadLimits } from './overload-verdict.ts';
import { shedLoad } from './shed-load.ts';

export interface AgentServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  control: ReceiverControl;
  stream: Pick<Stream, 'append'>;
  metrics: ReceiveMetrics;
  log: Logger;
  /** Public half of the key that signs notices, raw, 32 bytes. */
  noticeKey?: Uint8Array;
  clock?: Clock;
  limits?: Partial<ConnectionLimits>;
  overload?: Partial<OverloadLimits>;
  /** Who may send a whole inventory now; one for all receivers of a process. */
  admission?: BaselineAdmission;
  /** How fast devices may join from one place or with one token. */
  enrolments?: EnrolmentPace;
  /** How much one device may send; not given: as much as it likes. */
  devicePace?: DevicePace;
  /** Without it, as plain HTTP, only this computer is served. */
  tls?: ServerSecureContext | undefined;
}

export interface ConnectionLimits {
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number;
  /** For the headers alone. */
  headersTimeoutMs: number;
  /** A connection on which nothing moves, also one that does not read its answer. */
  idleTimeoutMs: number;
  keepAliveTimeoutMs: number;
  maxConnections: number;
  /** Connections that the system has made and nobody has taken yet; it may allow fewer (net.core.somaxconn). */
  backlog: number;
  maxHeaderBytes: number;
}
const CONNECTION_LIMITS: ConnectionLimits = {
  requestTimeoutMs: 30_000,
  headersTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  maxConnections: 10_000,
  // Whoever comes beyond it is answered with SYN cookies, and may be cut off without a word.
  backlog: 4_096,
  maxHeaderBytes: 8 * 1024,
};

export interface AgentServer {
  /** Where it listens. */
  host: string;
  port: number;
  /** Takes no more requests, finishes those in hand that are finished within CLOSE_PATIENCE_MS. */
  close(): Promise<void>;
  /** Of the connections from now on. Without TLS there is nothing to set. */
  setSecureContext(context: ServerSecureContext): void;
}

/** What is not acknowledged is sent again: nobody has to wait for a body that comes slowly. */
const CLOSE_PATIENCE_MS = 5_000;

/** Longer than agents' usual hour between reports: the next one resumes, which costs less than a full handshake. */
const TLS_SESSION_SECONDS = 3 * 3600;

/** Listens when it resolves. Rejects with what listen() says, for example EADDRINUSE. */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const limits = { ...CONNECTION_LIMITS, ...options.limits };
  const { metrics } = options;
  const server = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    // Our own refusal instead, which says that trying again helps.
    return503OnClosing: false,
    ...serverKind(limits, options.tls),
    frameworkErrors: (error, request, reply) => answerRefusal(error, request, reply, options),
    clientErrorHandler: (error, socket) => answerUnparsed(error as NodeJS.ErrnoException, socket, metrics),
  });
  server.server.maxConnections = limits.maxConnections;
  server.server.on('drop', () => metrics.connectionsDropped.inc());
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  // With TLS nobody gets here who does not trust our authority, which no browser does.
  if (!options.tls) server.addHook('onRequest', loopbackGuard);
  if (options.tls?.ca)
    server.addHook(
      'onRequest',
      demandClientCertificate(options.log, () => performance.now()),
    );
  server.addHook('onRequest', async () => {
    if (closing) throw new Refusal('shutting-down', 'the collector is stopping');
  });
  server.addHook('onSend', leaveOutWhatHttpImplies);
  server.setErrorHandler((error, request, reply) => answerRefusal(error, request, reply, options));
  server.setNotFoundHandler(() => {
    throw new Refusal('route-unknown', 'agents post to /v1/enrol, /v1/report and /v1/evidence');
  });
  addRoutes(server, options);
  const stopShedding = shedLoad(server.server, { metrics, limits: options.overload });
  server.addHook('preClose', async () => stopShedding());
  await server.listen({ host: options.host, port: options.port, backlog: limits.backlog });
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    host: options.host,
    port,
    async close() {
      const impatient = setTimeout(() => server.server.closeAllConnections(), CLOSE_PATIENCE_MS);
      await server.close();
      clearTimeout(impatient);
    },
    setSecureContext: (context) => {
      if (server.server instanceof TlsServer) server.server.setSecureContext(context);
    },
  };
}

/** Node's own options of the server, under the name by which fastify chooses its kind. */
function serverKind(limits: ConnectionLimits, tls: ServerSecureContext | undefined) {
  const common = {
    headersTimeout: limits.headersTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.min(1000, limits.requestTimeoutMs),
  };
  if (!tls) return { http: common };
  const handshakeTimeout = limits.headersTimeoutMs;
  // Who shows no certificate, or a wrong one, is told so: see demand-client-certificate.ts.
  const clients = tls.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  return { https: { ...common, ...tls, ...clients, handshakeTimeout, sessionTimeout: TLS_SESSION_SECONDS } };
}

function addRoutes(server: FastifyInstance, options: AgentServerOptions): void {
  const { control, stream, metrics, clock = systemClock, admission = new BaselineAdmission() } = options;
  const { enrolments = new EnrolmentPace(ADMISSIONS_PER_SECOND) } = options;
  const questions = new EvidenceQuestions(control, new EvidenceLeases());
  const acknowledger = new Acknowledger(control, questions, admission);
  const handlers = messageRoutes({
    ...{ control, stream, acknowledger, admission, enrolments, metrics, clock },
    noticeKey: options.noticeKey,
    devicePace: options.devicePace,
  });
  const checkPace = async ({ ip }: FastifyRequest): Promise<void> => enrolments.askedFrom(ip, clock.now());
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(ENVELOPE_CONTENT_TYPE, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  for (const route of ['enrol', 'report', 'evidence'] as const) {
    server.post(
      `/v1/${route}`,
      { onRequest: route === 'enrol' ? [checkContentType, checkPace] : checkContentType, config: { route } },
      async (request, reply) => {
        const stop = metrics.acknowledgeSeconds.startTimer({ route });
        const answered = await handlers[route](request, reply);
        stop();
        metrics.requests.inc({ route, outcome: 'accepted' });
        return answered;
      },
    );
  }
}

/**
 * HTTP/1.1 keeps connections unless told otherwise. Saying so costs 48 bytes an answer, as much as a tenth of an
 * idle hour, and says nothing to an agent that reports after an hour.
 */
async function leaveOutWhatHttpImplies(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = reply;
  const implied = raw.shouldKeepAlive && request.raw.httpVersion === '1.1';
  // A server that stops has said `close` already.
  if (implied && !raw.hasHeader('connection')) raw.removeHeader('connection');
}

/**
 * Exactly the one type: Fastify's own matching forgives parameters and case, and what is forgiven there has been
 * used to get past checks that were tied to the type.
 */
async function checkContentType(request: FastifyRequest): Promise<void> {
  if (request.headers['content-encoding'] !== undefined)
    throw new Refusal('content-encoding-refused', 'send the body without a content encoding');
  const type = request.headers['content-type'];
  if (type !== ENVELOPE_CONTENT_TYPE && /^application\/x-fm[0-9]{1,9}$/.test(type ?? ''))
    throw new Refusal(
      'wire-version-unsupported',
      `this collector speaks ${ENVELOPE_CONTENT_TYPE}, not ${type}`,
    );
  if (type !== ENVELOPE_CONTENT_TYPE)
    throw new Refusal('content-type-unsupported', `the content type must be ${ENVELOPE_CONTENT_TYPE}`);
}

function answerRefusal(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { metrics, log }: AgentServerOptions,
): void {
  const refusal = refusalOf(error);
  const { status } = refusal.kind;
  const { retryAfterSeconds } = refusal;
  const route = (request.routeOptions?.config as { route?: AgentRoute } | undefined)?.route;
  metrics.refusals.inc({ code: refusal.code });
  if (route) metrics.requests.inc({ route, outcome: status >= 500 ? 'failed' : 'refused' });
  if (status >= 500) log.warn({ code: refusal.code, error: String(refusal.cause ?? error) }, 'not accepted');
  else log.debug({ code: refusal.code, detail: refusal.message }, 'refused');
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  // What is spoken here (W3C LDP), for whoever comes in another version.
  if (status === 415) reply.header('accept-post', ENVELOPE_CONTENT_TYPE);
  reply
    .code(status)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemOf(refusal)));
}

function answerUnparsed(error: NodeJS.ErrnoException, socket: Socket, metrics: ReceiveMetrics): void {
  // The other side has gone: there is nobody to answer and nothing wrong with what it sent.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const refusal = parserRefusal(error.code);
  metrics.refusals.inc({ code: refusal.code });
  if (socket.writable) socket.end(rawAnswer(refusal), () => socket.destroy());
  else socket.destroy();
}
