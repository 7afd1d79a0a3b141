/** The engine that the configuration asks for: one of our own in a process of its own, or a ClickHouse server. */
import type { Logger } from 'pino';
import type { ClickHouseAddress } from './clickhouse/clickhouse.ts';
import { derivingMemoryBytes } from './clickhouse/deriving-settings.ts';
import type { CollectorConfig } from './config/schema.ts';
import type { JailWish } from './engine/jail/find-jail.ts';
import { defaultEngineMemoryMib } from './engine/memory-limit.ts';
import { type EngineSupervisor, superviseEngine } from './engine/supervise-engine.ts';
import { writerSecret, writerUser } from './engine/writer-secret.ts';
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
  if (config.clickhouseUrl)
    return {
      url: config.clickhouseUrl,
      username: config.clickhouseUser ?? 'default',
      password: config.clickhousePassword ?? '',
    };
  return {
    url: `http://127.0.0.1:${config.sqlPort}`,
    username: writerUser,
    password: writerSecret(config.engineDir),
    derivingMemoryBytes: derivingMemoryBytes(config.engineMemoryMib ?? defaultEngineMemoryMib()),
  };
}
