/**
 * Which file is this? By id, SHA-256, path or application. Also files that are installed no more, only ever ran, or
 * of which nothing but the id is known yet.
 */

import type { ClickHouse } from '../clickhouse.ts';
import type { ExecutableRow, ListOf } from './answer-rows.ts';
import { containsWords, type ListRequest, listParameters, splitTotal } from './list-request.ts';
import { ask } from './question.ts';

export const EXECUTABLE_SORTS = ['path', 'application', 'devices', 'size', 'first_seen'] as const;
export type ExecutableSort = (typeof EXECUTABLE_SORTS)[number];

const ORDERS: Record<ExecutableSort, string> = {
  path: 'path',
  application: 'lower(application)',
  devices: 'devices',
  size: 'size',
  first_seen: 'first_seen',
};

export async function executablesFound(
  clickhouse: ClickHouse,
  request: ListRequest<ExecutableSort>,
): Promise<ListOf<ExecutableRow>> {
  const direction = request.descending ? 'DESC' : 'ASC';
  const rows = await ask<ExecutableRow & { total: number }>(
    clickhouse,
    `SELECT executable_id, sha256, path, size, format, application_id, application, version, publisher, in_container,
       devices, first_seen, count() OVER () AS total
     FROM {final}.executables_seen
     WHERE ${containsWords("concat(path, ' ', application, ' ', executable_id, ' ', sha256)")}
     ORDER BY ${ORDERS[request.sort]} ${direction}, path, executable_id
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    listParameters(request),
  );
  return splitTotal(rows);
}
