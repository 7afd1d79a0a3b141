/** GET /api/executables: program files by id, SHA-256, path or application. */
import type { FastifyInstance } from 'fastify';
import {
  EXECUTABLE_SORTS,
  type ExecutableSort,
  executablesFound,
} from '../clickhouse/queries/executables-found.ts';
import type { ExecutableRow, ListOf } from './answers.ts';
import { type ListParameters, listRequest, listSchema } from './list-parameters.ts';
import type { Questions } from './questions.ts';

export function addExecutableRoutes(server: FastifyInstance, { clickhouse }: Questions): void {
  server.get<{ Querystring: ListParameters<ExecutableSort> }>(
    '/api/executables',
    { schema: { querystring: listSchema(EXECUTABLE_SORTS) } },
    async ({ query }): Promise<ListOf<ExecutableRow>> =>
      await executablesFound(clickhouse, listRequest(query)),
  );
}
