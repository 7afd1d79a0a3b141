/** What the agent costs the device, as the operating system counts it. */
import { type AgentCostFields, SkipReason as WireReason } from '@fleetmeter/proto';
import type { NotListed } from '../inventory/skipped-files.ts';
import type { FinderStatus } from '../watch/finder-status.ts';

export interface CostInput {
  uptimeMs: number;
  finding: FinderStatus;
  sentBytes: number;
  skipped: readonly NotListed[];
  /** See ToldClock. */
  clockAheadSeconds: number | undefined;
}

export type OwnCost = Required<{
  [Name in keyof Omit<AgentCostFields, '$unknowns'>]: NonNullable<AgentCostFields[Name]>;
}>;

/** As they are on the wire, where a number costs a twelfth of a word. */
const REASONS = {
  unreadable: WireReason.SKIP_REASON_UNREADABLE,
  vanished: WireReason.SKIP_REASON_VANISHED,
  'changed-while-hashing': WireReason.SKIP_REASON_CHANGED_WHILE_HASHING,
  'too-large': WireReason.SKIP_REASON_TOO_LARGE,
  'not-regular': WireReason.SKIP_REASON_NOT_REGULAR,
  'path-not-unicode': WireReason.SKIP_REASON_PATH_NOT_UNICODE,
  'folder-unreadable': WireReason.SKIP_REASON_FOLDER_UNREADABLE,
  'watch-limit': WireReason.SKIP_REASON_WATCH_LIMIT,
  'excluded-file-system': WireReason.SKIP_REASON_EXCLUDED_FILE_SYSTEM,
  'excluded-folder': WireReason.SKIP_REASON_EXCLUDED_FOLDER,
  'package-database-busy': WireReason.SKIP_REASON_PACKAGE_DATABASE_BUSY,
  'id-taken': WireReason.SKIP_REASON_ID_TAKEN,
  // A folder that is left out, by being in no root.
  'link-out-of-roots': WireReason.SKIP_REASON_EXCLUDED_FOLDER,
  // Folders that are left out, as the agent's rules for homes have it.
  'home-limit': WireReason.SKIP_REASON_EXCLUDED_FOLDER,
  'rolled-up': WireReason.SKIP_REASON_EXCLUDED_FOLDER,
  // A file system that holds names whose content is elsewhere.
  'content-elsewhere': WireReason.SKIP_REASON_EXCLUDED_FILE_SYSTEM,
  'state-full': WireReason.SKIP_REASON_STATE_FULL,
} as const satisfies Record<NotListed['reason'], number>;

/** What the wire holds. */
const MOST_AHEAD = 2 ** 31 - 1;

/** CPU time covers the whole process, worker threads included. */
export function ownCost({
  uptimeMs,
  finding,
  sentBytes,
  skipped,
  clockAheadSeconds = 0,
}: CostInput): OwnCost {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    uptimeSeconds: Math.floor(uptimeMs / 1000),
    cpuMilliseconds: Math.round((userCPUTime + systemCPUTime) / 1000),
    residentKib: Math.round(process.memoryUsage.rss() / 1024),
    filesHashed: finding.hashing.filesHashed,
    // What was read for it, also of files that changed meanwhile: that is what it costs.
    hashedKib: Math.round(finding.hashing.bytesRead / 1024),
    sentKib: Math.round(sentBytes / 1024),
    watches: finding.watches,
    skipped: byWireReason(skipped),
    clockAheadSeconds: Math.max(-MOST_AHEAD, Math.min(clockAheadSeconds, MOST_AHEAD)),
  };
}

/** Several reasons of the agent's may be one on the wire. */
function byWireReason(skipped: readonly NotListed[]): OwnCost['skipped'] {
  const counts = new Map<number, number>();
  for (const { reason, count } of skipped)
    counts.set(REASONS[reason], (counts.get(REASONS[reason]) ?? 0) + count);
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

/** The most resident memory of the process at any time, KiB. */
export function peakKib(): number {
  return process.resourceUsage().maxRSS;
}
