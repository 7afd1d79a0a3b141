/**
 * HTTP for administrators: the page, its questions, the state of the pipeline, health and metrics. GET only, but for
 * decisions about quarantine and questions about persons.
 */
import fastify, { type FastifyInstance, type FastifyRequest, type onRequestAsyncHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { systemClock } from '../clock/clock.ts';
import { loopbackGuard } from '../http-edge/loopback-guard.ts';
import type { QuarantineAnswers } from '../quarantine/quarantine-answers.ts';
import { Refusal } from '../validate/refusals.ts';
import type { PipelineState, Readiness } from './answers.ts';
import { addApplicationRoutes } from './applications.ts';
import { addDeviceRoutes } from './devices.ts';
import { addExecutableRoutes } from './executables.ts';
import { addFleetRoute } from './fleet.ts';
import { addHealthRoutes } from './health.ts';
import { addPage, PAGE_FOLDER } from './page.ts';
import { addPageProtection } from './page-protection.ts';
import { addPersonRoutes, type PersonAnswers } from './person.ts';
import { addPipelineRoute } from './pipeline.ts';
import { PROBLEM_CONTENT_TYPE, Problem, problemReply } from './problems.ts';
import { addQuarantineRoutes } from './quarantine.ts';
import { addUsageRoutes } from './usage.ts';
import { addUseRoutes } from './use.ts';

export type { PipelineState } from './answers.ts';

export interface AdminServerOptions {
  host: string;
  port: number;
  clickhouse: ClickHouse;
  pipeline: () => Promise<PipelineState>;
  quarantine: QuarantineAnswers;
  persons: PersonAnswers;
  ready: () => Promise<Readiness>;
  metricsText: () => Promise<{ contentType: string; body: string }>;
  log: Pick<Logger, 'warn'>;
  /** Who may ask at all. Default: the local computer's own pages and programs only. */
  guard?: onRequestAsyncHookHandler;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Folder of the built page. */
  pageFolder?: string;
}

export interface AdminServer {
  port: number;
  close(): Promise<void>;
}

export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host, port, clickhouse, pipeline, quarantine, persons, ready, metricsText, log } = options;
  const { guard = loopbackGuard, now = systemClock.now, pageFolder = PAGE_FOLDER } = options;
  const server = fastify({
    logger: false,
    // A page keeps its connection for the next question; a stop must not wait for it.
    forceCloseConnections: true,
    // A parameter that nobody knows is a mistake of the person who asks, not something to drop quietly.
    ajv: { customOptions: { removeAdditional: false } },
  });
  server.addHook('onRequest', guard);
  server.addHook('onRequest', getMostly);
  // What a form of a foreign page can send without asking first is read by nobody.
  server.removeContentTypeParser('text/plain');
  answerProblems(server, log);
  await addPageProtection(server);
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  const questions = { clickhouse, now };
  addFleetRoute(server, questions);
  addApplicationRoutes(server, questions);
  addUseRoutes(server, questions);
  addDeviceRoutes(server, questions);
  addExecutableRoutes(server, questions);
  addUsageRoutes(server, questions);
  addPipelineRoute(server, questions, pipeline);
  addQuarantineRoutes(server, { now }, quarantine);
  addPersonRoutes(server, persons);
  addHealthRoutes(server, { ready, metricsText });
  await addPage(server, pageFolder);
  await server.listen({ host, port });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: async () => await server.close(),
  };
}

async function getMostly({ method, routeOptions, headers }: FastifyRequest): Promise<void> {
  if (method === 'GET' || method === 'HEAD') return;
  const { changes } = (routeOptions.config ?? {}) as { changes?: boolean };
  if (!changes) throw new Problem('method-not-allowed', 'Nothing can be changed here.');
  // Browsers say where a request comes from; programs say nothing.
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin')
    throw new Refusal('origin-foreign', 'requests of web pages of other origins are refused');
}

function answerProblems(server: FastifyInstance, log: Pick<Logger, 'warn'>): void {
  server.setErrorHandler((error, request, reply) => {
    const { answer, retryAfterSeconds, unexpected } = problemReply(error);
    if (unexpected) log.warn({ err: error, route: request.routeOptions.url }, 'admin: a question failed');
    if (answer.status === 405) reply.header('allow', 'GET, HEAD');
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    reply.code(answer.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(answer));
  });
  server.setNotFoundHandler(async () => {
    throw new Refusal('route-unknown', 'there is no such address here');
  });
}
