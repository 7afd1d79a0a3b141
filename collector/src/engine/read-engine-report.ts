import type { EngineSnapshot } from './engine-stats.ts';
import type { Confinement } from './jail/confinement.ts';

/** What the engine's process says of itself; counters since that process started. */
export interface EngineReport extends EngineSnapshot {
  confinement: Confinement;
}

/** A scrape does not wait for an engine that hangs. */
const PATIENCE_MS = 2_000;

/** Rejects when the engine does not answer, or is not ours. */
export async function readEngineReport(address: {
  url: string;
  username: string;
  password: string;
}): Promise<EngineReport> {
  const answer = await fetch(`${address.url}/engine/stats`, {
    headers: { 'x-clickhouse-user': address.username, 'x-clickhouse-key': address.password },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`the engine answered ${answer.status}`);
  return (await answer.json()) as EngineReport;
}
