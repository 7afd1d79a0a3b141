/** The engine that the configuration asks for: one of our own in a process of its own, or a ClickHouse server. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type PersonAsker, personAsker, READ_ONLY } from './clickhouse/ask-as-person.ts';
import type { ClickHouseAddress } from './clickhouse/clickhouse.ts';
import { databasesNamed } from './clickhouse/database-names.ts';
import { derivingMemoryBytes } from './clickhouse/deriving-settings.ts';
import type { ServerAccount } from './clickhouse/schema-statements.ts';
import { ConfigError } from './config/load-config.ts';
import type { CollectorConfig } from './config/schema.ts';
import type { JailWish } from './engine/jail/find-jail.ts';
import { defaultEngineMemoryMib } from './engine/kernel-bounds.ts';
import { type EngineSupervisor, superviseEngine } from './engine/supervise-engine.ts';
import { personSecret, personUser, writerSecret, writerUser } from './engine/writer-secret.ts';
import type { ProcessMetrics } from './metrics/process-metrics.ts';

export interface StartedEngine {
  address: ClickHouseAddress;
  /** Undefined when a ClickHouse server was configured. */
  supervisor: EngineSupervisor | undefined;
}

export async function startEngine(
  config: CollectorConfig,
  log: Logger,
  metrics: ProcessMetrics,
): Promise<StartedEngine> {
  if (config.clickhouseUrl) return { address: engineAddress(config), supervisor: undefined };
  const dataDir = config.engineDir;
  const supervisor = await superviseEngine({
    dataDir,
    port: config.sqlPort,
    jail: config.engineJail as JailWish,
    ...(config.engineMemoryMib !== undefined && { memoryMib: config.engineMemoryMib }),
    log,
    onStateChange: ({ up, restarts }) => {
      metrics.engineUp.set(up ? 1 : 0);
      metrics.engineRestarts.set(restarts);
      log.info({ up, restarts }, 'engine');
    },
  });
  return { address: engineAddress(config), supervisor };
}

/** Where the tables are, for whoever may write to them. The embedded engine's folder must exist. */
export function engineAddress(config: CollectorConfig): ClickHouseAddress {
  const account = serverAccount(config);
  if (config.clickhouseUrl && account)
    return {
      url: config.clickhouseUrl,
      username: account.user,
      password: account.password,
      databases: databasesNamed(config.clickhouseDatabase),
      ...(config.clickhouseCaFile !== undefined && { authorities: readAuthorities(config.clickhouseCaFile) }),
    };
  return {
    url: `http://127.0.0.1:${config.sqlPort}`,
    username: writerUser,
    password: writerSecret(config.engineDir),
    derivingMemoryBytes: derivingMemoryBytes(config.engineMemoryMib ?? defaultEngineMemoryMib()),
  };
}

/** The way of questions about persons, beside that of everything else. */
export function askerOfPersons(config: CollectorConfig): PersonAsker {
  const address = engineAddress(config);
  if (serverAccount(config)) return personAsker(address, READ_ONLY);
  return personAsker({ url: address.url, username: personUser, password: personSecret(address.password) });
}

/** Who the collector is at a server that is not ours; undefined with the embedded engine. */
export function serverAccount(config: CollectorConfig): ServerAccount | undefined {
  if (config.clickhouseUrl === undefined) return undefined;
  return { user: config.clickhouseUser ?? 'default', password: config.clickhousePassword ?? '' };
}

function readAuthorities(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`clickhouseCaFile ${file} cannot be read (${code})`, { cause });
  }
}
