/** Programs that run under a clock of their own, which can be set while they run. The monotonic clock stays the real one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where Debian's package has it. */
const [LIBRARY = ''] = globSync('/usr/lib/*/faketime/libfaketime.so.1');

export class SetClock {
  readonly #file: string;

  /** `file`: does not exist yet. `offsetSeconds`: beside the real clock. */
  constructor(file: string, offsetSeconds: number) {
    this.#file = file;
    this.set(offsetSeconds);
  }

  set(offsetSeconds: number): void {
    writeFileSync(this.#file, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds.toFixed(3)}\n`);
  }

  /** `program`: a file of TypeScript beside this one, or a program of Node by its path. */
  run(program: string, args: readonly string[], timeZone: string): ChildProcess {
    return spawn(process.execPath, [resolve(import.meta.dirname, program), ...args], {
      env: {
        ...process.env,
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: this.#file,
        FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
        TZ: timeZone,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
}
