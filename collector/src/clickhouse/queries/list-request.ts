/** What every list can be asked for: a part of it, in an order that is one of ours. */
import type { ListOf } from './answer-rows.ts';

export interface ListRequest<Sort extends string> {
  /** Words that must all occur; an empty text asks for everything. */
  search: string;
  sort: Sort;
  descending: boolean;
  limit: number;
  offset: number;
}

/** Parameters that every list query binds. */
export function listParameters({ search, limit, offset }: ListRequest<string>): Record<string, unknown> {
  return { words: searchWords(search), limit, offset };
}

/** True when every word occurs in the text expression, whatever the case; no wildcard has a meaning. */
export function containsWords(text: string): string {
  return `arrayAll(word -> positionCaseInsensitiveUTF8(${text}, word) > 0, {words:Array(String)})`;
}

/** The rows carry the total, so that one pass over the tables answers both. */
export function splitTotal<Row extends object>(rows: (Row & { total: number })[]): ListOf<Row> {
  return {
    total: rows[0]?.total ?? 0,
    rows: rows.map(({ total: _total, ...row }) => row as unknown as Row),
  };
}

const MAX_WORDS = 10;

function searchWords(search: string): string[] {
  return search
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
}
