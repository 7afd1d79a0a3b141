/**
 * Where a setting comes from: flag, else environment, else config file, else default. An error names the place
 * and the setting, and is one line for the person who started the program.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { livesFault } from '../retention/lives.ts';
import { livesOf } from './kept-lives.ts';
import {
  type CollectorConfig,
  environmentName,
  flagName,
  LOOPBACK,
  SETTINGS,
  type SettingName,
} from './schema.ts';

export const DEFAULT_CONFIG_FILE = '/etc/fleetmeter/collector.json';

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export interface ConfigSources {
  /** By setting name, as given on the command line; `config` names the file. */
  flags: Readonly<Record<string, string | undefined>>;
  environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or undefined when it does not exist. Defaults to the disk. */
  readFile?: (path: string) => string | undefined;
}

/** The frozen configuration. Throws ConfigError. */
export function loadConfig({ flags, environment, readFile = readIfThere }: ConfigSources): CollectorConfig {
  const file = fileSettings(flags.config, environment.FLEETMETER_CONFIG, readFile);
  const values = Object.fromEntries(
    names().map((name) => [name, value(name, flags[name], environment[environmentName(name)], file)]),
  ) as Pick<CollectorConfig, SettingName>;
  checkTogether(values);
  const dataDir = resolve(values.dataDir);
  return Object.freeze({
    ...values,
    dataDir,
    collectorDir: join(dataDir, 'collector'),
    engineDir: join(dataDir, 'engine'),
  });
}

/** What each setting alone cannot know. */
function checkTogether(values: Pick<CollectorConfig, SettingName>): void {
  const fault = livesFault(livesOf(values));
  if (fault) throw new ConfigError(fault);
  const { agentTls, agentHost, tlsCertFile, tlsKeyFile, tlsCaFile } = values;
  if (agentTls === 'off' && !LOOPBACK.has(agentHost))
    throw new ConfigError(
      `agentTls off needs a loopback agentHost, not ${agentHost}: nothing travels in clear`,
    );
  checkServer(values);
  const files = [tlsCertFile, tlsKeyFile, tlsCaFile].filter((file) => file !== undefined);
  if (files.length === 1 || files.length === 2)
    throw new ConfigError('tlsCertFile, tlsKeyFile and tlsCaFile go together: set all three or none');
}

/** The embedded engine has one account and one name for its databases. */
function checkServer(values: Pick<CollectorConfig, SettingName>): void {
  if (values.clickhouseUrl === undefined) {
    const alone = (['clickhouseUser', 'clickhousePassword', 'clickhouseCaFile'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (alone) throw new ConfigError(`${alone} is for a ClickHouse server: set clickhouseUrl as well`);
    if (values.clickhouseDatabase !== SETTINGS.clickhouseDatabase.default)
      throw new ConfigError('clickhouseDatabase is for a ClickHouse server: set clickhouseUrl as well');
  } else if (values.clickhouseCaFile !== undefined && !values.clickhouseUrl.startsWith('https:')) {
    throw new ConfigError('clickhouseCaFile needs a clickhouseUrl that begins with https://');
  }
}

interface FileSettings {
  path: string;
  values: Readonly<Record<string, unknown>>;
}

function value(
  name: SettingName,
  flag: string | undefined,
  variable: string | undefined,
  file: FileSettings | undefined,
): string | number | undefined {
  if (flag !== undefined) return parse(name, flag, `--${flagName(name)}`);
  if (variable !== undefined && variable !== '') return parse(name, variable, environmentName(name));
  const filed = file?.values[name];
  return filed === undefined ? SETTINGS[name].default : parseFiled(name, filed, (file as FileSettings).path);
}

function parse(name: SettingName, text: string, place: string): string | number | undefined {
  try {
    return SETTINGS[name].parse(text);
  } catch (cause) {
    throw new ConfigError(`${place} ${(cause as Error).message}`, { cause });
  }
}

/** In the file a number is a number and a text is a text, so that a quoted port is noticed. */
function parseFiled(name: SettingName, filed: unknown, path: string): string | number | undefined {
  const wanted = typeof SETTINGS[name].default === 'number' || name.endsWith('Seconds') ? 'number' : 'string';
  if (typeof filed !== wanted) throw new ConfigError(`${name} in ${path} must be a ${wanted}`);
  return parse(name, String(filed), `${name} in ${path}`);
}

function fileSettings(
  flag: string | undefined,
  variable: string | undefined,
  readFile: (path: string) => string | undefined,
): FileSettings | undefined {
  const asked = flag ?? (variable || undefined);
  const path = configFile(flag, variable);
  const text = readFile(path);
  if (text === undefined) {
    if (asked !== undefined) throw new ConfigError(`the config file ${path} does not exist`);
    return undefined;
  }
  const values = parseObject(text, path);
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(SETTINGS, name))
      throw new ConfigError(
        `${path} sets ${JSON.stringify(name)}, which is unknown; known are ${names().join(', ')}`,
      );
  }
  return { path, values };
}

/** The file that is read, when it is there. */
export function configFile(flag: string | undefined, variable: string | undefined): string {
  return flag ?? (variable || DEFAULT_CONFIG_FILE);
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw new ConfigError(`${path} must hold one JSON object`);
}

const names = (): SettingName[] => Object.keys(SETTINGS) as SettingName[];

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(
      `the config file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
      },
    );
  }
}
