/** GET /api/applications: what the fleet has; /api/applications/:id: everything about one of them. */
import type { FastifyInstance } from 'fastify';
import { applicationDetail } from '../clickhouse/queries/application-detail.ts';
import {
  APPLICATION_SORTS,
  type ApplicationSort,
  applicationsOfFleet,
} from '../clickhouse/queries/applications-of-fleet.ts';
import type { ApplicationDetail, ApplicationRow, ListOf } from './answers.ts';
import { ID_SCHEMA, type ListParameters, listRequest, listSchema } from './list-parameters.ts';
import { Problem } from './problems.ts';
import { daysShown, type Questions } from './questions.ts';

export function addApplicationRoutes(server: FastifyInstance, questions: Questions): void {
  server.get<{ Querystring: ListParameters<ApplicationSort> }>(
    '/api/applications',
    { schema: { querystring: listSchema(APPLICATION_SORTS) } },
    async ({ query }): Promise<ListOf<ApplicationRow>> =>
      await applicationsOfFleet(questions.clickhouse, listRequest(query), daysShown(questions).day),
  );
  server.get<{ Params: { id: string } }>(
    '/api/applications/:id',
    { schema: { params: ID_SCHEMA } },
    async ({ params: { id } }): Promise<ApplicationDetail> => {
      const detail = await applicationDetail(questions.clickhouse, id, daysShown(questions));
      if (!detail)
        throw new Problem('application-unknown', 'Nothing of this application is installed or used.');
      return detail;
    },
  );
}
