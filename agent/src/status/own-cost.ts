/** What the agent costs the device, as the operating system counts it. */
import type { AgentCostFields } from '@fleetmeter/proto';
import type { FinderStatus } from '../watch/finder-status.ts';

export interface CostInput {
  uptimeMs: number;
  finding: FinderStatus;
  sentBytes: number;
  skipped: readonly { reason: string; count: number }[];
}

export type OwnCost = Required<{
  [Name in keyof Omit<AgentCostFields, '$unknowns'>]: NonNullable<AgentCostFields[Name]>;
}>;

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
    skipped: skipped.map(({ reason, count }) => ({ reason, count })),
  };
}
