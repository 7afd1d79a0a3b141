import { spawn } from 'node:child_process';
import {
  bubblewrapArguments,
  FILTER_DESCRIPTOR,
  INFO_DESCRIPTOR,
  type JailPlace,
  MADE_FILES,
} from './bubblewrap-arguments.ts';
import { seccompFilter } from './seccomp-filter.ts';

/** `auto`: jailed where that works, else with a warning; `required`: not without; `off`: for measuring and searching. */
export type JailWish = 'auto' | 'required' | 'off';

export type Jail = { kind: 'bubblewrap'; filter: Buffer | undefined } | { kind: 'none'; reason: string };

export const BUBBLEWRAP = 'bwrap';
const INSTALL = 'bubblewrap is not installed (Debian: apt-get install -y --no-install-recommends bubblewrap)';
/** A start of the runtime that only says its version; a machine under full load needs a few seconds. */
const TRIAL_MS = 20_000;

/** Descriptors INFO_DESCRIPTOR and up of a child in a jail. */
export const JAIL_PIPES = ['pipe', 'pipe', ...MADE_FILES.map(() => 'pipe' as const)] as const;

/** The command inside the jail, and what its descriptors beyond the first three and the listening socket are. */
export function jailed(
  jail: Jail & { kind: 'bubblewrap' },
  place: JailPlace,
  command: readonly string[],
): string[] {
  return [BUBBLEWRAP, ...bubblewrapArguments(place, jail.filter !== undefined), '--', ...command];
}

/**
 * Tries the very jail that the engine will get, with the runtime's version as the program: containers, kernels and
 * other sandboxes each refuse in their own way, and the reason they give is what an administrator needs.
 */
export async function findJail(wish: JailWish, place: JailPlace): Promise<Jail> {
  if (wish === 'off') return { kind: 'none', reason: 'it is switched off (engineJail)' };
  if (process.platform !== 'linux') return { kind: 'none', reason: `there is none for ${process.platform}` };
  const jail = { kind: 'bubblewrap', filter: seccompFilter(process.arch) } as const;
  const reason = await failureOf(jailed(jail, place, [process.execPath, '--version']), jail.filter);
  return reason === undefined ? jail : { kind: 'none', reason };
}

function failureOf(command: readonly string[], filter: Buffer | undefined): Promise<string | undefined> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ignore', ...JAIL_PIPES],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    timeout: TRIAL_MS,
    killSignal: 'SIGKILL',
  });
  supply(child, filter);
  (child.stdio[INFO_DESCRIPTOR] as NodeJS.ReadableStream | undefined)?.resume();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(0, 1_000);
  });
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? INSTALL : `bubblewrap cannot be started: ${error.message}`),
    );
    child.once('close', (code, signal) =>
      resolve(
        code === 0 ? undefined : said.trim().split('\n').at(-1) || `bubblewrap ended with ${code ?? signal}`,
      ),
    );
  });
}

/** Hands over what bubblewrap reads from a child's JAIL_PIPES. */
export function supply(
  child: { stdio: readonly (unknown | null | undefined)[] },
  filter: Buffer | undefined,
): void {
  const give = (descriptor: number, bytes: Buffer | string) => {
    const pipe = child.stdio[descriptor] as NodeJS.WritableStream | null | undefined;
    // One that ends before it has read them says why by itself.
    pipe?.on('error', () => undefined);
    pipe?.end(bytes);
  };
  give(FILTER_DESCRIPTOR, filter ?? '');
  for (const { descriptor, text } of MADE_FILES) give(descriptor, text);
}
