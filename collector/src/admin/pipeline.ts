/** GET /api/pipeline: how far the way from report to table is. Answers also while the engine is down. */
import type { FastifyInstance } from 'fastify';
import { fleetSummary } from '../clickhouse/queries/fleet-summary.ts';
import { EngineUnavailableError } from '../clickhouse/queries/question.ts';
import type { PipelineAnswer, PipelineState } from './answers.ts';
import { daysShown, type Questions } from './questions.ts';

export function addPipelineRoute(
  server: FastifyInstance,
  questions: Questions,
  pipeline: () => Promise<PipelineState>,
): void {
  server.get('/api/pipeline', async (): Promise<PipelineAnswer> => {
    const state = await pipeline();
    const derived = state.engine.up ? await derivedAt(questions) : NEVER;
    return { ...state, derived, now: new Date(questions.now()).toISOString() };
  });
}

const NEVER: PipelineAnswer['derived'] = { inventory: null, usage_today: null, held: null, held_since: null };

async function derivedAt(questions: Questions): Promise<PipelineAnswer['derived']> {
  try {
    const summary = await fleetSummary(questions.clickhouse, daysShown(questions).day);
    return {
      inventory: summary.inventory_computed_at,
      usage_today: summary.usage_computed_at,
      held: summary.held,
      held_since: summary.held_since,
    };
  } catch (error) {
    if (error instanceof EngineUnavailableError) return NEVER;
    throw error;
  }
}
