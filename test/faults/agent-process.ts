/** The process of agents from outside: started, told what to do, killed, and told again what it may not have done. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { AgentAnswer, AgentCommand } from './agent-commands.ts';

const PROGRAM = join(import.meta.dirname, 'agents-program.ts');

export interface AgentProcessParts {
  folder: string;
  agents: number;
  collectorUrl: string;
  joinSecret: string;
}

interface Call {
  command: AgentCommand;
  resolve: (value: AgentAnswer['value']) => void;
  reject: (error: Error) => void;
}

export class AgentProcess {
  readonly #parts: AgentProcessParts;
  readonly #began = Date.now();
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #child!: ChildProcess;
  #open!: Promise<void>;

  constructor(parts: AgentProcessParts) {
    this.#parts = parts;
    this.start();
  }

  start(): void {
    const { folder, agents, collectorUrl, joinSecret } = this.#parts;
    const child = fork(PROGRAM, [folder, String(agents), collectorUrl, joinSecret, String(this.#began)]);
    this.#child = child;
    this.#open = new Promise((resolve) => child.once('message', () => resolve()));
    child.on('message', ({ id, value }: AgentAnswer) => {
      this.#calls.get(id)?.resolve(value);
      this.#calls.delete(id);
    });
  }

  /** Turns under way: each is a request that is sent, or an answer that is being made durable. */
  get turning(): number {
    return [...this.#calls.values()].filter(({ command }) => command.do === 'turn').length;
  }

  /** Until it was done; a killed process is told again once it is back. */
  async tell(command: AgentCommand): Promise<AgentAnswer['value']> {
    for (;;) {
      const told = await this.#tellOnce(command).catch(() => 'killed' as const);
      if (told !== 'killed') return told;
      // Nobody may have noticed yet that it has to be started again.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #tellOnce(command: AgentCommand): Promise<AgentAnswer['value']> {
    await this.#open;
    const id = this.#nextId++;
    return await new Promise((resolve, reject) => {
      this.#calls.set(id, { command, resolve, reject });
      this.#child.send({ id, command }, (error) => error && reject(error));
    });
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(new Error('killed'));
  }
}
