/** A program of ours under supervision, with its log file and what the terminal is told of it. */
import { openProgramLog, type ProgramLog } from './program-log.ts';
import { StartError } from './start-error.ts';
import { SupervisedProgram } from './supervised-program.ts';
import type { Terminal } from './terminal.ts';

export interface PartOptions {
  name: string;
  /** Program file, run by the Node that runs us. */
  file: string;
  args: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  dataFolder: string;
  terminal: Terminal;
}

export class Part {
  readonly name: string;
  /** Program file and environment, for asking it with another sub-command. */
  readonly file: string;
  readonly environment: PartOptions['environment'];
  readonly #log: ProgramLog;
  readonly #program: SupervisedProgram;
  #failures = 0;

  constructor({ name, file, args, environment, dataFolder, terminal }: PartOptions) {
    this.name = name;
    this.file = file;
    this.environment = environment;
    const log = openProgramLog(name, dataFolder, terminal);
    this.#log = log;
    this.#program = new SupervisedProgram({
      command: process.execPath,
      args: [file, ...args],
      environment,
      onLine: (line, stream) => log.write(line, stream),
      onRestart: ({ how, failures }, pauseMs) => {
        this.#failures = failures;
        terminal.tell('restart', `${name} ended (${how}), starts again in ${pauseMs / 1000} s`, {
          program: name,
          how,
          pauseMs,
        });
      },
    });
  }

  /** Times it ended in a row without a spell of health between. */
  get failures(): number {
    return this.#failures;
  }

  get pid(): number | undefined {
    return this.#program.pid;
  }

  start(): void {
    this.#program.start();
  }

  /** True when it went by itself within the time. */
  async stop(graceMs: number): Promise<boolean> {
    const wentByItself = await this.#program.stop(graceMs);
    this.#log.close();
    return wentByItself;
  }

  cannotStart(why: string): StartError {
    const words = this.#log.lastComplaint();
    return new StartError(
      `the ${this.name} ${why}${words ? `; it says: ${words}` : ''} (log: ${this.#log.path})`,
    );
  }
}
