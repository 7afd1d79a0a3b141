/** Where the collector is and what this device joins with, read each time, since `enrol` may change it meanwhile. */
import { readJoinFile } from './join-file.ts';

export interface CollectorPlace {
  /** Without trailing slash. */
  url: () => string;
  /** Of the join string; empty without one. */
  secret: () => string;
  /** Fingerprints of the collector's authorities. */
  authorities: () => readonly string[];
}

/** A configured address wins over the join string's; without either it is the default. */
export function collectorPlace(stateFolder: string, configured: string, explicit: boolean): CollectorPlace {
  return {
    url: () => (explicit ? configured : (readJoinFile(stateFolder)?.addresses[0] ?? configured)),
    secret: () => readJoinFile(stateFolder)?.secret ?? '',
    authorities: () => readJoinFile(stateFolder)?.authorities ?? [],
  };
}
