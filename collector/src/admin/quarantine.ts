/**
 * /api/quarantine: records that could not be used, and deciding what becomes of them. GET looks; POST asks what a
 * decision would do, or makes it: the running collector carries it out.
 */
import type { FastifyInstance } from 'fastify';
import {
  QUARANTINE_KINDS,
  QUARANTINE_REASONS,
  type QuarantineKind,
  type QuarantineReason,
} from '../control/contract/quarantine-reasons.ts';
import type {
  QuarantineAnswers,
  QuarantineFilter,
  QuarantineState,
} from '../quarantine/quarantine-answers.ts';
import { TransformationError, transformation } from '../quarantine/transformation.ts';
import { LARGEST_LIMIT } from './list-parameters.ts';
import { Problem } from './problems.ts';

/** As it arrives; what is absent restricts nothing. */
interface FilterParameters {
  reason?: QuarantineReason;
  kind?: QuarantineKind;
  agent_version?: string;
  device_id?: string;
  received_before?: string;
  received_since?: string;
}

const TEXT = { type: 'string', maxLength: 100 };
const TIME = { type: 'string', format: 'date-time' };
const FILTER = {
  reason: { type: 'string', enum: QUARANTINE_REASONS },
  kind: { type: 'string', enum: QUARANTINE_KINDS },
  agent_version: TEXT,
  device_id: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  received_before: TIME,
  received_since: TIME,
};
const STATE = { type: 'string', enum: ['open', 'replayed', 'discarded'], default: 'open' };
const LIMIT = { type: 'integer', minimum: 1, maximum: LARGEST_LIMIT, default: 100 };
const NUMBER = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const closed = (properties: object, required: string[] = []) => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
});
const ONE = { params: closed({ number: NUMBER }, ['number']) };
const DECISION = {
  filter: {
    ...closed({
      ...FILTER,
      numbers: { type: 'array', maxItems: 10_000, items: NUMBER },
      all: { type: 'boolean', enum: [true] },
    }),
    // Nothing said must not mean everything.
    minProperties: 1,
  },
  action: { type: 'string', enum: ['repair', 'replay', 'discard'] },
  steps: { type: 'array', maxItems: 20, items: TEXT },
};

interface Question {
  filter: FilterParameters & { numbers?: number[]; all?: true };
  action: 'repair' | 'replay' | 'discard';
  steps?: string[];
}

type Numbered = { Params: { number: number } };

/** The page has no accounts yet; who is at this computer may decide. */
const BY = 'the page or API on this computer';

/** A request that may change something says what it is: a form of a foreign page cannot. */
const CHANGES = { config: { changes: true } };

export function addQuarantineRoutes(
  server: FastifyInstance,
  { now }: { now: () => number },
  quarantine: QuarantineAnswers,
): void {
  server.get<{ Querystring: FilterParameters & { state: QuarantineState } }>(
    '/api/quarantine',
    { schema: { querystring: closed({ ...FILTER, state: STATE }) } },
    async ({ query: { state, ...filter } }) => ({ groups: quarantine.groups(filterOf(filter), state) }),
  );
  server.get<{ Querystring: FilterParameters & { state: QuarantineState; limit: number; after: number } }>(
    '/api/quarantine/records',
    {
      schema: {
        querystring: closed({ ...FILTER, state: STATE, limit: LIMIT, after: { ...NUMBER, default: 0 } }),
      },
    },
    async ({ query: { state, limit, after, ...filter } }) => ({
      records: quarantine.records(filterOf(filter), { state, limit, after }),
    }),
  );
  server.get<Numbered>('/api/quarantine/records/:number', { schema: ONE }, async ({ params: { number } }) =>
    known(quarantine.record(number), 'No such record was ever kept, or it is forgotten.'),
  );
  server.get<{ Querystring: { limit: number } }>(
    '/api/quarantine/decisions',
    { schema: { querystring: closed({ limit: LIMIT }) } },
    async ({ query: { limit } }) => ({ decisions: quarantine.decisions(limit) }),
  );
  server.get<Numbered>('/api/quarantine/decisions/:number', { schema: ONE }, async ({ params: { number } }) =>
    known(quarantine.decision(number), 'No decision has this number.'),
  );
  server.get<Numbered>('/api/quarantine/trials/:number', { schema: ONE }, async ({ params: { number } }) => ({
    answer: quarantine.trial(number) ?? null,
  }));
  server.post<{ Body: Question }>(
    '/api/quarantine/trials',
    { ...CHANGES, schema: { body: closed(DECISION, ['filter', 'action']) } },
    async ({ body: { filter, action, steps } }) => ({
      trial: quarantine.ask({ action, filter: filterOf(filter) }, how(action, steps), now()),
    }),
  );
  const because = { type: 'string', maxLength: 500 };
  server.post<{ Body: Question & { because: string } }>(
    '/api/quarantine/decisions',
    { ...CHANGES, schema: { body: closed({ ...DECISION, because }, ['filter', 'action', 'because']) } },
    async ({ body: { filter, action, steps, because } }, reply) => {
      if (action === 'discard' && because.trim() === '')
        throw new Problem(
          'parameter-invalid',
          'Giving records up needs a reason that others can read later.',
        );
      const request = { action, filter: filterOf(filter), reason: because.trim(), by: BY, now: now() };
      const decision = await quarantine.decide(request, how(action, steps));
      if (!decision)
        throw new Problem('quarantine-empty', 'No open record fits that nothing was decided about yet.');
      return reply.code(202).send(decision);
    },
  );
}

function known<T>(answer: T | undefined, otherwise: string): T {
  if (answer === undefined) throw new Problem('quarantine-unknown', otherwise);
  return answer;
}

function how(action: Question['action'], steps: string[] | undefined) {
  if (action !== 'repair') {
    if (steps === undefined) return undefined;
    throw new Problem('parameter-invalid', `steps do not go with ${action}`);
  }
  try {
    return transformation(steps ?? []);
  } catch (error) {
    if (error instanceof TransformationError)
      throw new Problem('parameter-invalid', error.message, { cause: error });
    throw error;
  }
}

function filterOf(parameters: FilterParameters & { numbers?: number[] }): QuarantineFilter {
  const { reason, kind, agent_version, device_id, received_before, received_since, numbers } = parameters;
  const time = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return {
    reason,
    kind,
    agentVersion: agent_version,
    deviceId: device_id,
    before: time(received_before),
    since: time(received_since),
    numbers,
  };
}
