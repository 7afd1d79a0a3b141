/** Every benchmark, in the order in which a reader would want them. */
import { ack } from './ack.ts';
import { agentMemory } from './agent-memory.ts';
import type { Bench } from './bench.ts';
import { firstInventory } from './first-inventory.ts';
import { hashing } from './hashing.ts';
import { opening } from './opening.ts';
import { plan } from './plan.ts';
import { queries } from './queries.ts';
import { remapSpike } from './remap-spike.ts';
import { resync } from './resync.ts';
import { sampling } from './sampling.ts';
import { steadyHour } from './steady-hour.ts';
import { wire } from './wire.ts';

export const BENCHES: readonly Bench[] = [
  firstInventory,
  steadyHour,
  ack,
  remapSpike,
  wire,
  resync,
  queries,
  plan,
  opening,
  agentMemory,
  hashing,
  sampling,
];
