/** The receiving program on a disk whose power can be cut, and devices that report to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { joinSecret } from '../fakes/join-secret.ts';
import type { SeededRandom } from '../model/seeded-random.ts';
import { type CutTally, lookAtDisk } from './cut-disk.ts';
import { LoopDisk } from './loop-disk.ts';
import { ReportingLoad } from './reporting-load.ts';
import { continueProcesses, killProcesses, processTree, stopProcesses } from './stopped-processes.ts';

const DEVICES = 24;
const DISK_MIB = 384;
const PROGRAM = join(import.meta.dirname, 'receiving-program.ts');

export class ReceivingOnDisk {
  readonly folder: string;
  readonly load: ReportingLoad;
  readonly #disk: LoopDisk;
  readonly #child: ChildProcess;
  readonly #traced: boolean;

  /** Devices have joined and report. `under` is a command that runs the program and traces it. */
  static async start(random: SeededRandom, under: readonly string[] = []): Promise<ReceivingOnDisk> {
    const disk = LoopDisk.create(DISK_MIB);
    const folder = join(disk.folder, 'data');
    mkdirSync(folder);
    const secret = joinSecret(folder);
    const [file, ...before] = [...under, process.execPath];
    const child = spawn(file as string, [...before, PROGRAM, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const load = new ReportingLoad(await portOf(child), secret, random);
    const receiving = new ReceivingOnDisk(disk, child, load, under.length > 0);
    while (load.devices.length < DEVICES) await load.enrol();
    load.start();
    return receiving;
  }

  private constructor(disk: LoopDisk, child: ChildProcess, load: ReportingLoad, traced: boolean) {
    this.#disk = disk;
    this.folder = join(disk.folder, 'data');
    this.#child = child;
    this.load = load;
    this.#traced = traced;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Looks at the disk as a power cut now would leave it; the program goes on. */
  async cutPower(tally: CutTally): Promise<void> {
    // Whoever traces the program has to go on, or the program would not stop.
    const pids = processTree(this.pid).slice(this.#traced ? 1 : 0);
    await stopProcesses(pids);
    const left = this.#disk.afterPowerCut();
    tally.inFlight += this.load.inFlight;
    const acknowledged = structuredClone(this.load.acknowledged);
    continueProcesses(pids);
    await lookAtDisk(left, acknowledged, this.load, tally).finally(() => left.remove());
  }

  async close(): Promise<void> {
    if (!this.hasEnded) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      killProcesses(processTree(this.pid).reverse());
      await ended;
    }
    await this.load.stop();
    this.load.close();
    this.#disk.remove();
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line)));
    child.once('exit', (code) => reject(new Error(`the receiving program ended with ${code}`)));
  });
}
