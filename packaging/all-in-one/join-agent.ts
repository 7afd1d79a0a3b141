/** Lets the agent join the collector as an administrator would: a token, and what it prints handed to the agent. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Part } from './part.ts';
import { StartError } from './start-error.ts';

const run = promisify(execFile);
const WITHIN_MS = 30_000;

/** Once in the life of a data folder. Rejects with StartError. */
export async function joinAgent(collector: Part, agent: Part, dataFolder: string): Promise<void> {
  if (existsSync(join(dataFolder, 'agent/join-string'))) return;
  const token = ['token', 'create', '--uses', '1', '--days', '1', '--note', 'this computer', '--json'];
  const { joinString } = JSON.parse(await asked(collector, token)) as { joinString: string };
  // By a pipe: every user of this computer can read the arguments of its processes.
  await asked(agent, ['enrol', '-'], joinString);
}

async function asked({ name, file, environment }: Part, args: string[], input = ''): Promise<string> {
  try {
    const options = { env: environment as NodeJS.ProcessEnv, timeout: WITHIN_MS };
    const asking = run(process.execPath, [file, ...args], options);
    asking.child.stdin?.end(input);
    return (await asking).stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StartError(`the agent cannot join: ${name} ${args[0]}: ${stderr?.trim() || message}`);
  }
}
