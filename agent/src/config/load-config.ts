/** Flags, environment and config file to one frozen configuration. */
import { readFileSync } from 'node:fs';
import { type AgentConfig, DEFAULT_AGENT_PORT, SETTINGS, type SettingName } from './schema.ts';

export const DEFAULT_CONFIG_FILE = '/etc/fleetmeter/agent.json';

/** A configuration that cannot be used. The message is one line for a person. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export interface LoadedConfig {
  config: Readonly<AgentConfig>;
  /** Settings that did not come from the defaults: a collector does not change these. */
  explicit: ReadonlySet<SettingName>;
}

export type Flags = Partial<Record<SettingName, string>>;
type Source = { value: unknown; from: string };

export function loadConfig(
  flags: Flags & { config?: string | undefined },
  environment: NodeJS.ProcessEnv,
): LoadedConfig {
  const file = readConfigFile(flags.config ?? environment.FLEETMETER_CONFIG);
  const explicit = new Set<SettingName>();
  const config: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const source = sourceOf(name, flags, environment, file);
    if (source) explicit.add(name);
    config[name] = source ? readSetting(name, source) : defaultOf(name, environment);
  }
  if ((config.clientCertFile === undefined) !== (config.clientKeyFile === undefined))
    throw new ConfigError('clientCertFile and clientKeyFile belong together: set both or neither');
  return { config: Object.freeze(config as unknown as AgentConfig), explicit };
}

/** For a user without rights: a config file that he may not read says nothing. */
export function readableDataDir(
  flags: Flags & { config?: string | undefined },
  environment: NodeJS.ProcessEnv,
): string {
  try {
    return loadConfig(flags, environment).config.dataDir;
  } catch (error) {
    const { dataDir } = SETTINGS;
    const said = flags.dataDir ?? environment[dataDir.environment];
    if (said) return said;
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === 'EACCES' && !flags.config) return String(dataDir.default);
    throw error;
  }
}

function sourceOf(
  name: SettingName,
  flags: Flags,
  environment: NodeJS.ProcessEnv,
  file: { path: string; values: Record<string, unknown> },
): Source | undefined {
  const { flag, environment: variable } = SETTINGS[name];
  if (flags[name] !== undefined) return { value: flags[name], from: flag.split(' ')[0] as string };
  if (environment[variable]) return { value: environment[variable], from: variable };
  if (name in file.values) return { value: file.values[name], from: `${name} in ${file.path}` };
  return undefined;
}

function readSetting(name: SettingName, { value, from }: Source): unknown {
  try {
    return SETTINGS[name].read(value);
  } catch (error) {
    throw new ConfigError(`${from} ${(error as Error).message}, not ${withoutPassword(value)}`);
  }
}

/** What was given, fit for a terminal and a log. */
function withoutPassword(value: unknown): string {
  return JSON.stringify(value)?.replace(/[^/"@]*@/g, '***@') ?? String(value);
}

/** Of other programs' settings that hold for this computer: by the name they have in lower and in upper case. */
const USUAL_VARIABLES: { [name in SettingName]?: readonly string[] } = {
  proxyUrl: ['https_proxy', 'HTTPS_PROXY'],
  proxyExceptions: ['no_proxy', 'NO_PROXY'],
};

function defaultOf(name: SettingName, environment: NodeJS.ProcessEnv): unknown {
  const usual = USUAL_VARIABLES[name]?.find((variable) => environment[variable]);
  if (usual) return readSetting(name, { value: environment[usual], from: usual });
  const port = environment.FLEETMETER_AGENT_PORT;
  if (name !== 'collectorUrl' || !port) return SETTINGS[name].default;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw new ConfigError(`FLEETMETER_AGENT_PORT must be a port, not ${JSON.stringify(port)}`);
  return String(SETTINGS.collectorUrl.default).replace(String(DEFAULT_AGENT_PORT), port);
}

/** Only the default file may be absent. */
function readConfigFile(asked: string | undefined): { path: string; values: Record<string, unknown> } {
  const path = asked || DEFAULT_CONFIG_FILE;
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (!asked && (error as NodeJS.ErrnoException).code === 'ENOENT') return { path, values: {} };
    throw new ConfigError(`cannot read the config file ${path} (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
  const values = parseObject(path, content);
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown.length > 0)
    throw new ConfigError(
      `${path} has unknown settings: ${unknown.join(', ')}. Known are: ${Object.keys(SETTINGS).join(', ')}`,
    );
  return { path, values };
}

function parseObject(path: string, content: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message.replaceAll('\n', ' ')}`);
  }
  throw new ConfigError(`${path} must hold one JSON object`);
}
