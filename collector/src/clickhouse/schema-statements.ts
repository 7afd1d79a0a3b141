/** Every statement that makes the databases, in order, for the place where they are to be. Pure but for the reading of our own files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseNames } from './database-names.ts';

const FOLDER = join(import.meta.dirname, 'migrations');

/** The collector's account at a ClickHouse server that is not ours. */
export interface ServerAccount {
  user: string;
  password: string;
}

export interface Migration {
  name: string;
  /** `{facts}`, `{final}` and `{person}` still stand for the databases. */
  statements: string[];
}

/** Before the first of them there is nowhere to note what is applied. */
export const GROUNDWORK: readonly string[] = [
  `CREATE DATABASE IF NOT EXISTS {facts} COMMENT 'What devices reported, before aggregation'`,
  `CREATE TABLE IF NOT EXISTS {facts}.migrations
(
    name       String                COMMENT 'File name of the migration',
    statements UInt32                COMMENT 'How many of its statements are applied',
    applied_at DateTime64(3, 'UTC')  COMMENT 'When the last of them was'
)
ENGINE = ReplacingMergeTree(statements) ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
COMMENT 'Which migrations are applied'`,
];

/** Name and statements of every migration, in order; at a server in the form that it needs there. */
export function migrationFiles(account?: ServerAccount): Migration[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      name,
      statements: statementsOf(readFileSync(join(FOLDER, name), 'utf8')).map((statement) =>
        account ? atServer(statement, account) : statement,
      ),
    }));
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
 * A server has users. A dictionary asks as `default` unless it is told otherwise, and a view reads with the rights of
 * whoever asks: readers would need the facts, which they must not see. So both do it as the collector.
 */
function atServer(statement: string, { user, password }: ServerAccount): string {
  if (/^CREATE (?:OR REPLACE )?DICTIONARY /.test(statement))
    return statement.replace(
      'SOURCE(CLICKHOUSE(',
      () => `SOURCE(CLICKHOUSE(USER ${quoted(user)} PASSWORD ${quoted(password)} `,
    );
  if (/^CREATE (?:OR REPLACE )?VIEW /.test(statement))
    return statement.replace(
      /\bAS(?=\s+(?:SELECT|WITH)\b)/,
      () => `DEFINER = ${backquoted(user)} SQL SECURITY DEFINER AS`,
    );
  return statement;
}

export const named = (statement: string, { facts, final, person }: DatabaseNames): string =>
  statement.replaceAll('{facts}', facts).replaceAll('{final}', final).replaceAll('{person}', person);

/** A text of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
/** A name of SQL. */
export const backquoted = (name: string): string =>
  `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

/**
 * All of it for an administrator who does not let the collector make tables: what is applied is noted, so that the
 * collector finds nothing to do. `PASSWORD` stands where the dictionaries' one belongs.
 */
export function printedSchema(databases: DatabaseNames, user: string): string {
  const notes = ({ name, statements }: Migration) =>
    `INSERT INTO {facts}.migrations SELECT ${quoted(name)}, ${statements.length}, now64(3)`;
  const lines = [
    '-- Everything the collector expects of a ClickHouse server, in order. Run it again after an upgrade: what is there',
    "-- already is left as it is where ClickHouse can do so; `schema --check` says what is missing. Put the collector's",
    "-- password in place of PASSWORD: dictionaries read their tables as the collector's user.",
    ...[
      ...GROUNDWORK,
      ...migrationFiles({ user, password: 'PASSWORD' }).flatMap((migration) => [
        `-- ${migration.name}`,
        ...migration.statements.map(resumable),
        notes(migration),
      ]),
    ].map((statement) =>
      statement.startsWith('-- ') ? `\n${statement}` : `\n${named(statement, databases)};`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** A crash between a CREATE and its note must not make the next start fail. */
export function resumable(statement: string): string {
  return statement.replace(
    /^CREATE (TABLE|VIEW|DATABASE|DICTIONARY) (?!IF NOT EXISTS)/,
    'CREATE $1 IF NOT EXISTS ',
  );
}
