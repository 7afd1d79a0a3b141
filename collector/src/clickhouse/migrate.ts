/** Brings the databases to the schema of this version: numbered SQL files, each applied once, in order. */
import { ClickHouseError } from '@clickhouse/client';
import type { ClickHouse } from './clickhouse.ts';
import { GROUNDWORK, migrationFiles, resumable, type ServerAccount } from './schema-statements.ts';

/** The tables cannot be what this version needs; the message is for the administrator, one line. */
export class SchemaError extends Error {
  override name = 'SchemaError';
}

/** ClickHouse's ErrorCodes.cpp. */
const ACCESS_DENIED = '497';

/**
 * Applies what is missing and returns its names; nothing is created where everything is there. A statement cannot be
 * rolled back, so a migration that was interrupted is resumed at the statement it reached. Throws SchemaError when
 * the account may not.
 */
export async function migrate(
  clickhouse: ClickHouse,
  now: () => number,
  account?: ServerAccount,
): Promise<string[]> {
  try {
    return await applyMissing(clickhouse, now, account);
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.code !== ACCESS_DENIED) throw error;
    throw new SchemaError(
      `the tables at the ClickHouse server are not those of this version, and the collector may not change them (${firstLine(error)}): have "schema --print" run by an administrator, or give it what "schema --grants" lists`,
      { cause: error },
    );
  }
}

async function applyMissing(
  clickhouse: ClickHouse,
  now: () => number,
  account: ServerAccount | undefined,
): Promise<string[]> {
  const done = await appliedMigrations(clickhouse);
  if (!done) for (const statement of GROUNDWORK) await clickhouse.command(statement);
  const applied: string[] = [];
  for (const { name, statements } of migrationFiles(account)) {
    const from = done?.get(name) ?? 0;
    for (const [index, statement] of statements.entries()) {
      if (index < from) continue;
      await clickhouse.command(resumable(statement));
      await clickhouse.command(
        'INSERT INTO {facts}.migrations SELECT {name:String}, {count:UInt32}, fromUnixTimestamp64Milli({at:Int64})',
        { name, count: index + 1, at: now() },
      );
    }
    if (from < statements.length) applied.push(name);
  }
  return applied;
}

/** Undefined when there is no such table yet. */
async function appliedMigrations(clickhouse: ClickHouse): Promise<Map<string, number> | undefined> {
  const [there] = await clickhouse.rows(
    `SELECT name FROM system.tables WHERE database = '{facts}' AND name = 'migrations'`,
  );
  if (!there) return undefined;
  const rows = await clickhouse.rows<{ name: string; statements: number }>(
    'SELECT name, statements FROM {facts}.migrations FINAL',
  );
  return new Map(rows.map((row) => [row.name, row.statements]));
}

const firstLine = (error: ClickHouseError): string => error.message.split('\n')[0]?.slice(0, 300) ?? '';
