/** What `status` says of hashing to people: when it begins, how far it is, and why it rests. */
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
  const why = rests && { battery: 'it runs on battery', load: 'the computer is busy' }[rests];
  return [
    `${agent.filesHashedSinceStart} files since start, ${agent.filesHashedEver} ever`,
    ...(why ? [`resting because ${why}, ${queued} wait`] : []),
    ...(restedMs > 0 ? [`rested ${age(restedMs)} so far`] : []),
  ].join('; ');
}
