/** What a list route takes in its URL, as a schema that Fastify checks before the route runs. */
import type { ListRequest } from '../clickhouse/queries/list-request.ts';

const DEFAULT_LIMIT = 200;
export const LARGEST_LIMIT = 1000;

const PART = {
  limit: { type: 'integer', minimum: 1, maximum: LARGEST_LIMIT, default: DEFAULT_LIMIT },
  offset: { type: 'integer', minimum: 0, maximum: 100_000_000, default: 0 },
} as const;

/** As it arrives: every field has its default by now. */
export interface ListParameters<Sort extends string> {
  search: string;
  sort: Sort;
  order: 'asc' | 'desc';
  limit: number;
  offset: number;
}

/** The first sort is the default. Sorts are an enum here and constants in the query: no text from outside is SQL. */
export function listSchema(sorts: readonly string[], more: object = {}): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      search: { type: 'string', maxLength: 200, default: '' },
      sort: { type: 'string', enum: sorts, default: sorts[0] },
      order: { type: 'string', enum: ['asc', 'desc'], default: 'asc' },
      ...PART,
      ...more,
    },
  };
}

export function listRequest<Sort extends string>(parameters: ListParameters<Sort>): ListRequest<Sort> {
  const { order, ...rest } = parameters;
  return { ...rest, descending: order === 'desc' };
}

export const DAY_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: { day: { type: 'string', format: 'date' }, ...PART },
} as const;

export const ID_SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{16}$' } },
} as const;
