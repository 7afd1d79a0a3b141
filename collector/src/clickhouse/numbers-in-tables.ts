/** Numbers of epochs and executables that the tables speak of. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

/** The highest number of an epoch; 0 without any. Rows of epochs are written before all others. */
export async function highestEpochNo(clickhouse: ClickHouse): Promise<number> {
  const [row] = await clickhouse.rows<{ highest: number }>(
    'SELECT max(epoch_no) AS highest FROM {facts}.epochs',
  );
  return row?.highest ?? 0;
}

export interface NumberedExecutable {
  executableNo: number;
  /** 16 hex digits. */
  executableId: string;
  /** Its evidence is here. */
  described: boolean;
}

/** Executables with numbers above `after`, in their order. Every number that any row names has a row here. */
export async function executablesAbove(
  clickhouse: ClickHouse,
  after: number,
  most: number,
): Promise<NumberedExecutable[]> {
  const answer = clickhouse.binary(
    `SELECT executable_no, any(executable_id64), max(version) FROM {facts}.executables
     WHERE executable_no > ${after} GROUP BY executable_no ORDER BY executable_no LIMIT ${most}`,
  );
  return await Array.fromAsync(
    readRows(answer, (row) => ({
      executableNo: row.uint32(),
      executableId: row.uint64().toString(16).padStart(16, '0'),
      described: row.uint8() > 0,
    })),
  );
}
