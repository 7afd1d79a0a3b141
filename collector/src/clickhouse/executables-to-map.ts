/** What re-mapping reads: described executables with what their mapping is made of and says now. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

export interface DescribedExecutable {
  executableNo: number;
  path: string;
  packageName: string;
  packageVersion: string;
  packageVendor: string;
  /** Of the present mapping; 0 when there is none. */
  fingerprint: bigint;
}

/** Numbers `first` to `last`; undescribed ones have nothing to map and are left out. */
export async function readExecutablesToMap(
  clickhouse: ClickHouse,
  first: number,
  last: number,
): Promise<DescribedExecutable[]> {
  const within = `executable_no BETWEEN ${first} AND ${last}`;
  const answer = clickhouse.binary(`
      SELECT described.executable_no, described.path, toString(described.package_name), toString(described.package_version),
        toString(described.package_vendor), mapped.fingerprint
      FROM
      (
        SELECT executable_no, path, package_name, package_version, package_vendor
        FROM {facts}.executables FINAL WHERE version > 0 AND ${within}
      ) AS described
      LEFT JOIN (SELECT executable_no, fingerprint FROM {facts}.mappings FINAL WHERE ${within}) AS mapped
        ON mapped.executable_no = described.executable_no`);
  const executables = readRows(
    answer,
    (row): DescribedExecutable => ({
      executableNo: row.uint32(),
      path: row.string(),
      packageName: row.string(),
      packageVersion: row.string(),
      packageVendor: row.string(),
      fingerprint: row.uint64(),
    }),
  );
  return await Array.fromAsync(executables);
}

/** Days (since 1970, UTC) of which there is any use, from the partitions alone. */
export async function daysWithUse(clickhouse: ClickHouse): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(toDate(partition)) AS day FROM system.parts
     WHERE active AND concat(database, '.', table) = '{facts}.usage' ORDER BY day`,
  );
  return rows.map(({ day }) => day);
}
