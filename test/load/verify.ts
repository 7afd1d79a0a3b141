/** After a run: do the collector's tables say what the simulation knows to be true? */
import { type FleetTables, TABLE_NAMES, tableDifferences } from './fleet-tables.ts';
import { type AskSql, readTables } from './read-tables.ts';
import type { SimulatedWorld } from './simulated-device.ts';
import { recount } from './truth.ts';
import { type VerifiedPart, verifiedPart } from './verified-part.ts';

/** The tables are wrong. The message names the first differences. */
export class VerifyError extends Error {
  override name = 'VerifyError';
}

const SHOWN_DIFFERENCES = 20;
const HOURS_A_DAY = 24;
const DAY_MS = 86_400_000;

/** What is compared after the fleet reported everything before `hour`. `now` is in milliseconds since 1970. */
export function partToVerify(world: SimulatedWorld, hour: number, now: number): VerifiedPart {
  const lastHour = Math.max(0, hour - 1);
  return verifiedPart(world.history.population.size, {
    from: world.firstDay,
    to: world.firstDay + Math.floor(lastHour / HOURS_A_DAY),
    today: Math.floor(now / DAY_MS),
  });
}

/** Resolves with a line that says how much was compared; rejects with VerifyError when anything differs. */
export async function verify(sql: AskSql, world: SimulatedWorld, part: VerifiedPart): Promise<string> {
  const recounted = recount(world, part);
  throwIfDifferent(recounted, await readTables(sql, part));
  return verifiedLine(recounted, part);
}

export function throwIfDifferent(recounted: FleetTables, stored: FleetTables): void {
  const differences = tableDifferences(recounted, stored);
  if (differences.length === 0) return;
  const more = differences.length - SHOWN_DIFFERENCES;
  throw new VerifyError(
    [
      `the tables differ from what happened in ${differences.length} rows:`,
      ...differences.slice(0, SHOWN_DIFFERENCES),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join('\n'),
  );
}

function verifiedLine(recounted: FleetTables, part: VerifiedPart): string {
  const counts = TABLE_NAMES.map((table) => `${recounted[table].size} rows of ${table}`).join(', ');
  const counted = part.countsInstallations
    ? 'installations counted on every device'
    : 'installations counted on sampled devices only';
  return `verified: ${counts}; ${counted}, line by line on ${part.sampled.length} devices`;
}
