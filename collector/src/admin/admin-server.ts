/** HTTP for administrators: health, metrics, the state of the pipeline, and the page's questions. */
import fastify from 'fastify';
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { loopbackGuard } from '../receive/loopback-guard.ts';
import { problemOf, PROBLEM_CONTENT_TYPE, refusalOf } from '../receive/refusal-answer.ts';

export interface PipelineState {
  stream: { head: number; bytes: number; records: number; unreadable: number };
  checkpoint: number;
  /** Records received and not yet processed. */
  lag: number;
  devices: number;
  executables: number;
  quarantine: { reason: string; count: number }[];
  /** What waits to be recomputed; `oldest` in milliseconds since 1970. */
  dirty: { count: number; oldest: number | null };
  engine: { up: boolean; restarts: number; pid: number | undefined };
}

export interface AdminServerOptions {
  host: string;
  port: number;
  clickhouse: ClickHouse;
  pipeline: () => Promise<PipelineState>;
  ready: () => Promise<{ ready: boolean; reasons: string[] }>;
  metricsText: () => Promise<{ contentType: string; body: string }>;
  log: Logger;
}

export interface AdminServer {
  port: number;
  close(): Promise<void>;
}

export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = fastify({ logger: false });
  server.addHook('onRequest', loopbackGuard);
  server.setErrorHandler((error, _request, reply) => {
    const refusal = refusalOf(error);
    reply.code(refusal.kind.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problemOf(refusal)));
  });
  server.get('/healthz', async () => ({ alive: true }));
  server.get('/readyz', async (_request, reply) => {
    const state = await options.ready();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await options.metricsText();
    return reply.type(contentType).send(body);
  });
  server.get('/api/pipeline', async () => await options.pipeline());
  await server.listen({ host: options.host, port: options.port });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: async () => await server.close(),
  };
}
