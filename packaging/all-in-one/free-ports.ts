/** Makes sure before anything starts that the ports are free: afterwards the message would come from deep inside. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.ts';
import { PORTS, type StartOptions } from './start-options.ts';

const LOOPBACK = '127.0.0.1';

/** Throws StartError for the first port that is still taken after `patienceMs`. */
export async function checkPortsFree(
  options: Pick<StartOptions, 'adminPort' | 'agentPort' | 'sqlPort'>,
  patienceMs: number,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const { key, variable, serves } of PORTS) {
    for (;;) {
      const fault = await bindFault(options[key]);
      if (fault === undefined) break;
      if (performance.now() >= deadline)
        throw new StartError(
          `port ${options[key]} for ${serves} ${reason(fault)}; choose another with ${variable}`,
        );
      await sleep(100);
    }
  }
}

function reason(code: string): string {
  if (code === 'EADDRINUSE') return 'is taken by another program';
  if (code === 'EACCES') return 'needs rights this user does not have';
  return `cannot be used (${code})`;
}

function bindFault(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
