/**
 * Collector, engine and agents as real processes, agents that live and report without pause, and what is true of them.
 * Whoever kills one of these, or cuts its power, asks at the end whether the tables say the same.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { type ModelProgram, modelProgram, type TrueUsage } from '../model/living-agent.ts';
import { type DayOfPackage, outOfBounds, usageOf } from '../model/machine-oracle.ts';
import type { SeededRandom } from '../model/seeded-random.ts';
import { AgentProcess } from './agent-process.ts';
import { processTree } from './stopped-processes.ts';

const PROGRAMS = 200;
const USED_PROGRAMS = 60;
const DAY_MS = 86_400_000;
const MOST_ROUNDS = 60;

interface Machine {
  deviceId: string;
  run: string;
  /** Number of each installed program. */
  installed: Set<number>;
  usage: Map<string, TrueUsage & { uid: number; program: number }>;
}

export interface SiteOptions {
  /** For the agents; the collector's data unless `collectorFolder` says otherwise. */
  folder: string;
  agents: number;
  random: SeededRandom;
  collectorFolder?: string;
}

export class SiteUnderFire {
  readonly collector: CollectorUnderLoad;
  readonly agents: AgentProcess;
  readonly #machines: Machine[];
  readonly #random: SeededRandom;
  readonly #world: ModelProgram[] = Array.from({ length: PROGRAMS }, (_, index) => modelProgram(index));
  #living: Promise<unknown>[] = [];
  #stopped = false;

  static async start(options: SiteOptions): Promise<SiteUnderFire> {
    const collectorFolder = options.collectorFolder ?? join(options.folder, 'collector');
    mkdirSync(collectorFolder, { recursive: true });
    const collector = await CollectorUnderLoad.start({
      recomputeSeconds: 1,
      folder: collectorFolder,
      settings: () => ({ FLEETMETER_PROCESS_LINGER_MS: '0', FLEETMETER_STREAM_MIN_FREE_BYTES: '0' }),
    });
    return new SiteUnderFire(collector, options);
  }

  private constructor(collector: CollectorUnderLoad, { folder, agents, random }: SiteOptions) {
    this.collector = collector;
    this.#random = random;
    this.agents = new AgentProcess({
      ...{ folder: join(folder, 'agents'), agents },
      ...{ collectorUrl: collector.agentUrl, joinSecret: collector.joinSecret },
    });
    this.#machines = Array.from({ length: agents }, () => ({
      ...{ deviceId: '', run: newRun(), installed: new Set<number>(), usage: new Map() },
    }));
  }

  live(): void {
    this.#stopped = false;
    this.#living = this.#machines.map(async (machine, agent) => {
      while (!this.#stopped) {
        await this.#change(machine, agent);
        await this.agents.tell({ agent, do: 'turn' });
      }
    });
  }

  async rest(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#living);
  }

  /** The engine's process: what the collector started. */
  get enginePids(): number[] {
    return processTree(this.collector.pids.collector).slice(1);
  }

  async killAgents(): Promise<void> {
    await this.agents.kill();
    // As an agent does at each start; half of the time the computer is the one that went down.
    for (const machine of this.#machines) if (this.#random.chance(0.5)) machine.run = newRun();
    this.agents.start();
  }

  async #change(machine: Machine, agent: number): Promise<void> {
    const random = this.#random;
    if (random.chance(0.5)) {
      const program = random.below(PROGRAMS);
      machine.installed.add(program);
      await this.agents.tell({ agent, do: 'install', program });
    }
    if (machine.installed.size > 0 && random.chance(0.3)) {
      const program = random.pick([...machine.installed]);
      machine.installed.delete(program);
      await this.agents.tell({ agent, do: 'remove', program });
    }
    await this.#use(machine, agent);
  }

  async #use(machine: Machine, agent: number): Promise<void> {
    const random = this.#random;
    const program = random.below(USED_PROGRAMS);
    const { id, packageName } = this.#world[program] as ModelProgram;
    // Not today, whose rows also say who has the application.
    const day = Math.floor(Date.now() / DAY_MS) - 1 - random.below(2);
    const uid = 1000 + random.below(2);
    const { run } = machine;
    const key = `${day} ${run} ${id} ${uid}`;
    const before = machine.usage.get(key);
    const slots = Uint8Array.from(before?.slots ?? new Uint8Array(36));
    const slot = random.below(288);
    const fresh = ((slots[slot >> 3] as number) & (1 << (slot & 7))) === 0;
    slots[slot >> 3] = (slots[slot >> 3] as number) | (1 << (slot & 7));
    const seconds = (before?.seconds ?? 0) + (fresh ? random.below(301) : 0);
    const launches = (before?.launches.user ?? 0) + 1;
    machine.usage.set(key, {
      ...{ day, run, executableId: id, user: String(uid), slots, packageName, seconds, uid, program },
      launches: { autostart: 0, service: 0, scheduler: 0, unknown: 0, user: launches },
    });
    await this.agents.tell({
      ...{ agent, do: 'meter', program, uid, day, run, seconds, launches },
      slots: [...slots],
    });
  }

  /** Every program is known here with its evidence, and everything is derived. */
  async introduce(): Promise<void> {
    const { agents } = this;
    for (const [program] of this.#world.entries()) {
      const agent = program % this.#machines.length;
      this.#machines[agent]?.installed.add(program);
      await agents.tell({ agent, do: 'install', program });
    }
    await this.settle();
  }

  /** Everything that happened is acknowledged, processed or not. */
  async tellEverything(): Promise<void> {
    await Promise.all(
      this.#machines.map(async (machine, agent) => {
        while (!(await this.#settleAgent(machine, agent)));
      }),
    );
  }

  /** Everything is told, processed and derived. */
  async settle(): Promise<void> {
    await this.collector.ready();
    for (let round = 0; ; round++) {
      const looks = await Promise.all(
        this.#machines.map((machine, agent) => this.#settleAgent(machine, agent)),
      );
      await this.collector.processed();
      if (looks.every((quiet) => quiet)) break;
      if (round === MOST_ROUNDS) throw new Error('agents are never content');
    }
    await this.collector.derived();
  }

  async #settleAgent(machine: Machine, agent: number): Promise<boolean> {
    for (let turn = 0; turn < 4; turn++) await this.agents.tell({ agent, do: 'turn' });
    const look = await this.agents.tell({ agent, do: 'look' });
    machine.deviceId = look?.deviceId ?? '';
    return look?.quiet ?? false;
  }

  /** How the tables differ from what is true, in words; nothing when they do not. */
  async differences(): Promise<string[]> {
    const installed = await this.collector.sql<{ line: string }>(
      `SELECT concat(device_id, ' ', arrayStringConcat(arraySort(groupArray(executable_id)), ',')) AS line
       FROM fleetmeter.installations GROUP BY device_id`,
    );
    const got = new Set(installed.map(({ line }) => line));
    const want = new Set(this.#installedLines());
    const counts = await this.#wrongCounts();
    const used = await this.collector.sql<DayOfPackage & Record<string, unknown>>(
      `SELECT concat(device_id, ' ', toString(toUInt32(day)), ' ', application) AS name, toUInt32(seconds) AS seconds,
         toUInt32(launches) AS launches FROM fleetmeter.usage_daily`,
    );
    const truth = this.#machines.flatMap(({ deviceId, usage }) => usageOf(deviceId, usage));
    return [
      ...[...want].filter((line) => !got.has(line)).map((line) => `lacks ${line}`),
      ...[...got].filter((line) => !want.has(line)).map((line) => `has ${line}`),
      ...counts,
      ...outOfBounds(used, truth, truth),
    ];
  }

  #installedLines(): string[] {
    return this.#machines
      .filter(({ installed }) => installed.size > 0)
      .map(({ deviceId, installed }) => {
        const ids = [...installed].map((program) => this.#world[program]?.id);
        return `${deviceId} ${ids.sort().join(',')}`;
      });
  }

  /** Devices per application, as derived. */
  async #wrongCounts(): Promise<string[]> {
    const rows = await this.collector.sql<{ name: string; devices: number }>(
      'SELECT name, devices FROM fleetmeter.applications WHERE devices > 0',
    );
    const got = new Map(rows.map(({ name, devices }) => [name, devices]));
    const want = new Map<string, number>();
    for (const { installed } of this.#machines)
      for (const name of new Set([...installed].map((program) => this.#world[program]?.packageName ?? '')))
        want.set(name, (want.get(name) ?? 0) + 1);
    return [...new Set([...got.keys(), ...want.keys()])]
      .filter((name) => got.get(name) !== want.get(name))
      .map((name) => `${name} is on ${want.get(name) ?? 0} devices, the tables say ${got.get(name) ?? 0}`);
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.agents.kill();
    await this.collector.close();
  }
}

const newRun = (): string => randomBytes(8).toString('hex');
