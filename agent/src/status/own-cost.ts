/** What the agent costs the device, as the operating system counts it. */
import type { AgentCostFields } from '@fleetmeter/proto';

export interface CostInput {
  uptimeMs: number;
  filesHashed: number;
  hashedBytes: number;
  sentBytes: number;
  watches: number;
  skipped: readonly { reason: string; count: number }[];
}

/** CPU time covers the whole process, worker threads included. */
export function ownCost(input: CostInput): AgentCostFields {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    uptimeSeconds: Math.floor(input.uptimeMs / 1000),
    cpuMilliseconds: Math.round((userCPUTime + systemCPUTime) / 1000),
    residentKib: Math.round(process.memoryUsage.rss() / 1024),
    filesHashed: input.filesHashed,
    hashedKib: Math.round(input.hashedBytes / 1024),
    sentKib: Math.round(input.sentBytes / 1024),
    watches: input.watches,
    skipped: input.skipped.map(({ reason, count }) => ({ reason, count })),
  };
}
