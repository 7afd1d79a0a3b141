import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { defaultSpoolDir, EngineCore } from './engine-core.ts';
import { type EngineLimits, engineLimits } from './engine-limits.ts';
import { EngineStartError } from './engine-start-error.ts';
import { engineServer } from './http/engine-server.ts';
import { ownConfinement } from './jail/confinement.ts';
import { personSecret, writerSecret } from './writer-secret.ts';

export interface EngineOptions {
  /** Everything the engine keeps: `db/`, `spool/`, `writer-secret`. */
  dataDir: string;
  /** A listening socket of a loopback address: there is no encryption and readers need no password. */
  listenFd: number;
  /** Received bodies wait here; `<dataDir>/spool` unless given. */
  spoolDir?: string | undefined;
  /** See EngineLaunch. */
  configFile?: string | undefined;
  limits?: Partial<EngineLimits> | undefined;
  log: Pick<Logger, 'info' | 'warn'>;
}

export interface RunningEngine {
  port: number;
  /** Resolves with the reason when the process has to be replaced, without `close`. */
  unusable: Promise<string>;
  /**
   * Refuses new requests, kills running queries, closes the engine. Settles within about 10 s; false when a query
   * goes on, which only the end of the process can stop.
   */
  close(): Promise<boolean>;
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * Open the embedded ClickHouse of `dataDir` and serve it. One per process, in a process of its own whose
 * UV_THREADPOOL_SIZE is large enough. Rejects with EngineStartError (one line) when it cannot start.
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const secret = secretOf(options.dataDir);
  const limits = engineLimits(options.limits);
  const core = await EngineCore.open(
    options.dataDir,
    options.spoolDir ?? defaultSpoolDir(options.dataDir),
    limits,
    options.configFile,
  );
  const { unreadable } = core.lockOuts;
  if (unreadable !== undefined) options.log.warn({ unreadable }, 'engine: lock-outs could not be read');
  const confinement = ownConfinement();
  const server = engineServer(
    core,
    { writer: secret, person: personSecret(secret) },
    confinement,
    options.log,
  );
  try {
    const port = await listening(server, options.listenFd);
    options.log.info({ port, dataDir: options.dataDir, ...confinement }, 'engine: listening');
    return { port, unusable: core.unusable, close: () => close(server, core) };
  } catch (error) {
    await core.close();
    throw error;
  }
}

function secretOf(dataDir: string): string {
  try {
    return writerSecret(dataDir);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new EngineStartError(
      `cannot use the data folder ${dataDir} (${why}): choose another --data-dir or fix its owner`,
    );
  }
}

function listening(server: Server, fd: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new EngineStartError(`descriptor ${fd} is no listening socket (${error.code})`));
    });
    server.listen({ fd }, () => {
      const address = server.address();
      if (address === null || typeof address !== 'object' || !loopback.has(address.address)) {
        const where = typeof address === 'object' ? address?.address : address;
        reject(new EngineStartError(`the engine may only listen on loopback, not on ${where}`));
        return;
      }
      resolve(address.port);
    });
  });
}

async function close(server: Server, core: EngineCore): Promise<boolean> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const closedCleanly = await core.close();
  server.closeAllConnections();
  await closed;
  return closedCleanly;
}
