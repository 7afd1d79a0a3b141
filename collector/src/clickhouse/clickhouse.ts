/**
 * The only door to ClickHouse, embedded or not: the official client over HTTP. Everything else in the collector
 * speaks of facts and answers, not of SQL.
 */
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { DATABASES, type DatabaseNames } from './database-names.ts';
import { derivingSettings, MEMORY_ELSEWHERE_BYTES } from './deriving-settings.ts';
import type { NativeBlock, TableShape } from './native-block.ts';
import { named as inDatabases } from './schema-statements.ts';

export interface ClickHouseAddress {
  url: string;
  username: string;
  password: string;
  /** What one derivation may take; not set: as much as on a server of which nothing is known. */
  derivingMemoryBytes?: number;
  /** Certificates, PEM, of the authorities that the server's certificate must come from; not set: those of the system. */
  authorities?: Buffer;
  /** Not set: `fleetmeter` and those beside it. */
  databases?: DatabaseNames;
}

export interface ClickHouse {
  /** Runs a statement that returns nothing. `{facts}`, `{final}`, `{person}` stand for the databases, `{deriving}` for settings. */
  command(sql: string, parameters?: Record<string, unknown>): Promise<void>;
  /** Rows of a SELECT as objects; 64-bit integers come as strings. */
  rows<T>(sql: string, parameters?: Record<string, unknown>): Promise<T[]>;
  /** The answer of a SELECT in RowBinary, in pieces as they come; see readRows. */
  binary(sql: string, parameters?: Record<string, unknown>): AsyncIterable<Buffer>;
  /** Inserts one block; resolves after its part is on stable storage. An empty block is not sent. */
  insert<S extends TableShape>(table: string, block: NativeBlock<S>): Promise<void>;
  ping(): Promise<boolean>;
  /** As ping, but rejects when who answers is not trusted: waiting for it to answer otherwise would be in vain. */
  reach(): Promise<boolean>;
  /** What is under way is broken off, and nothing more can be asked. */
  close(): Promise<void>;
}

/**
 * A server's profile may say otherwise, and each of them would lose or swallow what is acknowledged: rows that are
 * only in memory, and a resync that looks like an insert from before a deletion.
 */
const INSERTED_NOW_AND_ALWAYS = { async_insert: 0, insert_deduplicate: 0 } as const;

const REQUEST_TIMEOUT_MS = 300_000;
/**
 * Tables of usage have a partition for each day, and a report may tell of any day that a record may be about (402, see
 * validate/usage-record.ts). The engine's own limit is 100: one device that was away for long, or is hostile, would have
 * the insert of its range refused, and with it everybody behind it.
 */
const MOST_PARTITIONS_OF_A_BLOCK = 500;

export function connectClickHouse(
  address: ClickHouseAddress,
  databases: DatabaseNames = address.databases ?? DATABASES,
): ClickHouse {
  const client: ClickHouseClient = createClient({
    url: address.url,
    username: address.username,
    password: address.password,
    ...(address.authorities && { tls: { ca_cert: address.authorities } }),
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 8,
    // Whoever asks gets the error and says it in our own log, once and in one line.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  const deriving = derivingSettings(address.derivingMemoryBytes ?? MEMORY_ELSEWHERE_BYTES);
  const named = (sql: string): string => inDatabases(sql, databases).replaceAll('{deriving}', deriving);
  let closed = false;
  /** Destroyed sockets would be replaced by new ones. */
  const open = (): ClickHouseClient => {
    if (closed) throw new Error('the connection to the engine is closed');
    return client;
  };
  return {
    async command(sql, parameters) {
      await open().command({
        query: named(sql),
        ...(parameters ? { query_params: parameters } : {}),
        clickhouse_settings: INSERTED_NOW_AND_ALWAYS,
      });
    },
    async rows<T>(sql: string, parameters?: Record<string, unknown>) {
      const answer = await open().query({
        query: named(sql),
        format: 'JSONEachRow',
        ...(parameters ? { query_params: parameters } : {}),
      });
      return await answer.json<T>();
    },
    async *binary(sql, parameters) {
      const answer = await open().exec({
        query: `${named(sql)} FORMAT RowBinary`,
        ...(parameters ? { query_params: parameters } : {}),
      });
      for await (const piece of answer.stream) yield piece as Buffer;
    },
    async insert(table, block) {
      if (block.rows === 0) return;
      const query = `INSERT INTO ${databases.facts}.${table} (${block.columnNames.join(', ')}) FORMAT Native`;
      const answer = await open().exec({
        query,
        values: Readable.from(block.pieces(), { objectMode: false }),
        clickhouse_settings: {
          ...INSERTED_NOW_AND_ALWAYS,
          max_partitions_per_insert_block: String(MOST_PARTITIONS_OF_A_BLOCK),
        },
      });
      answer.stream.resume();
    },
    async ping() {
      return !closed && (await client.ping()).success;
    },
    async reach() {
      const answer = await client.ping();
      if (!answer.success && isUntrusted(answer.error)) throw answer.error;
      return answer.success;
    },
    async close() {
      closed = true;
      await client.close();
    },
  };
}

/** OpenSSL's and Node's names of what is wrong with a certificate. */
function isUntrusted(error: Error): boolean {
  return /CERT|UNABLE_TO_(?:VERIFY|GET)/.test((error as NodeJS.ErrnoException).code ?? '');
}
