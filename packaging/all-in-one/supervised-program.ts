/**
 * One program kept running: started, its output passed on line by line, started again with growing pauses when it
 * dies, and ended with us. Its stdin is a pipe that nobody writes to: it closes when this process ends, even by
 * kill -9, and the program takes that as its own end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEnd, FIRST_START, type RestartPace } from './restart-pace.ts';

export interface ProgramOptions {
  command: string;
  args: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** It ended although nobody asked it to, and will start again after `pauseMs`. */
  onRestart: (end: ProgramEnd, pauseMs: number) => void;
}

export interface ProgramEnd {
  /** "exit code 1" or "signal SIGKILL". */
  how: string;
  /** Times it ended in a row without a spell of health. */
  failures: number;
}

export class SupervisedProgram {
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #pace: RestartPace = FIRST_START;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { command, args, environment, onLine } = this.#options;
    this.#startedAt = performance.now();
    const child = spawn(command, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...environment, FLEETMETER_PARENT_PIPE: '1' },
      // Ctrl-C reaches the whole foreground group: in one of its own, the program ends when and how we say.
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => onLine(line, 'stdout'));
    createInterface({ input: child.stderr }).on('line', (line) => onLine(line, 'stderr'));
    child.once('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) =>
      this.#ended(child, signal ? `signal ${signal}` : `exit code ${code}`),
    );
  }

  /** Asks it to end, and after `graceMs` makes it. Settles when it is gone: true when it went by itself. */
  async stop(graceMs: number): Promise<boolean> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return true;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    // Windows has no signal that a program could hear: there the pipe says it.
    if (process.platform === 'win32') child.stdin?.end();
    else child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(force);
    return child.signalCode !== 'SIGKILL';
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#stopping) return;
    const next = afterEnd(this.#pace, performance.now() - this.#startedAt);
    this.#pace = next.pace;
    this.#restart = setTimeout(() => this.start(), next.pauseMs);
    this.#options.onRestart({ how, failures: next.pace.failures }, next.pauseMs);
  }
}
