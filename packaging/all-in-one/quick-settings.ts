/**
 * Settings of the programs when they run together for one person who watches: seconds where production has hours.
 * What the environment or a config file says wins over these.
 */
import type { SettingsFile } from './settings-file.ts';

/** By the names the config files have; the environment has FLEETMETER_UPPER_CASE. */
/** Somebody waits for the first scan. */
const QUICK_AGENT = {
  reportIntervalSeconds: 2,
  sampleIntervalSeconds: 2,
  usageFlushSeconds: 2,
  settleMs: 500,
  hashMebibytesPerSecond: 0,
  hashCpuPercent: 0,
  hashGently: false,
  firstScanDelaySeconds: 0,
};

const QUICK_COLLECTOR = {
  recomputeIntervalSeconds: 1,
  recomputeTimePercent: 50,
  processLingerMs: 100,
  // One computer, whose own user looks.
  smallestGroupShown: 1,
};

export interface Places {
  dataFolder: string;
  adminPort: number;
  agentPort: number;
  sqlPort: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function agentEnvironment(outer: Environment, file: SettingsFile, places: Places): Environment {
  const scheme = outer.FLEETMETER_AGENT_TLS === 'off' ? 'http' : 'https';
  const collectorUrl = `${scheme}://127.0.0.1:${places.agentPort}`;
  return { ...together(QUICK_AGENT, outer, file, places), FLEETMETER_COLLECTOR_URL: collectorUrl };
}

export function collectorEnvironment(outer: Environment, file: SettingsFile, places: Places): Environment {
  return together(QUICK_COLLECTOR, outer, file, places);
}

function together(
  quick: Readonly<Record<string, number | boolean>>,
  outer: Environment,
  file: SettingsFile,
  places: Places,
): Environment {
  const unsaid = Object.entries(quick).filter(([name]) => !Object.hasOwn(file.values, name));
  // One variable cannot name the files of two programs.
  const { FLEETMETER_CONFIG: _, ...environment } = outer;
  return {
    ...Object.fromEntries(unsaid.map(([name, value]) => [variableOf(name), String(value)])),
    ...environment,
    ...(file.path !== undefined && { FLEETMETER_CONFIG: file.path }),
    FLEETMETER_DATA_DIR: places.dataFolder,
    FLEETMETER_ADMIN_PORT: String(places.adminPort),
    FLEETMETER_AGENT_PORT: String(places.agentPort),
    FLEETMETER_SQL_PORT: String(places.sqlPort),
  };
}

/** settleMs -> FLEETMETER_SETTLE_MS */
function variableOf(name: string): string {
  return `FLEETMETER_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
