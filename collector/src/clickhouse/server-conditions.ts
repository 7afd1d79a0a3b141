/** What a ClickHouse server that is not ours must be, asked before anything is written to it. */
import { ClickHouseError } from '@clickhouse/client';
import type { ClickHouse } from './clickhouse.ts';
import { SchemaError } from './migrate.ts';
import { migrationFiles, type ServerAccount } from './schema-statements.ts';

/** The version that everything is tested with. What is older may merge or derive differently, and nobody would notice. */
const LEAST_VERSION = '26.7';

/** ClickHouse's ErrorCodes.cpp. */
const AUTHENTICATION_FAILED = '516';

/** Resolves with the version. Throws SchemaError when it is too old, or does not say what it is. */
export async function requireVersion(clickhouse: ClickHouse): Promise<string> {
  const [row] = await clickhouse.rows<{ version: string }>('SELECT version() AS version');
  const version = String(row?.version ?? '');
  if (!isAtLeast(version, LEAST_VERSION))
    throw new SchemaError(
      `the ClickHouse server is version ${version === '' ? '(not said)' : version}, and ${LEAST_VERSION} or newer is needed: upgrade it, or leave clickhouseUrl out to use the engine that comes with the collector`,
    );
  return version;
}

/** `26.10.1.2-stable` is at least `26.7`. Pure. */
export function isAtLeast(version: string, least: string): boolean {
  const parts = (text: string) => /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  const [has, needs] = [parts(version), parts(least)];
  if (!has || !needs) return false;
  const [major = 0, minor = 0] = has;
  const [leastMajor = 0, leastMinor = 0] = needs;
  return major !== leastMajor ? major > leastMajor : minor >= leastMinor;
}

/**
 * Dictionaries keep the account that they read with. After a change of the password they are made again; returns the
 * names of those that were.
 */
export async function renewDictionaries(clickhouse: ClickHouse, account: ServerAccount): Promise<string[]> {
  const renewed: string[] = [];
  for (const [name, statement] of dictionaries(account)) {
    try {
      await clickhouse.command(`SYSTEM RELOAD DICTIONARY ${name}`);
    } catch (error) {
      if (!(error instanceof ClickHouseError) || error.code !== AUTHENTICATION_FAILED) throw error;
      await clickhouse.command(statement.replace(/^CREATE DICTIONARY/, 'CREATE OR REPLACE DICTIONARY'));
      await clickhouse.command(`SYSTEM RELOAD DICTIONARY ${name}`);
      renewed.push(name);
    }
  }
  return renewed;
}

/** The newest statement that makes each. */
function dictionaries(account: ServerAccount): Map<string, string> {
  const found = new Map<string, string>();
  for (const { statements } of migrationFiles(account)) {
    for (const statement of statements) {
      const name = /^CREATE (?:OR REPLACE )?DICTIONARY (\S+)/.exec(statement)?.[1];
      if (name !== undefined) found.set(name, statement);
    }
  }
  return found;
}
