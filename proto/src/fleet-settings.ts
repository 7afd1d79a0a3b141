/**
 * What a collector may set on agents, and within which bounds: the collector checks what an administrator writes, and
 * the agent checks what comes, by the same table. Names are those of the fields of Settings (settings.proto).
 */
import type { SettingsFields } from './wire.ts';

/** Values as a document of settings holds them. */
export interface FleetSettings {
  reportIntervalSeconds?: number;
  sparingReportIntervalSeconds?: number;
  sampleIntervalSeconds?: number;
  rescanSeconds?: number;
  hashMebibytesPerSecond?: number;
  additionalRoots?: readonly string[];
  excludedFolders?: readonly string[];
  homeFolders?: boolean;
  meterUsage?: boolean;
  tellUsersApart?: boolean;
  concurrentLicences?: readonly string[];
}

export type FleetSettingName = keyof FleetSettings;

export type FleetSettingRule = { meaning: string } & (
  | { kind: 'whole number'; least: number; most: number }
  | { kind: 'folders' }
  | { kind: 'programs' }
  | { kind: 'true or false' }
);

export const MOST_FOLDERS = 64;
export const MOST_FOLDER_BYTES = 1024;
export const MOST_PROGRAMS = 64;
export const MOST_PROGRAM_BYTES = 1024;

export const FLEET_SETTINGS: Readonly<Record<FleetSettingName, FleetSettingRule>> = {
  reportIntervalSeconds: {
    meaning: 'Seconds between reports',
    kind: 'whole number',
    least: 1,
    most: 86_400,
  },
  sparingReportIntervalSeconds: {
    meaning: 'Seconds between reports while the device runs on battery',
    kind: 'whole number',
    least: 1,
    most: 86_400,
  },
  sampleIntervalSeconds: {
    meaning: 'Seconds between looks at the process table',
    kind: 'whole number',
    least: 1,
    most: 300,
  },
  rescanSeconds: {
    meaning: 'Seconds between full passes over the program roots',
    kind: 'whole number',
    least: 60,
    most: 604_800,
  },
  hashMebibytesPerSecond: {
    meaning: 'Most content read for hashing, in MiB per second; 0 is as fast as it goes',
    kind: 'whole number',
    least: 0,
    most: 100_000,
  },
  additionalRoots: {
    meaning: 'Folders that are searched for programs beside the usual ones',
    kind: 'folders',
  },
  excludedFolders: {
    meaning: 'Folders of which nothing is listed, and programs in which are not metered',
    kind: 'folders',
  },
  homeFolders: {
    meaning: 'Whether the homes of people are searched, and programs in them metered',
    kind: 'true or false',
  },
  meterUsage: { meaning: 'Whether it is metered what runs', kind: 'true or false' },
  tellUsersApart: {
    meaning: 'Whether the users of a device are told apart, as keyed hashes',
    kind: 'true or false',
  },
  concurrentLicences: {
    meaning: 'Programs licensed by how many use them at once: of these the time of day is told',
    kind: 'programs',
  },
};

export const FLEET_SETTING_NAMES = Object.keys(FLEET_SETTINGS) as FleetSettingName[];

/** Why this is no value of the setting: the end of a sentence that begins with its name. Undefined when it is one. */
export function fleetSettingFault(name: FleetSettingName, value: unknown): string | undefined {
  const rule = FLEET_SETTINGS[name];
  if (rule.kind === 'true or false') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (rule.kind === 'folders') return foldersFault(value);
  if (rule.kind === 'programs') return programsFault(value);
  const fits = Number.isInteger(value) && (value as number) >= rule.least && (value as number) <= rule.most;
  return fits ? undefined : `must be a whole number from ${rule.least} to ${rule.most}`;
}

function foldersFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of folders';
  if (value.length > MOST_FOLDERS) return `must be at most ${MOST_FOLDERS} folders`;
  const bad = value.find((each) => typeof each !== 'string' || !isPlainFolder(each));
  return bad === undefined
    ? undefined
    : `must be absolute folders below / without . or .. in them, unlike ${JSON.stringify(bad).slice(0, 80)}`;
}

function isPlainFolder(path: string): boolean {
  const parts = path.split('/');
  return (
    path.length > 1 &&
    parts[0] === '' &&
    parts.slice(1).every((part) => part !== '' && part !== '.' && part !== '..') &&
    !path.includes('\0') &&
    Buffer.byteLength(path) <= MOST_FOLDER_BYTES
  );
}

function programsFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of programs';
  if (value.length > MOST_PROGRAMS) return `must be at most ${MOST_PROGRAMS} programs`;
  const bad = value.find((each) => typeof each !== 'string' || !isProgram(each));
  return bad === undefined
    ? undefined
    : `must be names of packages, or whole paths down to the program in which * is the name of one folder, unlike ${JSON.stringify(bad).slice(0, 80)}`;
}

/**
 * A package, or a path as evidence has it. Both are known to whoever lists programs (from the tables) and to the agent
 * (from the evidence) before either asks the other. A file's name alone would also tell when people run something of
 * their own that is called so, and a pattern that ends in * everything below a folder: what is listed is spelled.
 */
function isProgram(text: string): boolean {
  if (Buffer.byteLength(text) > MOST_PROGRAM_BYTES || CONTROL.test(text)) return false;
  if (PACKAGE.test(text)) return true;
  const [root, ...names] = text.split('/');
  const isRooted = root === '' || root === '~' || /^[a-z]:$/.test(root as string);
  const isNamed = names.length > 0 && names.every((name) => name !== '' && name !== '.' && name !== '..');
  const isSpelled = names.every((name, at) => !name.includes('*') || (name === '*' && at < names.length - 1));
  return isRooted && isNamed && isSpelled;
}

/** npm names packages with a scope. */
const PACKAGE = /^(?:@[^\s/*]+\/)?[^\s/*~](?:[^/*]*[^\s/*])?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what nobody can see or type is refused.
const CONTROL = /[\0-\x1f\x7f]/;

/** What a message sets; neither checked nor bounded. An empty list on the wire is a list that is not there. */
export function fleetSettingsOf(message: SettingsFields): Partial<Record<FleetSettingName, unknown>> {
  const set = FLEET_SETTING_NAMES.map((name) => [name, message[name]] as const).filter(
    ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(set);
}
