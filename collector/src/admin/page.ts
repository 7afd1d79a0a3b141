/**
 * The built page. Names of its parts hold a hash of their content, so only index.html is ever asked for again. It may
 * be built while the collector runs, so its presence is looked at with each request.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export const PAGE_FOLDER = join(import.meta.dirname, '../../dist/dashboard');

const NOT_BUILT = `The page is not built yet. Run this in the repository and load it again:

  npm run build -w @fleetmeter/collector
`;

/** `folder` holds index.html, favicon.svg and assets/. */
export async function addPage(server: FastifyInstance, folder: string): Promise<void> {
  await server.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  server.get('/', async (_request, reply) => {
    if (!existsSync(join(folder, 'index.html')))
      return await reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    return await reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
  server.get('/favicon.svg', async (_request, reply) => {
    return await reply.header('cache-control', 'no-cache').sendFile('favicon.svg');
  });
  server.get<{ Params: { '*': string } }>('/assets/*', async ({ params }, reply) => {
    return await reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(join('assets', params['*']));
  });
}
