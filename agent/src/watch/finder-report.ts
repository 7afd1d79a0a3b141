/** Gathers what finding says of itself from its parts. */
import type { ChangeQueue } from './change-queue.ts';
import { MOST_HOME_PROGRAMS } from './finder-options.ts';
import type { FinderParts } from './finder-parts.ts';
import type { ExcludedFolder, FinderStatus } from './finder-status.ts';
import { NO_ROLL_UPS } from './roll-ups.ts';
import type { ScanCycle } from './scan-cycle.ts';

/** Folders that are stayed off, shown one by one. */
const MOST_EXCLUDED_SHOWN = 100;

export interface ReportSources {
  parts: FinderParts;
  cycle: ScanCycle;
  changes: ChangeQueue;
  eventBursts: number;
  failures: number;
  lastFailure: string | undefined;
}

export function finderStatus({ parts, cycle, changes, ...counts }: ReportSources): FinderStatus {
  const { watcher, ledger, examiner } = parts;
  return {
    state: parts.isClosed ? 'closed' : cycle.state,
    roots: parts.roots.roots.map(({ path }) => path),
    missingRoots: parts.roots.missing,
    scan: cycle.run?.figures(),
    lastScan: cycle.lastScan,
    hashing: parts.hasher.figures(),
    listingCpuMs: Math.round(parts.lister.threadCpuMs),
    watchedFolders: watcher?.watchedFolders ?? 0,
    watches: watcher?.watches ?? 0,
    quietFolders: watcher?.quiet.size ?? 0,
    watchedTrees: watcher?.trees ?? [],
    skipped: ledger.counts(),
    excluded: excludedFolders(parts),
    linksOut: ledger.links(),
    rolledUp: cycle.lastScan ? cycle.rolledUp : (cycle.run?.rollUps.summary() ?? NO_ROLL_UPS),
    homePrograms: {
      listed: parts.admission.used,
      most: parts.options.mostHomePrograms ?? MOST_HOME_PROGRAMS,
    },
    vanished: examiner.reading.vanished,
    changedWhileHashing: examiner.reading.changedWhileHashing,
    settling: changes.size,
    putOff: parts.putOff.size,
    waitingForPackages: examiner.held,
    evidenceBeyondLimits: examiner.reading.beyondLimits,
    unusableBundles: parts.bundles.unusable,
    changesForgotten: changes.forgotten,
    packageDatabases: parts.owners.databases(),
    ...counts,
  };
}

function excludedFolders({ ledger, mounts }: FinderParts): ExcludedFolder[] {
  const excluded: ExcludedFolder[] = [];
  for (const path of ledger.pathsWith('excluded-folder', 'excluded-file-system')) {
    const exclusion = mounts.exclusionAt(path) ?? mounts.exclusionAround(path);
    if (exclusion) excluded.push({ path, ...exclusion });
    if (excluded.length >= MOST_EXCLUDED_SHOWN) break;
  }
  return excluded;
}
