/** What the collector's account, and people who ask, need at a ClickHouse server. Pure: SQL for an administrator to read. */
import type { DatabaseNames } from './database-names.ts';
import { backquoted } from './schema-statements.ts';

/** Tables of `system` that are asked; needed where select_from_system_db_requires_grant is set. */
const SYSTEM_TABLES = ['tables', 'columns', 'parts', 'detached_parts', 'metrics', 'one', 'dictionaries'];

/** To receive, process, derive, audit and erase, in tables that are there. */
export function workingGrants({ facts, final, person }: DatabaseNames, user: string): string[] {
  const to = `TO ${backquoted(user)}`;
  return [
    `GRANT SELECT, INSERT, TRUNCATE, ALTER DELETE, dictGet ON ${facts}.* ${to}`,
    `GRANT SELECT, INSERT, TRUNCATE, ALTER DELETE ON ${final}.* ${to}`,
    // Nobody else gets at it: questions about persons go through the collector, which keeps a log of them.
    `GRANT SELECT ON ${person}.* ${to}`,
    // Dictionaries have no grant of their own for this.
    `GRANT SYSTEM RELOAD DICTIONARY ON *.* ${to}`,
    ...SYSTEM_TABLES.map((table) => `GRANT SELECT ON system.${table} ${to}`),
  ];
}

/** To make those tables, and to change them with a new version. Without them an administrator runs `schema --print`. */
export function migratingGrants({ facts, final, person }: DatabaseNames, user: string): string[] {
  const to = `TO ${backquoted(user)}`;
  return [
    `GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, ALTER COLUMN, ALTER INDEX, ALTER SETTINGS, ALTER TTL ON ${facts}.* ${to}`,
    `GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, ALTER COLUMN, ALTER INDEX, ALTER SETTINGS ON ${final}.* ${to}`,
    // A view is replaced by one under another name, which takes the rights of a table with rows.
    `GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, INSERT, DROP TABLE, DROP VIEW ON ${person}.* ${to}`,
  ];
}

/**
 * What people may spend on one question: as much as readers of the embedded engine. They may choose settings of their
 * own, as Grafana does (readonly = 2), within these bounds; 0 would mean no bound, so the least is 1.
 */
export const READER_BOUNDS: Readonly<Record<string, number>> = {
  max_execution_time: 30,
  max_memory_usage: 4 * 1024 ** 3,
  max_threads: 2,
  max_result_rows: 1_000_000,
  max_result_bytes: 256 * 1024 ** 2,
};
const READER_SETTINGS = [
  'readonly = 2',
  ...Object.entries(READER_BOUNDS).map(([name, most]) => `${name} = ${most} MIN 1 MAX ${most}`),
  'allow_ddl = 0 CONST',
  'allow_introspection_functions = 0 CONST',
].join(', ');
const READER_QUERIES_PER_HOUR = 3_600;
const READER_SECONDS_PER_HOUR = 1_800;

/** A role for people: the final tables and views, and nothing else. Facts and persons stay closed; views read facts as the collector. */
export function readerStatements({ final }: DatabaseNames): string[] {
  const role = backquoted(`${final}_reader`);
  return [
    `CREATE SETTINGS PROFILE IF NOT EXISTS ${role} SETTINGS ${READER_SETTINGS}`,
    `CREATE ROLE IF NOT EXISTS ${role} SETTINGS PROFILE ${role}`,
    `GRANT SELECT ON ${final}.* TO ${role}`,
    `CREATE QUOTA IF NOT EXISTS ${role} KEYED BY user_name FOR INTERVAL 1 hour MAX queries = ${READER_QUERIES_PER_HOUR}, execution_time = ${READER_SECONDS_PER_HOUR} TO ${role}`,
    `-- for each person: CREATE USER somebody IDENTIFIED BY '...' DEFAULT ROLE ${role}`,
  ];
}
