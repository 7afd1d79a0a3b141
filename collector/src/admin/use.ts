/**
 * GET /api/applications/:id/use: which devices use it, which do not, and of which that is not known;
 * /api/applications/:id/use/:device: what that rests on.
 */
import type { FastifyInstance } from 'fastify';
import { evidenceOfUse } from '../clickhouse/queries/evidence-of-use.ts';
import {
  DEVICE_USE_SORTS,
  type DeviceUseSort,
  USE_CHOICES,
  type UseChoice,
  useByDevice,
} from '../clickhouse/queries/use-by-device.ts';
import type { EvidenceOfUse, UseByDevice } from './answers.ts';
import { utcDay } from './days.ts';
import { ID_SCHEMA, type ListParameters, listRequest, listSchema } from './list-parameters.ts';
import { Problem } from './problems.ts';
import type { Questions } from './questions.ts';

const STATE = { state: { type: 'string', enum: USE_CHOICES, default: 'all' } };
const PAIR = {
  type: 'object',
  required: ['id', 'device'],
  properties: { id: ID_SCHEMA.properties.id, device: ID_SCHEMA.properties.id },
};
/** As many as a state is judged by. */
const DAYS_OF_EVIDENCE = 90;

export function addUseRoutes(server: FastifyInstance, { clickhouse, now }: Questions): void {
  server.get<{
    Params: { id: string };
    Querystring: ListParameters<DeviceUseSort> & { state: UseChoice };
  }>(
    '/api/applications/:id/use',
    { schema: { params: ID_SCHEMA, querystring: listSchema(DEVICE_USE_SORTS, STATE) } },
    async ({ params: { id }, query: { state, ...query } }): Promise<UseByDevice> =>
      await useByDevice(clickhouse, id, { ...listRequest(query), state }),
  );
  server.get<{ Params: { id: string; device: string } }>(
    '/api/applications/:id/use/:device',
    { schema: { params: PAIR } },
    async ({ params }): Promise<EvidenceOfUse> => {
      const since = utcDay(now(), DAYS_OF_EVIDENCE - 1);
      const evidence = await evidenceOfUse(clickhouse, { ...params, since });
      if (!evidence)
        throw new Problem('use-unknown', 'It is not installed there, and did not run in the last 90 days.');
      return evidence;
    },
  );
}
