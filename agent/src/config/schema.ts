/**
 * Every setting of the agent: meaning, unit in the name, default, and where it may come from. A flag wins over
 * the environment, that over the config file, that over the default.
 */
import { fleetSettingFault } from '@fleetmeter/proto';
import { DEFAULT_MANAGEMENT_FILE } from '../host/management.ts';
import { folderList } from './folder-list.ts';

export interface AgentConfig {
  dataDir: string;
  collectorUrl: string;
  /** With credentials, if any. Undefined: none. */
  proxyUrl: string | undefined;
  proxyExceptions: string;
  /** Undefined: none is shown. */
  clientCertFile: string | undefined;
  clientKeyFile: string | undefined;
  /** Undefined: the usual program roots of the platform. */
  roots: readonly string[] | undefined;
  reportIntervalSeconds: number;
  sampleIntervalSeconds: number;
  usageFlushSeconds: number;
  settleMs: number;
  rescanSeconds: number;
  hashMebibytesPerSecond: number;
  hashCpuPercent: number;
  hashGently: boolean;
  hashFileMebibytes: number;
  hashFileSeconds: number;
  firstScanDelaySeconds: number;
  budgetCpuPercent: number;
  budgetPeakMebibytes: number;
  budgetSentMebibytesPerDay: number;
  rotateKeyDays: number;
  managementFile: string;
  /** Undefined: four times reportIntervalSeconds. */
  sparingReportIntervalSeconds: number | undefined;
  additionalRoots: readonly string[];
  excludedFolders: readonly string[];
  homeFolders: boolean;
  mostHomePrograms: number;
  meterUsage: boolean;
  meterForeground: boolean;
  tellUsersApart: boolean;
  concurrentLicences: readonly string[];
  ceilingFile: string;
}

export type SettingName = keyof AgentConfig;

export interface Setting {
  meaning: string;
  environment: string;
  /** Option of the command line. */
  flag: string;
  /** As text, for people; undefined = none. */
  default: AgentConfig[SettingName];
  read: (value: unknown) => AgentConfig[SettingName];
}

/** A value that a setting does not accept; the message says what it does. */
export class SettingError extends Error {
  override name = 'SettingError';
}

export const DEFAULT_AGENT_PORT = 8711;

export const SETTINGS: Record<SettingName, Setting> = {
  dataDir: {
    meaning: 'Folder for state; the agent keeps its own in agent/ below it.',
    environment: 'FLEETMETER_DATA_DIR',
    flag: '--data-dir <folder>',
    default: '/var/lib/fleetmeter',
    read: text,
  },
  collectorUrl: {
    meaning: 'Where reports go. FLEETMETER_AGENT_PORT changes the port of the default.',
    environment: 'FLEETMETER_COLLECTOR_URL',
    flag: '--collector-url <url>',
    default: `http://127.0.0.1:${DEFAULT_AGENT_PORT}`,
    read: url,
  },
  proxyUrl: {
    meaning:
      'Proxy on the way to the collector, http://[NAME:PASSWORD@]HOST:PORT; none = none. Without it HTTPS_PROXY counts.',
    environment: 'FLEETMETER_PROXY_URL',
    flag: '--proxy-url <url>',
    default: undefined,
    read: proxy,
  },
  proxyExceptions: {
    meaning:
      'Names, .endings, addresses and networks reached without the proxy, separated by commas. Without it NO_PROXY counts.',
    environment: 'FLEETMETER_PROXY_EXCEPTIONS',
    flag: '--proxy-exceptions <hosts>',
    default: '',
    read: text,
  },
  clientCertFile: {
    meaning:
      'Client certificate that the collector demands in addition, PEM; looked at again when it changes. Needs clientKeyFile.',
    environment: 'FLEETMETER_CLIENT_CERT_FILE',
    flag: '--client-cert-file <file>',
    default: undefined,
    read: text,
  },
  clientKeyFile: {
    meaning: 'Its private key, PEM, without a passphrase.',
    environment: 'FLEETMETER_CLIENT_KEY_FILE',
    flag: '--client-key-file <file>',
    default: undefined,
    read: text,
  },
  roots: {
    meaning:
      'Folders searched for executables: a list, or in one text separated by colons (on Windows by semicolons).',
    environment: 'FLEETMETER_ROOTS',
    flag: '--roots <folders>',
    default: undefined,
    read: folders,
  },
  reportIntervalSeconds: {
    meaning: 'Time between reports. Set here, it wins over the collector.',
    environment: 'FLEETMETER_REPORT_INTERVAL_SECONDS',
    flag: '--report-interval-seconds <n>',
    default: 3600,
    read: number(1, 86_400),
  },
  sampleIntervalSeconds: {
    meaning: 'Time between looks at the process table. Set here, it wins over the collector.',
    environment: 'FLEETMETER_SAMPLE_INTERVAL_SECONDS',
    flag: '--sample-interval-seconds <n>',
    default: 5,
    read: number(0.2, 300),
  },
  usageFlushSeconds: {
    meaning: 'Usage is on the disk at most this late.',
    environment: 'FLEETMETER_USAGE_FLUSH_SECONDS',
    flag: '--usage-flush-seconds <n>',
    default: 30,
    read: number(0.2, 3600),
  },
  settleMs: {
    meaning: 'How long a file must be left alone before it is hashed.',
    environment: 'FLEETMETER_SETTLE_MS',
    flag: '--settle-ms <n>',
    default: 500,
    read: number(0, 600_000),
  },
  rescanSeconds: {
    meaning: 'Time between full passes that find what watching missed.',
    environment: 'FLEETMETER_RESCAN_SECONDS',
    flag: '--rescan-seconds <n>',
    default: 3600,
    read: number(1, 604_800),
  },
  hashMebibytesPerSecond: {
    meaning: 'Most content read for hashing, in MiB per second; 0 = as fast as it goes.',
    environment: 'FLEETMETER_HASH_MEBIBYTES_PER_SECOND',
    flag: '--hash-mebibytes-per-second <n>',
    // Just under ten million bytes.
    default: 9.5,
    read: number(0, 100_000),
  },
  hashCpuPercent: {
    meaning:
      'Most CPU that finding and hashing take, in percent of one core, everything that the agent does meanwhile included; 0 = as much as there is.',
    environment: 'FLEETMETER_HASH_CPU_PERCENT',
    flag: '--hash-cpu-percent <n>',
    default: 10,
    read: number(0, 10_000),
  },
  hashGently: {
    meaning: 'Whether hashing has the lowest priority, and rests on battery and while other programs wait.',
    environment: 'FLEETMETER_HASH_GENTLY',
    flag: '--hash-gently <true|false>',
    default: true,
    read: trueOrFalse,
  },
  hashFileMebibytes: {
    meaning: 'Larger files are not hashed, and counted as too large.',
    environment: 'FLEETMETER_HASH_FILE_MEBIBYTES',
    flag: '--hash-file-mebibytes <n>',
    default: 8192,
    read: number(1, 1_048_576),
  },
  hashFileSeconds: {
    meaning:
      'A file that takes longer to read and hash, pauses not counted, is not hashed, and counted as too large.',
    environment: 'FLEETMETER_HASH_FILE_SECONDS',
    flag: '--hash-file-seconds <n>',
    default: 60,
    read: number(1, 86_400),
  },
  firstScanDelaySeconds: {
    meaning:
      'The first full scan begins at a moment drawn from so long after the agent first starts; later starts look at once.',
    environment: 'FLEETMETER_FIRST_SCAN_DELAY_SECONDS',
    flag: '--first-scan-delay-seconds <n>',
    default: 14_400,
    read: number(0, 86_400),
  },
  budgetCpuPercent: {
    meaning:
      'CPU of the agent since it started, in percent of one core, above which status warns; 0 = never.',
    environment: 'FLEETMETER_BUDGET_CPU_PERCENT',
    flag: '--budget-cpu-percent <n>',
    default: 10,
    read: number(0, 10_000),
  },
  budgetPeakMebibytes: {
    meaning: 'Memory of the agent at any time, above which status warns; 0 = never.',
    environment: 'FLEETMETER_BUDGET_PEAK_MEBIBYTES',
    flag: '--budget-peak-mebibytes <n>',
    default: 160,
    read: number(0, 1_048_576),
  },
  budgetSentMebibytesPerDay: {
    meaning: 'What the agent sends in a day, above which status warns; 0 = never.',
    environment: 'FLEETMETER_BUDGET_SENT_MEBIBYTES_PER_DAY',
    flag: '--budget-sent-mebibytes-per-day <n>',
    default: 8,
    read: number(0, 1_048_576),
  },
  managementFile: {
    meaning:
      'JSON in which the management of this device says its managementId and groupTag, if it is there.',
    environment: 'FLEETMETER_MANAGEMENT_FILE',
    flag: '--management-file <file>',
    default: DEFAULT_MANAGEMENT_FILE,
    read: text,
  },
  rotateKeyDays: {
    meaning: 'Age in days at which the device makes itself a new key; 0 = never.',
    environment: 'FLEETMETER_ROTATE_KEY_DAYS',
    flag: '--rotate-key-days <n>',
    default: 365,
    read: number(0, 3650),
  },
  sparingReportIntervalSeconds: {
    meaning:
      'Time between reports on battery; not set: four times the usual one. Set here, it wins over the collector.',
    environment: 'FLEETMETER_SPARING_REPORT_INTERVAL_SECONDS',
    flag: '--sparing-report-interval-seconds <n>',
    default: undefined,
    read: number(1, 86_400),
  },
  additionalRoots: {
    meaning: 'Folders searched beside the usual ones. Set here, as roots, it wins over the collector.',
    environment: 'FLEETMETER_ADDITIONAL_ROOTS',
    flag: '--additional-roots <folders>',
    default: [],
    read: folders,
  },
  excludedFolders: {
    meaning:
      'Folders of which nothing is listed and nothing metered; those that the collector names come on top.',
    environment: 'FLEETMETER_EXCLUDED_FOLDERS',
    flag: '--excluded-folders <folders>',
    default: [],
    read: folders,
  },
  homeFolders: {
    meaning: 'Whether homes of people are searched and metered. Set here, it wins over the collector.',
    environment: 'FLEETMETER_HOME_FOLDERS',
    flag: '--home-folders <true|false>',
    default: true,
    read: trueOrFalse,
  },
  mostHomePrograms: {
    meaning: 'Programs listed from all homes together at most; what is beyond is counted.',
    environment: 'FLEETMETER_MOST_HOME_PROGRAMS',
    flag: '--most-home-programs <n>',
    default: 5000,
    read: number(0, 1_000_000),
  },
  meterUsage: {
    meaning: 'Whether it is metered what runs. Set here, it wins over the collector.',
    environment: 'FLEETMETER_METER_USAGE',
    flag: '--meter-usage <true|false>',
    default: true,
    read: trueOrFalse,
  },
  meterForeground: {
    meaning:
      'Whether it is metered how long a program was in front, and how long with the session locked; no collector can switch it.',
    environment: 'FLEETMETER_METER_FOREGROUND',
    flag: '--meter-foreground <true|false>',
    default: true,
    read: trueOrFalse,
  },
  tellUsersApart: {
    meaning:
      'Whether the users of this device are told apart, as keyed hashes. Set here, it wins over the collector.',
    environment: 'FLEETMETER_TELL_USERS_APART',
    flag: '--tell-users-apart <true|false>',
    default: true,
    read: trueOrFalse,
  },
  concurrentLicences: {
    meaning:
      'Programs licensed by how many use them at once, of which the time of day is told: packages or paths, a list, or in one text separated by commas; none = none. Set here, it wins over the collector.',
    environment: 'FLEETMETER_CONCURRENT_LICENCES',
    flag: '--concurrent-licences <programs>',
    default: [],
    read: programs,
  },
  ceilingFile: {
    meaning: 'File that says what may be collected at most, whatever is set elsewhere; need not exist.',
    environment: 'FLEETMETER_CEILING_FILE',
    flag: '--ceiling-file <file>',
    default: '/etc/fleetmeter/ceiling.json',
    read: text,
  },
};

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new SettingError('must be a text');
  return value;
}

function url(value: unknown): string {
  const parsed = URL.canParse(text(value)) ? new URL(value as string) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.search || parsed.hash)
    throw new SettingError('must be an http or https address');
  return parsed.href.replace(/\/+$/, '');
}

/** Without a scheme it is http, as other programs read HTTPS_PROXY. */
function proxy(value: unknown): string | undefined {
  const given = text(value);
  if (given === 'none') return undefined;
  const parsed = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`);
  if (!parsed?.hostname || !['http:', 'https:'].includes(parsed.protocol) || parsed.pathname !== '/')
    throw new SettingError('must be the address of an http or https proxy, or none');
  return parsed.href.replace(/\/$/, '');
}

function folders(value: unknown): readonly string[] {
  const list = folderList(value);
  if (!list) throw new SettingError('must be absolute folders');
  return list;
}

function programs(value: unknown): readonly string[] {
  if (value === 'none') return [];
  const list = typeof value === 'string' ? value.split(',') : value;
  const fault = fleetSettingFault('concurrentLicences', list);
  if (fault) throw new SettingError(fault);
  return list as string[];
}

function trueOrFalse(value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new SettingError('must be true or false');
}

function number(least: number, most: number): (value: unknown) => number {
  return (value) => {
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof parsed !== 'number' || !(parsed >= least && parsed <= most))
      throw new SettingError(`must be a number from ${least} to ${most}`);
    return parsed;
  };
}
