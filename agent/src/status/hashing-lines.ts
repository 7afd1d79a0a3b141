/** What `status` says of hashing and its cost to people: when it begins, how far it is, why it rests, what it took. */
import type { AgentStatus } from './agent-status.ts';
import type { StatusReport } from './read-status.ts';

/** `age` writes milliseconds for people. */
export function firstScanText(
  { first_scan_finished, first_scan_at }: StatusReport,
  nowMs: number,
  age: (ms: number) => string,
): string {
  if (first_scan_finished) return '';
  const inMs = first_scan_at ? Date.parse(first_scan_at) - nowMs : 0;
  return inMs > 0 ? ` (first scan in ${age(inMs)})` : ' (first scan not finished)';
}

export function hashedLine(agent: AgentStatus, age: (ms: number) => string): string {
  // A status of an earlier agent says nothing of rest.
  const { queued, rests, restedMs = 0 } = agent.finding.hashing;
  const waiting = queued + (agent.finding.putOff ?? 0);
  const why = rests && { battery: 'it runs on battery', load: 'the computer is busy' }[rests];
  return [
    `${agent.filesHashedSinceStart} files since start, ${agent.filesHashedEver} ever`,
    ...(why ? [`resting because ${why}, ${waiting} wait`] : []),
    ...(restedMs > 0 ? [`rested ${age(restedMs)} so far`] : []),
  ].join('; ');
}

/** The receipt; it travels in each report too. */
export function costLine({ cost, costPeakKib }: AgentStatus, age: (ms: number) => string): string {
  const mebibytes = (kib: number): string => `${Math.round(kib / 1024)} MiB`;
  // A status of an earlier agent has no peak.
  const peak = costPeakKib === undefined ? '' : `, at most ${mebibytes(costPeakKib)}`;
  return [
    `${(cost.cpuMilliseconds / 1000).toFixed(1)} s CPU`,
    `${mebibytes(cost.residentKib)} of memory${peak}`,
    `${mebibytes(cost.hashedKib)} read for ${cost.filesHashed} hashes`,
    `${cost.watches} watches`,
    `${cost.sentKib} KiB sent`,
    `in ${age(cost.uptimeSeconds * 1000)}`,
  ].join(', ');
}
