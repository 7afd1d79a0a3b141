/** Every benchmark, in the order in which a reader would want them. */
import type { Bench } from './bench.ts';

export const BENCHES: readonly Bench[] = [];
