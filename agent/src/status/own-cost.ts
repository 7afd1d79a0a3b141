/** What the agent costs the device, as the operating system counts it. */
import { type AgentCostFields, SkipReason as WireReason } from '@fleetmeter/proto';
import type { FinderStatus } from '../watch/finder-status.ts';
import type { SkipReason } from '../watch/found-file.ts';

export interface CostInput {
  uptimeMs: number;
  finding: FinderStatus;
  sentBytes: number;
  skipped: readonly { reason: SkipReason; count: number }[];
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
  'state-full': WireReason.SKIP_REASON_STATE_FULL,
} as const satisfies Record<SkipReason, number>;

/** CPU time covers the whole process, worker threads included. */
export function ownCost({ uptimeMs, finding, sentBytes, skipped }: CostInput): OwnCost {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    uptimeSeconds: Math.floor(uptimeMs / 1000),
    cpuMilliseconds: Math.round((userCPUTime + systemCPUTime) / 1000),
    residentKib: Math.round(process.memoryUsage.rss() / 1024),
    filesHashed: finding.hashing.filesHashed,
    hashedKib: Math.round(finding.hashing.bytesHashed / 1024),
    sentKib: Math.round(sentBytes / 1024),
    watches: finding.watchedFolders + finding.watchedTrees.length,
    skipped: skipped.map(({ reason, count }) => ({ reason: REASONS[reason], count })),
  };
}
