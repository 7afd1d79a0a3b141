/** /healthz: the process lives; /readyz: it can do its work; /metrics: what it counted. For machines. */
import type { FastifyInstance } from 'fastify';
import type { Readiness } from './answers.ts';

export interface Health {
  ready: () => Promise<Readiness>;
  metricsText: () => Promise<{ contentType: string; body: string }>;
}

export function addHealthRoutes(server: FastifyInstance, { ready, metricsText }: Health): void {
  server.get('/healthz', async () => ({ alive: true }));
  server.get('/readyz', async (_request, reply) => {
    const state = await ready();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metricsText();
    return reply.type(contentType).send(body);
  });
}
