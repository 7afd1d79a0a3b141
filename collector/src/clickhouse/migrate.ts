/** Brings the databases to the schema of this version: numbered SQL files, each applied once, in order. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from './clickhouse.ts';

const FOLDER = join(import.meta.dirname, 'migrations');

/** Name and statements of every migration, in order. */
export function migrationFiles(): { name: string; statements: string[] }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, statements: statementsOf(readFileSync(join(FOLDER, name), 'utf8')) }));
}

/** A statement ends with a semicolon at the end of a line; lines that begin with `--` are for people. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^--.*$/gm, '')
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Applies what is missing and returns its names. A statement cannot be rolled back, so a migration that was
 * interrupted is resumed at the statement it reached.
 */
export async function migrate(clickhouse: ClickHouse, now: () => number): Promise<string[]> {
  await clickhouse.command(
    `CREATE DATABASE IF NOT EXISTS {facts} COMMENT 'What devices reported, before aggregation'`,
  );
  await clickhouse.command(`CREATE TABLE IF NOT EXISTS {facts}.migrations
    (
      name       String                COMMENT 'File name of the migration',
      statements UInt32                COMMENT 'How many of its statements are applied',
      applied_at DateTime64(3, 'UTC')  COMMENT 'When the last of them was'
    )
    ENGINE = ReplacingMergeTree(statements) ORDER BY name
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
    COMMENT 'Which migrations are applied'`);
  const rows = await clickhouse.rows<{ name: string; statements: number }>(
    'SELECT name, statements FROM {facts}.migrations FINAL',
  );
  const done = new Map(rows.map((row) => [row.name, row.statements]));
  const applied: string[] = [];
  for (const { name, statements } of migrationFiles()) {
    const from = done.get(name) ?? 0;
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

/** A crash between a CREATE and its note must not make the next start fail. */
function resumable(statement: string): string {
  return statement.replace(
    /^CREATE (TABLE|VIEW|DATABASE|DICTIONARY) (?!IF NOT EXISTS)/,
    'CREATE $1 IF NOT EXISTS ',
  );
}
