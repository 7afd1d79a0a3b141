/** Whether the tables at a server are those that this version makes: its own are made beside, and both are described by the engine. */
import type { ClickHouse } from './clickhouse.ts';
import type { DatabaseNames } from './database-names.ts';

/** What is compared of each table, view or dictionary, by name with `{facts}`, `{final}` or `{person}` before it. */
export type SchemaDescription = Map<string, Map<string, string>>;

const TABLES = `
  SELECT database, name, engine, sorting_key, partition_key, engine_full, as_select FROM system.tables
  WHERE database IN ('{facts}', '{final}', '{person}') ORDER BY database, name`;

const COLUMNS = `
  SELECT database, table, name, type, default_kind, default_expression, compression_codec FROM system.columns
  WHERE database IN ('{facts}', '{final}', '{person}') ORDER BY database, table, position`;

interface TableRow {
  database: string;
  name: string;
  engine: string;
  sorting_key: string;
  partition_key: string;
  engine_full: string;
  as_select: string;
}
interface ColumnRow {
  database: string;
  table: string;
  name: string;
  type: string;
  default_kind: string;
  default_expression: string;
  compression_codec: string;
}

/** Settings of a table that keep what is acknowledged. */
const KEPT = ['fsync_after_insert', 'fsync_part_directory'];

export async function describeSchema(
  clickhouse: ClickHouse,
  databases: DatabaseNames,
): Promise<SchemaDescription> {
  const places = Object.entries(databases) as [keyof DatabaseNames, string][];
  const neutral = (text: string) =>
    places.reduce((rest, [role, name]) => rest.replaceAll(`${name}.`, `{${role}}.`), text);
  const place = (database: string) => `{${places.find(([, name]) => name === database)?.[0]}}`;
  const found: SchemaDescription = new Map();
  for (const row of await clickhouse.rows<TableRow>(TABLES)) {
    found.set(
      `${place(row.database)}.${row.name}`,
      new Map([
        // A server that replicates says so before the name.
        ['engine', row.engine.replace(/^(?:Replicated|Shared)/, '')],
        ['order', row.sorting_key],
        ['partition', row.partition_key],
        ['select', neutral(row.as_select)],
        ...KEPT.map((name): [string, string] => [
          `setting ${name}`,
          new RegExp(`${name} = (\\w+)`).exec(row.engine_full)?.[1] ?? '',
        ]),
      ]),
    );
  }
  for (const row of await clickhouse.rows<ColumnRow>(COLUMNS)) {
    const { type, default_kind, default_expression, compression_codec } = row;
    const text = [type, default_kind, default_expression, compression_codec].filter((part) => part !== '');
    found.get(`${place(row.database)}.${row.table}`)?.set(`column ${row.name}`, neutral(text.join(' ')));
  }
  return found;
}

/** One line for each difference; what is there and not ours does not count. Pure. */
export function schemaDifferences(wanted: SchemaDescription, there: SchemaDescription): string[] {
  const lines: string[] = [];
  for (const [table, properties] of wanted) {
    const has = there.get(table);
    if (!has) lines.push(`${table} is missing`);
    else
      for (const [name, value] of properties) {
        const actual = has.get(name);
        if (actual === value) continue;
        lines.push(`${table}: ${name} is ${shown(actual)}, and should be ${shown(value)}`);
      }
  }
  return lines;
}

const shown = (value: string | undefined): string =>
  value === undefined || value === ''
    ? 'not there'
    : value.length > 200
      ? `${value.slice(0, 200)}...`
      : value;
