/** What the audit's trials ask of a device: to live, to report, to obey, and to tell the truth. */
import type { DirectiveFields } from '@fleetmeter/proto';
import type { ModelExecutable } from './model-device.ts';

export interface Watched {
  day: number;
  run: bigint;
  seconds: number;
}

export interface UsedProgram extends Watched {
  launches: number;
  marks: Set<number>;
}

export interface TrialDevice {
  readonly publicKey: Uint8Array;
  readonly hostname: string;
  /** 16 bytes. */
  readonly epoch: Uint8Array;
  deviceId: string;
  collectorId: Uint8Array;
  /** Of the last report. */
  readonly sequence: number;
  readonly installed: ReadonlyMap<string, ModelExecutable>;
  readonly usage: ReadonlyMap<string, UsedProgram>;
  readonly coverage: ReadonlyMap<string, Watched>;
  /** Installs it, or removes it. */
  toggle(executable: ModelExecutable): void;
  /** Another run begins. */
  restart(): void;
  use(executable: ModelExecutable, day: number, user: number): void;
  /** The next report; by the time it returns the report counts as acknowledged. `today` is not closed yet. */
  report(today: number): Uint8Array;
  obey(directive: DirectiveFields): void;
}
