/**
 * What else the computer has to do: the kernel's pressure stall information, or where it has none the load average.
 * Source: Documentation/accounting/psi.rst of the Linux kernel.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

const PRESSURE_FOLDER = '/proc/pressure';

export interface MachineLoad {
  /** Percent of the last ten seconds in which some program waited; undefined: the kernel does not say. */
  pressure: { cpu: number; storage: number; memory: number } | undefined;
  /** Mean of the last minute; waiting for storage counts as wanting to run. */
  loadPerCore: number;
}

export function machineLoad(folder = PRESSURE_FOLDER): MachineLoad {
  const [cpu, storage, memory] = ['cpu', 'io', 'memory'].map((name) => somePressure(folder, name));
  const isSaid = cpu !== undefined && storage !== undefined && memory !== undefined;
  return {
    pressure: isSaid ? { cpu, storage, memory } : undefined,
    loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
  };
}

/** From `some avg10=1.53 avg60=...`. */
function somePressure(folder: string, name: string): number | undefined {
  try {
    const value = /^some avg10=(\d+\.\d+)/m.exec(readFileSync(join(folder, name), 'latin1'))?.[1];
    return value === undefined ? undefined : Number(value);
  } catch {
    // No such kernel, or it was switched off: then opening the file fails.
    return undefined;
  }
}
