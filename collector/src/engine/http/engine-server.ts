import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { EngineCore } from '../engine-core.ts';
import { badRequest, denied, EngineError, fromEngine, shuttingDown } from '../engine-error.ts';
import { countRefusal } from '../engine-stats.ts';
import type { Confinement } from '../jail/confinement.ts';
import { ConnectionRoom } from './connection-room.ts';
import { type EngineSecrets, type Role, roleOf } from './credentials.ts';
import { originRefusal } from './origin-verdict.ts';
import { queryRoute } from './query-route.ts';
import { requestParameters } from './request-parameters.ts';
import { sendError } from './send-result.ts';

/** An engine silent for longer than this is not alive, whatever this process still answers. */
const silentTooLongMs = 30_000;
/** Request line and headers together; clients put parameters and INSERT statements into the URL. */
const maxHeaderBytes = 128 * 1024;

/** ClickHouse's HTTP interface in front of the engine. Not yet listening. */
export function engineServer(
  core: EngineCore,
  secrets: EngineSecrets,
  confinement: Confinement,
  log: Pick<Logger, 'warn'>,
): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 10_000,
    requestTimeout: 300_000,
    keepAliveTimeout: 60_000,
    connectionsCheckingInterval: 2_000,
    requireHostHeader: false,
  });
  const room = new ConnectionRoom(core.limits.connections);
  room.watch(server);
  server.on('request', (request, response) => {
    room.begins(request.socket, response);
    void answer(server, room, core, secrets, confinement, log, request, response);
  });
  return server;
}

async function answer(
  server: Server,
  room: ConnectionRoom,
  core: EngineCore,
  secrets: EngineSecrets,
  confinement: Confinement,
  log: Pick<Logger, 'warn'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const client = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) client.abort(new Error('the client went away'));
  });
  try {
    await route(room, core, secrets, confinement, portOf(server), request, response, client.signal);
  } catch (thrown) {
    if (client.signal.aborted) return;
    const error = fromEngine(thrown);
    if (refusalNames.has(error.codeName)) countRefusal(core.stats, error.codeName);
    else core.stats.errors += 1;
    if (error.codeName === 'STD_EXCEPTION')
      log.warn({ err: thrown }, 'engine: a request failed unexpectedly');
    sendError(response, error, !request.complete);
    if (!request.complete) leaveUnread(request);
  }
}

const refusalNames = new Set([
  'ACCESS_DENIED',
  'READONLY',
  'AUTHENTICATION_FAILED',
  'BAD_ARGUMENTS',
  'TOO_MANY_BYTES',
  'TOO_MANY_SIMULTANEOUS_QUERIES',
  'QUOTA_EXCEEDED',
]);

async function route(
  room: ConnectionRoom,
  core: EngineCore,
  secrets: EngineSecrets,
  confinement: Confinement,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-ClickHouse-Server-Display-Name', 'fleetmeter');
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  const { host, origin, 'sec-fetch-site': fetchSite } = request.headers;
  const foreign = originRefusal({ host, origin, fetchSite: fetchSite?.toString() }, port);
  if (foreign !== undefined) throw denied(foreign);
  if (!['GET', 'POST', 'HEAD'].includes(request.method ?? '')) throw badRequest('Use GET or POST.');
  const url = parsedUrl(request.url ?? '/');
  if (url.pathname === '/ping') {
    ping(core, response);
    return;
  }
  const role = roleOf(request.headers, url.searchParams, secrets);
  if (role === 'writer') room.writes(request.socket);
  else room.reads(response);
  const asked = requestParameters(url.searchParams, request.headers);
  response.setHeader('X-ClickHouse-Query-Id', asked.queryId ?? randomUUID());
  if (url.pathname === '/engine/stats') stats(core, confinement, role, response);
  else if (url.pathname !== '/') throw notFound(url.pathname);
  else if (asked.query === undefined && request.method !== 'POST') greeting(response);
  else await queryRoute(core, role, asked, request, response, signal);
}

function ping(core: EngineCore, response: ServerResponse): void {
  if (core.silentMs > silentTooLongMs) throw shuttingDown();
  plain(response, 'text/html; charset=UTF-8', 'Ok.\n');
}

const greeting = (response: ServerResponse) => plain(response, 'text/html; charset=UTF-8', 'Ok.\n');

function stats(core: EngineCore, confinement: Confinement, role: Role, response: ServerResponse): void {
  if (role !== 'writer') throw denied('/engine/stats is for the writer only.');
  plain(
    response,
    'application/json; charset=UTF-8',
    `${JSON.stringify({ ...core.snapshot(), confinement })}\n`,
  );
}

function plain(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

const notFound = (path: string) =>
  new EngineError(1, 'NOT_FOUND', 404, `There is no ${path.slice(0, 100)} here; statements go to /.`);

function parsedUrl(url: string): URL {
  try {
    return new URL(url, 'http://127.0.0.1');
  } catch {
    throw badRequest('The URL cannot be parsed.');
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Let a client that still sends read its answer, but not for long. */
function leaveUnread(request: IncomingMessage): void {
  request.resume();
  setTimeout(() => request.destroy(), 2_000).unref();
}
