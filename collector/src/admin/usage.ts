/** GET /api/usage?day=YYYY-MM-DD: what was used on a UTC day, today unless it says otherwise. */
import type { FastifyInstance } from 'fastify';
import { usageOfDay } from '../clickhouse/queries/usage-of-day.ts';
import type { ListOf, UsageRow } from './answers.ts';
import { DAY_SCHEMA } from './list-parameters.ts';
import { daysShown, type Questions } from './questions.ts';

export function addUsageRoutes(server: FastifyInstance, questions: Questions): void {
  server.get<{ Querystring: { day?: string; limit: number; offset: number } }>(
    '/api/usage',
    { schema: { querystring: DAY_SCHEMA } },
    async ({ query }): Promise<ListOf<UsageRow> & { day: string }> => {
      const day = query.day ?? daysShown(questions).day;
      return { day, ...(await usageOfDay(questions.clickhouse, { ...query, day })) };
    },
  );
}
