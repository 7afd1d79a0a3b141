/** What the agent needs of finding, and how it is set up on this platform. */
import type { Clock } from './clock/clock.ts';
import type { AgentConfig } from './config/schema.ts';
import { packageDatabases } from './evidence/packages/package-databases.ts';
import type { FileHasherOptions } from './hash/file-hasher.ts';
import { machineLoad } from './host/machine-load.linux.ts';
import { runsOnBattery } from './host/power-supply.linux.ts';
import { ExecutableFinder } from './watch/executable-finder.ts';
import type { FinderOptions } from './watch/finder-options.ts';
import type { FindingSink, KnownFiles } from './watch/found-file.ts';
import type { RanPrograms } from './watch/home-admission.ts';
import { placesToSearch, type ScanRootOptions } from './watch/scan-roots.ts';

export type Finder = Pick<
  ExecutableFinder,
  'start' | 'scanOnce' | 'identify' | 'mayMeter' | 'mayRead' | 'mayPass' | 'status' | 'close'
>;

const BYTES_PER_MEBIBYTE = 1_048_576;
const LOWEST_PRIORITY = 19;

export type FindingConfig = Pick<
  AgentConfig,
  | 'roots'
  | 'settleMs'
  | 'rescanSeconds'
  | 'hashMebibytesPerSecond'
  | 'hashCpuPercent'
  | 'hashGently'
  | 'hashFileMebibytes'
  | 'hashFileSeconds'
  | 'mostHomePrograms'
> &
  FindingScope;

/** Where programs are looked for, beyond the roots. */
export interface FindingScope {
  additionalRoots: readonly string[];
  excludedFolders: readonly string[];
  homeFolders: boolean;
  /** Nothing outside these; undefined: no such bound. */
  rootsAtMost?: readonly string[] | undefined;
}

/** Which trees are searched, beside `roots`. */
export function scopeOf(config: FindingScope): Pick<ScanRootOptions, 'added' | 'homes' | 'limits'> {
  return {
    added: config.additionalRoots,
    homes: config.homeFolders,
    limits: { excluded: config.excludedFolders, atMost: config.rootsAtMost },
  };
}

/** Where a finder made now would search, as text. */
export function surroundingsOf(config: FindingConfig): string {
  return placesToSearch({ ...scopeOf(config), ...(config.roots && { paths: config.roots }) });
}

export function createFinder(
  config: FindingConfig,
  inventory: FindingSink & KnownFiles & RanPrograms,
  clock: Clock,
  more: Pick<FinderOptions, 'onProgress' | 'wasScanned'> = {},
): Finder {
  const { owners, folders } = packageDatabases(() => clock.now().wallMs);
  return new ExecutableFinder({
    clock,
    sink: inventory,
    known: inventory,
    owners,
    packageFolders: folders,
    ran: inventory,
    mostHomePrograms: config.mostHomePrograms,
    settleMs: config.settleMs,
    rescanMs: config.rescanSeconds * 1000,
    hasher: hasherOptions(config),
    ...(config.roots && { rootPaths: config.roots }),
    scope: scopeOf(config),
    ...more,
  });
}

function hasherOptions(config: FindingConfig): FileHasherOptions {
  const { hashMebibytesPerSecond, hashCpuPercent, hashGently } = config;
  return {
    ...(hashMebibytesPerSecond > 0 && { bytesPerSecond: hashMebibytesPerSecond * BYTES_PER_MEBIBYTE }),
    ...(hashCpuPercent > 0 && { cpuShare: hashCpuPercent / 100 }),
    ...(hashGently && {
      niceness: LOWEST_PRIORITY,
      machine: () => ({ onBattery: runsOnBattery(), ...machineLoad() }),
    }),
    maxFileBytes: config.hashFileMebibytes * BYTES_PER_MEBIBYTE,
    maxFileMs: config.hashFileSeconds * 1000,
  };
}
