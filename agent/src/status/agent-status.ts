/** The agent's state as data: written by the running agent, read by `status`. */
import type { CourierCounts } from '../send/courier.ts';
import type { Problem } from './problems.ts';

export interface AgentStatus {
  agentVersion: string;
  pid: number;
  startedAtMs: number;
  updatedAtMs: number;
  collectorUrl: string;
  roots: readonly string[];
  /** What finding says of itself. */
  finding: Record<string, unknown>;
  filesHashedSinceStart: number;
  filesHashedEver: number;
  skipped: { reason: string; count: number }[];
  usage: {
    run: string;
    running: number;
    samples: number;
    missedSamples: number;
    unreadableProcesses: number;
    waitingForIdentification: number;
    unidentifiablePrograms: number;
    droppedValues: number;
  };
  reporting: CourierCounts;
  evidence: { sent: number; missing: number; waiting: number };
  cost: { cpuMilliseconds: number; residentKib: number; sentKib: number; uptimeSeconds: number };
  reportIntervalSeconds: number;
  sampleIntervalSeconds: number;
  problems: Problem[];
}
