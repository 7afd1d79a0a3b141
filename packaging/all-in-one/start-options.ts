/** What `npm start` may be told: flag over environment over config file over default. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettingsFile } from './settings-file.ts';
import { StartError } from './start-error.ts';

export interface StartOptions {
  /** Folder that holds collector/, engine/, agent/ and logs/. */
  dataFolder: string;
  adminPort: number;
  agentPort: number;
  sqlPort: number;
  /** Events as JSON lines instead of text. */
  json: boolean;
}

/** Name, flag, environment variable and default of each port; the messages about taken ports use it too. */
export const PORTS = [
  {
    key: 'adminPort',
    flag: 'admin-port',
    variable: 'FLEETMETER_ADMIN_PORT',
    usual: 8710,
    serves: 'the page',
  },
  { key: 'agentPort', flag: 'agent-port', variable: 'FLEETMETER_AGENT_PORT', usual: 8711, serves: 'agents' },
  { key: 'sqlPort', flag: 'sql-port', variable: 'FLEETMETER_SQL_PORT', usual: 8123, serves: 'SQL' },
] as const;

export const HELP = `Usage: npm start -- [options]

Runs fleetmeter on this machine: the collector with its database, and an agent that scans and meters it.
Ctrl-C ends all of it.

  --data-dir <folder>   where all state lives (FLEETMETER_DATA_DIR; default: .fleetmeter in the repository)
  --admin-port <port>   page and API (FLEETMETER_ADMIN_PORT; default: 8710)
  --agent-port <port>   reports of agents (FLEETMETER_AGENT_PORT; default: 8711)
  --sql-port <port>     SQL over HTTP (FLEETMETER_SQL_PORT; default: 8123)
  --json                tell what happens as one JSON object a line
  --help                this text

Other settings of the two programs may stand in collector.json and agent.json in the data folder.`;

/** The options, or undefined when help was asked for. Throws StartError. */
export function readStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  repository: string,
): StartOptions | undefined {
  const flags = parseFlags(args);
  if (flags.help === true) return undefined;
  const chosen = (flags['data-dir'] ?? environment.FLEETMETER_DATA_DIR) || join(repository, '.fleetmeter');
  const dataFolder = resolve(chosen);
  const file = readSettingsFile(dataFolder, 'collector').values;
  const port = ({ key, flag, variable, usual }: (typeof PORTS)[number]) =>
    portNumber(String(flags[flag] ?? environment[variable] ?? file[key] ?? usual), `--${flag} (${variable})`);
  const [adminPort, agentPort, sqlPort] = PORTS.map(port) as [number, number, number];
  if (new Set([adminPort, agentPort, sqlPort]).size < 3)
    throw new StartError(`the three ports must differ, they are ${adminPort}, ${agentPort} and ${sqlPort}`);
  return { dataFolder, adminPort, agentPort, sqlPort, json: flags.json === true };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        'admin-port': { type: 'string' },
        'agent-port': { type: 'string' },
        'sql-port': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    const [line] = (cause as Error).message.split('\n');
    throw new StartError(`${line} Try: npm start -- --help`, { cause });
  }
}

function portNumber(text: string, setting: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new StartError(`${setting} must be a port from 1 to 65535, not ${JSON.stringify(text)}`);
  return port;
}
