/** The config files of the two programs when they run together: collector.json and agent.json in the data folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

export interface SettingsFile {
  /** Undefined when there is none. */
  path: string | undefined;
  values: Readonly<Record<string, unknown>>;
}

export function readSettingsFile(dataFolder: string, program: 'agent' | 'collector'): SettingsFile {
  const path = join(dataFolder, `${program}.json`);
  if (!existsSync(path)) return { path: undefined, values: {} };
  try {
    return { path, values: JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> };
  } catch (cause) {
    throw new StartError(`cannot use ${path}: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}
