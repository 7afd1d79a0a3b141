/** What a sample of the process table tells, on any platform. */
import type { Origin } from '../usage/usage-values.ts';
import type { FileIdentity } from '../watch/found-file.ts';

/** The file that a process runs. */
export interface ProgramFile {
  /** Names this file in this state, also after it was deleted or replaced on disk. */
  key: string;
  /** Raw path as the kernel knows it. */
  path: string;
  /** A path that opens this very file while the process lives. */
  openPath: string;
  identity: FileIdentity;
}

export interface SampledProcess {
  /** Pid and kernel start; of a script with something behind them. */
  process: string;
  program: ProgramFile;
  /** Of a script: the process of its interpreter, beside which it has the same life. It counts where it is listed as a program. */
  interpreter?: string;
  uid: number;
  startedBootMs: number;
  origin: Origin;
}

export interface ProcessSample {
  /** The very same list as the last time, when nothing has changed. */
  processes: readonly SampledProcess[];
  /** False: some processes could not be looked at, or the system shows only some. What is missing may well be running. */
  whole: boolean;
  /** Processes whose program may not be seen: not an agent's failure, but a blind spot to report. */
  unreadable: number;
}

export interface ProcessTable {
  /** Undefined when the table cannot be read: then nothing was observed, which is not the same as nothing ran. */
  read(): Promise<ProcessSample | undefined>;
}
