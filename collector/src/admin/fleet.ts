/** GET /api/fleet: the headline of the page. */
import type { FastifyInstance } from 'fastify';
import { fleetSummary } from '../clickhouse/queries/fleet-summary.ts';
import type { FleetSummary } from './answers.ts';
import { daysShown, type Questions } from './questions.ts';

export function addFleetRoute(server: FastifyInstance, questions: Questions): void {
  server.get(
    '/api/fleet',
    async (): Promise<FleetSummary> => await fleetSummary(questions.clickhouse, daysShown(questions).day),
  );
}
