/** Where the collector is and what this device joins with, read each time, since `enrol` may change it meanwhile. */
import { readJoinFile } from './join-file.ts';

export interface CollectorPlace {
  /** The first address: it names the place that this device joined. Without trailing slash. */
  url: () => string;
  /** All of them, best first. At least one. */
  addresses: () => readonly string[];
  /** Of the join string; empty without one. */
  secret: () => string;
  /** Fingerprints of the collector's authorities. */
  authorities: () => readonly string[];
}

/** A configured address wins over the join string's; without either it is the default. */
export function collectorPlace(stateFolder: string, configured: string, explicit: boolean): CollectorPlace {
  const addresses = (): readonly string[] =>
    explicit ? [configured] : (readJoinFile(stateFolder)?.addresses ?? [configured]);
  return {
    url: () => addresses()[0] as string,
    addresses,
    secret: () => readJoinFile(stateFolder)?.secret ?? '',
    authorities: () => readJoinFile(stateFolder)?.authorities ?? [],
  };
}
