/**
 * Every setting of the collector, once: meaning, unit (in the name), default, and how it is read. A setting is
 * `--kebab-case` on the command line, FLEETMETER_UPPER_CASE in the environment and `camelCase` in the file.
 */
import { isIP } from 'node:net';
import { ADMISSIONS_PER_SECOND } from '../receive/baseline-admission.ts';
import { DEVICE_MESSAGES_PER_SECOND } from '../receive/device-pace.ts';

export interface Setting<T> {
  meaning: string;
  /** What it is when nobody sets it; undefined means "not set". */
  default: T;
  /** The value in this text (flag, environment). Throws ConfigError's message as Error. */
  parse: (text: string) => T;
  /** Secrets are not taken from the command line, which every user of the machine can read. */
  secret?: true;
}

export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function integer(least: number, most: number) {
  return (text: string): number => {
    if (!/^\d{1,16}$/.test(text)) throw new Error('must be a whole number');
    const value = Number(text);
    if (value < least || value > most) throw new Error(`must be ${least} to ${most}`);
    return value;
  };
}
/** At most three digits after the point. */
function decimal(least: number, most: number) {
  return (text: string): number => {
    if (!/^\d{1,6}(?:\.\d{1,3})?$/.test(text)) throw new Error('must be a number like 3 or 0.5');
    const value = Number(text);
    if (value < least || value > most) throw new Error(`must be ${least} to ${most}`);
    return value;
  };
}
function port(text: string): number {
  return integer(0, 65_535)(text);
}
function nonEmpty(text: string): string {
  if (text === '') throw new Error('must not be empty');
  return text;
}
function loopbackAddress(text: string): string {
  // The page has no accounts yet.
  if (!LOOPBACK.has(text)) throw new Error('must be a loopback address (127.0.0.1, ::1 or localhost)');
  return text;
}
function ipAddress(text: string): string {
  if (text !== 'localhost' && isIP(text) === 0) throw new Error('must be an IP address of this computer');
  return text;
}
function httpUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('must be an http or https URL');
  if (url.username || url.password)
    throw new Error('must not hold credentials; set clickhouseUser and -Password');
  return text;
}
function natsServers(text: string): string {
  for (const server of text.split(',')) {
    const url = URL.parse(server);
    if (!url || !['nats:', 'tls:'].includes(url.protocol))
      throw new Error('must be nats:// or tls:// URLs, separated by commas');
    if (url.username || url.password)
      throw new Error('must not hold credentials; set streamUser and -Password');
  }
  return text;
}
function streamName(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text))
    throw new Error('must be letters, digits, hyphens and underscores, at most 64');
  return text;
}
function databaseName(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(text))
    throw new Error('must be letters, digits and underscores, at most 64, and begin with no digit');
  return text;
}
function oneOf(values: readonly string[]) {
  return (text: string): string => {
    if (!values.includes(text)) throw new Error(`must be one of ${values.join(', ')}`);
    return text;
  };
}

function setting<T>(meaning: string, value: T, parse: (text: string) => T): Setting<T> {
  return { meaning, default: value, parse };
}
function optional<T>(meaning: string, parse: (text: string) => T): Setting<T | undefined> {
  return { meaning, default: undefined, parse };
}

const gib = 1024 ** 3;

export const SETTINGS = {
  dataDir: setting(
    'Folder of all state; the collector keeps its own in collector/ below it, the engine in engine/',
    '/var/lib/fleetmeter',
    nonEmpty,
  ),
  adminHost: setting('Address of the page and its API', '127.0.0.1', loopbackAddress),
  adminPort: setting('Port of the page and its API; 0 takes a free one', 8710, port),
  agentHost: setting(
    'Address that agents report to; 0.0.0.0 or :: for every network',
    '127.0.0.1',
    ipAddress,
  ),
  agentPort: setting('Port that agents report to; 0 takes a free one', 8711, port),
  agentTls: setting(
    'TLS 1.3 for agents, on or off; off is for a proxy on this computer that ends TLS, and for measuring',
    'on',
    oneOf(['on', 'off']),
  ),
  agentNames: optional(
    'Names and addresses, separated by commas, under which agents reach this collector; its certificate is for them',
    nonEmpty,
  ),
  tlsCertFile: optional(
    "Certificate of the organisation's own authority, PEM, with what is between it and the root; not set: one of the collector's own",
    nonEmpty,
  ),
  tlsKeyFile: optional('Its private key, PEM', nonEmpty),
  tlsCaFile: optional('The root that agents are to trust, PEM', nonEmpty),
  agentTlsClientAuthority: optional(
    'Authorities, PEM, of one of which every agent must show a client certificate in addition; not set: none is asked for',
    nonEmpty,
  ),
  sqlPort: setting("Port of the embedded engine's HTTP interface, on loopback", 8123, port),
  engineMemoryMib: optional(
    "MiB that the embedded engine may take, kept by the kernel; not set is three fifths of the machine's",
    integer(512, 2 ** 24),
  ),
  engineJail: setting(
    'Jail of the embedded engine by the operating system: auto warns where there can be none, required does not start then, off is for measuring',
    'auto',
    oneOf(['auto', 'required', 'off']),
  ),
  clickhouseUrl: optional('URL of a ClickHouse server to use instead of the embedded engine', httpUrl),
  clickhouseUser: optional('User at that server', nonEmpty),
  clickhouseCaFile: optional(
    "Certificates, PEM, of the authorities of that server's certificate; not set: those that the runtime knows",
    nonEmpty,
  ),
  clickhouseDatabase: setting(
    'Database of the final tables at that server; facts go to one of the same name with _facts behind it',
    'fleetmeter',
    databaseName,
  ),
  clickhousePassword: { ...optional('Password of that user', (text: string) => text), secret: true as const },
  processLingerMs: setting(
    'Milliseconds that a report waits for others to be processed with; a range that is full does not wait',
    2_000,
    integer(0, 60_000),
  ),
  recomputeIntervalSeconds: setting(
    'Seconds between recomputes of what is dirty, at least; a large fleet takes longer, see recomputeTimePercent',
    60,
    integer(1, 86_400),
  ),
  recomputeTimePercent: setting(
    'Percent of the time that recomputing may take: at 3, one that took 108 seconds comes once an hour',
    3,
    integer(1, 100),
  ),
  holdSummaryPercent: setting(
    "Percent of an application's devices of a day of which records are in quarantine, from which on that day keeps its last right numbers",
    0.5,
    decimal(0, 100),
  ),
  holdSummaryDevices: setting(
    'How many devices those must be as well; fewer are left out and counted, so that one cannot freeze an application',
    3,
    integer(1, 1_000_000),
  ),
  supersedeAfterSeconds: setting(
    'Seconds that a device must be silent, after another with its hardware joined, to count as its former self',
    18_000,
    integer(1, 31_536_000),
  ),
  auditIntervalSeconds: setting(
    'Seconds from one audit of all facts to the next, at least; lost facts are found within one audit',
    3_600,
    integer(1, 7 * 86_400),
  ),
  auditTimePercent: setting(
    'Percent of the time that auditing may take: at 10, what takes 30 seconds of work is spread over five minutes',
    10,
    integer(1, 100),
  ),
  quarantineDays: setting(
    'Days that records which could not be used are kept; what is open until then is dropped and counted',
    30,
    integer(1, 400),
  ),
  keepSlotsDays: setting(
    'Days that five-minute marks of use are kept; after them the totals of a day are final',
    14,
    integer(2, 400),
  ),
  keepUserUsageDays: setting('Days that use by user and executable is kept', 100, integer(2, 1_200)),
  keepDeviceUsageMonths: setting(
    'Months that use by device and application is kept, and what was observed of each day',
    13,
    integer(1, 120),
  ),
  keepLastUsedDays: setting('Days that the last use of an application is remembered', 400, integer(1, 3_660)),
  keepApplicationUsageMonths: setting('Months that the totals of applications are kept', 37, integer(1, 240)),
  keepEvidenceDays: setting(
    'Days that evidence of an executable is kept after the last device that had it, and the last use that names it',
    30,
    integer(1, 400),
  ),
  smallestGroupShown: setting(
    'Users of whom fewer count as "< 5", and devices of which fewer have a program in a home before its name is shown to others than the person role; 1 shows all',
    5,
    integer(1, 1_000),
  ),
  catalogueFile: optional(
    'JSON file that names applications by package; looked at every few seconds; not set: the package is the application',
    nonEmpty,
  ),
  baselinesPerSecond: setting(
    'Devices a second that may send a whole inventory: new ones, and those whose inventory was lost; the others wait for their turn',
    ADMISSIONS_PER_SECOND,
    integer(1, 100_000),
  ),
  deviceMessagesPerSecond: setting(
    'Messages a second that one device may send on average, 16 KiB count as one; a minute of them may come at once',
    DEVICE_MESSAGES_PER_SECOND,
    integer(1, 1_000_000),
  ),
  streamUrl: optional(
    "NATS servers whose JetStream keeps reports until they are processed, separated by commas; not set: this computer's disk does",
    natsServers,
  ),
  streamUser: optional('User at those servers', nonEmpty),
  streamPassword: { ...optional('Password of that user', (text: string) => text), secret: true as const },
  streamCaFile: optional(
    "Certificates, PEM, of the authorities of those servers' certificates; not set: those that the runtime knows",
    nonEmpty,
  ),
  streamName: setting('Name of the stream at those servers, and of its subjects', 'fleetmeter', streamName),
  streamReplicas: setting(
    'How many of those servers keep each report; with fewer than 3 what was acknowledged can be lost with one of them',
    3,
    integer(1, 5),
  ),
  streamMaxBytes: setting(
    'Bytes of reports that may wait for processing; beyond it agents are told to try later',
    50 * gib,
    integer(1024 * 1024, 2 ** 50),
  ),
  streamMinFreeBytes: setting(
    "Bytes that must stay free on the stream's disk; below it agents are told to try later",
    gib / 2,
    integer(0, 2 ** 50),
  ),
  streamLowFreeBytes: setting(
    "Bytes free on the stream's disk below which the collector warns, while it still takes reports",
    2 * gib,
    integer(0, 2 ** 50),
  ),
  streamMaxAgeDays: setting(
    'Days that a report may wait for processing; when the oldest waits longer, agents are told to try later',
    14,
    integer(1, 30),
  ),
  streamAtLimit: setting(
    'What happens at a limit of the stream: refuse has agents keep what they have, drop-oldest gives up what waits longest',
    'refuse',
    oneOf(['refuse', 'drop-oldest']),
  ),
  reportIntervalSeconds: optional(
    'Seconds between reports of an agent, where its group says nothing else; not set leaves it to agents',
    integer(1, 86_400),
  ),
  sampleIntervalSeconds: optional(
    'Seconds between looks at the process table, where the group says nothing else; not set leaves it to agents',
    integer(1, 300),
  ),
  logLevel: setting('Least level that is logged', 'info', oneOf(LEVELS)),
} as const satisfies Record<string, Setting<string | number | undefined>>;

export type SettingName = keyof typeof SETTINGS;
export type CollectorConfig = Readonly<
  { [Name in SettingName]: (typeof SETTINGS)[Name]['default'] } & {
    /** `<dataDir>/collector`: control store, stream, lock. */
    collectorDir: string;
    /** `<dataDir>/engine`. */
    engineDir: string;
  }
>;

/** streamMaxBytes -> stream-max-bytes */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** streamMaxBytes -> FLEETMETER_STREAM_MAX_BYTES */
export function environmentName(name: string): string {
  return `FLEETMETER_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
}
