/** GET /api/devices: the computers of the fleet; /api/devices/:id: one of them. */
import type { FastifyInstance } from 'fastify';
import { deviceDetail } from '../clickhouse/queries/device-detail.ts';
import {
  DEVICE_CHOICES,
  DEVICE_SORTS,
  type DeviceChoice,
  type DeviceSort,
  devicesOfFleet,
} from '../clickhouse/queries/devices-of-fleet.ts';
import type { DeviceDetail, DeviceRow, ListOf } from './answers.ts';
import { ID_SCHEMA, type ListParameters, listRequest, listSchema } from './list-parameters.ts';
import { Problem } from './problems.ts';
import { daysShown, type Questions } from './questions.ts';

const STATE = { state: { type: 'string', enum: DEVICE_CHOICES, default: 'current' } };

export function addDeviceRoutes(server: FastifyInstance, questions: Questions): void {
  server.get<{ Querystring: ListParameters<DeviceSort> & { state: DeviceChoice } }>(
    '/api/devices',
    { schema: { querystring: listSchema(DEVICE_SORTS, STATE) } },
    async ({ query: { state, ...query } }): Promise<ListOf<DeviceRow>> =>
      await devicesOfFleet(questions.clickhouse, { ...listRequest(query), state }),
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
