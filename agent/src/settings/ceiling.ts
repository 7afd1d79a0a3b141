/**
 * The ceiling: what may be collected on this device at most, as a file says that a package or a management system put
 * there. It wins over the collector and over the device's own settings; the agent only ever reads it.
 *
 * A file that cannot be understood stops the agent from starting: collecting more than was meant would be worse. While
 * the agent runs, what was understood last stays in force.
 */
import { readFileSync } from 'node:fs';
import { fleetSettingFault } from '@fleetmeter/proto';
import { ConfigError } from '../config/load-config.ts';

export interface Ceiling {
  /** Only false says anything: a ceiling permits, it never demands. */
  meterUsage?: boolean;
  tellUsersApart?: boolean;
  /** Of no program the time of day is told. */
  tellTimesOfDay?: boolean;
  homeFolders?: boolean;
  /** Nothing outside these folders is listed, and no program outside them metered. */
  roots?: readonly string[];
  /** Nothing below these. */
  excludedFolders?: readonly string[];
  /** Samples come no more often. */
  sampleIntervalSeconds?: number;
}

export type CeilingName = keyof Ceiling;

const RULES: Readonly<Record<CeilingName, (value: unknown) => string | undefined>> = {
  meterUsage: (value) => fleetSettingFault('meterUsage', value),
  tellUsersApart: (value) => fleetSettingFault('tellUsersApart', value),
  tellTimesOfDay: (value) => fleetSettingFault('meterUsage', value),
  homeFolders: (value) => fleetSettingFault('homeFolders', value),
  roots: (value) => fleetSettingFault('additionalRoots', value),
  excludedFolders: (value) => fleetSettingFault('excludedFolders', value),
  sampleIntervalSeconds: (value) => fleetSettingFault('sampleIntervalSeconds', value),
};

export const CEILING_NAMES = Object.keys(RULES) as CeilingName[];
const NO_CEILING: Ceiling = Object.freeze({});

/** The ceiling in this file; none when there is no such file. Throws ConfigError. */
export function readCeiling(path: string): Ceiling {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return NO_CEILING;
    throw new ConfigError(`the ceiling ${path} cannot be read (${code})`);
  }
  return parseCeiling(text, path);
}

export function parseCeiling(text: string, path: string): Ceiling {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(
      `the ceiling ${path} is not JSON: ${(error as Error).message.replaceAll('\n', ' ')}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`the ceiling ${path} must hold one JSON object`);
  for (const [name, each] of Object.entries(value)) {
    // A name that is not known may forbid something: going on without it would be a guess.
    if (!Object.hasOwn(RULES, name))
      throw new ConfigError(
        `the ceiling ${path} says ${JSON.stringify(name)}, which is unknown; known are ${CEILING_NAMES.join(', ')}`,
      );
    const fault = RULES[name as CeilingName](each);
    if (fault) throw new ConfigError(`the ceiling ${path}: ${name} ${fault}, not ${JSON.stringify(each)}`);
  }
  return Object.freeze(value as Ceiling);
}

/** The same file, looked at again and again. */
export class CeilingFile {
  readonly path: string;
  #ceiling: Ceiling;
  #fault: string | undefined;

  /** Throws ConfigError. */
  constructor(path: string) {
    this.path = path;
    this.#ceiling = readCeiling(path);
  }

  get ceiling(): Ceiling {
    return this.#ceiling;
  }

  /** Why the file as it is now is not what counts. */
  get fault(): string | undefined {
    return this.#fault;
  }

  look(): void {
    try {
      this.#ceiling = readCeiling(this.path);
      this.#fault = undefined;
    } catch (error) {
      this.#fault = (error as Error).message;
    }
  }
}
