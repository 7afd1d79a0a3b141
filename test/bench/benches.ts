/** Every benchmark, in the order in which a reader would want them. */
import type { Bench } from './bench.ts';
import { wire } from './wire.ts';

export const BENCHES: readonly Bench[] = [wire];
