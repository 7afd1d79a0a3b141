/** `fleetmeter-collector schema`: the tables at a ClickHouse server that is not ours, made and granted by its administrator. */
import type { Command } from 'commander';
import { connectClickHouse } from '../clickhouse/clickhouse.ts';
import { describeSchema, schemaDifferences } from '../clickhouse/compare-schema.ts';
import { databasesNamed } from '../clickhouse/database-names.ts';
import { migratingGrants, readerStatements, workingGrants } from '../clickhouse/grants.ts';
import { printedSchema } from '../clickhouse/schema-statements.ts';
import { requireVersion } from '../clickhouse/server-conditions.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { engineAddress } from '../configured-engine.ts';
import { type CommandOutput, EnrolCommandError, withPlace } from '../enrol/command-line.ts';
import { expectedSchema } from './expected-schema.ts';

/** What the grants are for when no user is set: `default` could do everything anyway. */
const USUAL_USER = 'fleetmeter';

export function addSchema(program: Command, output: CommandOutput): void {
  withPlace(program.command('schema'), output, schema)
    .description(
      'what a ClickHouse server of yours must have: its tables, the grants, and whether they are there',
    )
    .option('--print', 'every statement that makes the databases, in order')
    .option('--grants', "what the collector's user needs there, and a role for people who ask")
    .option('--check', 'compare what is there with what this version makes; exit code 1 when it differs')
    .addHelpText('after', '\ndocs/clickhouse-server.md explains how a server of yours is used.');
}

async function schema(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const asked = (['print', 'grants', 'check'] as const).filter((name) => flags[name] === true);
  if (asked.length !== 1) throw new EnrolCommandError('schema takes one of --print, --grants and --check');
  if (asked[0] === 'print') print(flags, config, output);
  else if (asked[0] === 'grants') grants(flags, config, output);
  else await check(flags, config, output);
}

function print({ json }: Record<string, unknown>, config: CollectorConfig, output: CommandOutput): void {
  const sql = printedSchema(databasesNamed(config.clickhouseDatabase), userOf(config));
  output.print(json ? `${JSON.stringify({ sql })}\n` : sql);
}

function grants({ json }: Record<string, unknown>, config: CollectorConfig, output: CommandOutput): void {
  const databases = databasesNamed(config.clickhouseDatabase);
  const user = userOf(config);
  const listed = {
    working: workingGrants(databases, user),
    migrating: migratingGrants(databases, user),
    readers: readerStatements(databases),
  };
  const part = (title: string, statements: readonly string[]) =>
    `-- ${title}\n${statements.map((line) => (line.startsWith('--') ? line : `${line};`)).join('\n')}\n`;
  const text = [
    part(`The collector's user, to work in tables that are there`, listed.working),
    part('and to make and change them; leave this out to run `schema --print` yourself', listed.migrating),
    part('People who ask: the final tables and views, bounded', listed.readers),
  ].join('\n');
  output.print(json ? `${JSON.stringify(listed, null, 2)}\n` : text);
}

async function check(
  { json }: Record<string, unknown>,
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const address = engineAddress(config);
  const clickhouse = connectClickHouse(address);
  try {
    const version = await requireVersion(clickhouse);
    const databases = databasesNamed(config.clickhouseDatabase);
    const there = await describeSchema(clickhouse, databases);
    const differences = schemaDifferences(await expectedSchema(output.now), there);
    if (json) output.print(`${JSON.stringify({ version, differences }, null, 2)}\n`);
    else if (differences.length === 0)
      output.print(`version ${version}; the tables are those of this version\n`);
    else output.print(`${differences.join('\n')}\n`);
    if (differences.length > 0) output.fail();
  } finally {
    await clickhouse.close();
  }
}

const userOf = (config: CollectorConfig): string => config.clickhouseUser ?? USUAL_USER;
