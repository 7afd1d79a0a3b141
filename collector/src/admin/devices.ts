/** GET /api/devices: the computers of the fleet; /api/devices/:id: one of them. */
import type { FastifyInstance } from 'fastify';
import { deviceDetail } from '../clickhouse/queries/device-detail.ts';
import { DEVICE_SORTS, type DeviceSort, devicesOfFleet } from '../clickhouse/queries/devices-of-fleet.ts';
import type { DeviceDetail, DeviceRow, ListOf } from './answers.ts';
import { ID_SCHEMA, type ListParameters, listRequest, listSchema } from './list-parameters.ts';
import { Problem } from './problems.ts';
import { daysShown, type Questions } from './questions.ts';

export function addDeviceRoutes(server: FastifyInstance, questions: Questions): void {
  server.get<{ Querystring: ListParameters<DeviceSort> }>(
    '/api/devices',
    { schema: { querystring: listSchema(DEVICE_SORTS) } },
    async ({ query }): Promise<ListOf<DeviceRow>> =>
      await devicesOfFleet(questions.clickhouse, listRequest(query)),
  );
  server.get<{ Params: { id: string } }>(
    '/api/devices/:id',
    { schema: { params: ID_SCHEMA } },
    async ({ params: { id } }): Promise<DeviceDetail> => {
      const detail = await deviceDetail(questions.clickhouse, id, daysShown(questions));
      if (!detail) throw new Problem('device-unknown', 'No report of this device has been processed.');
      return detail;
    },
  );
}
