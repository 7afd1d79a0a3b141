/**
 * A machine with a real agent on it, without eyes: store, inventory, delta and courier as they are, told what they would
 * have found and metered. The disk can be put back to an earlier state, and copied to another machine. What is true of
 * the machine is kept beside the agent, for the oracle.
 */
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import type { Clock } from '../../agent/src/clock/clock.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { userHash } from '../../agent/src/identity/user-hash.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import type { Exchange } from '../../agent/src/send/http-exchange.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import type { DueUsage } from '../../agent/src/store/usage-table.ts';
import type { UsageRow } from '../../agent/src/usage/usage-values.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';

/** A program of the model's world. */
export interface ModelProgram {
  id: string;
  packageName: string;
  file: FoundFile;
}

export function modelProgram(index: number): ModelProgram {
  const path = `/usr/bin/program-${index}`;
  const packageName = `package-${index % 40}`;
  const size = (index % 100) + 1;
  const evidence: FoundFile['evidence'] = {
    sha256: createHash('sha256').update(`content ${index}`).digest(),
    ...{ path, size, format: 'elf', packageName, packageVersion: '1.0' },
  };
  const identity = { device: '1', inode: String(index + 1), size, mtimeNs: '1', ctimeNs: '1' };
  const { executableId } = identifyEvidence(encodeEvidence(evidence));
  return { id: executableId, packageName, file: { path, identity, format: 'elf', evidence } };
}

/** A usage row and the package it counts for. */
export interface TrueUsage extends UsageRow {
  packageName: string;
}

/** What is so on a machine. */
export interface MachineTruth {
  /** By executable id. */
  installed: Map<string, ModelProgram>;
  /** By day, run, executable and user: what the meter would have on this machine. */
  usage: Map<string, TrueUsage>;
  /** What the agent believes to have told for good, the same keys. */
  told: Map<string, TrueUsage>;
  /** What may have arrived or not, as far as anybody on the machine could know when its disk was put back. */
  maybeTold: Map<string, TrueUsage>;
}

export interface LivingAgentParts {
  folder: string;
  exchange: Exchange;
  /** Milliseconds since 1970. */
  now: () => number;
  joinSecret: string;
}

/** A state of the disk, and what was true then. */
export interface DiskImage {
  folder: string;
  truth: MachineTruth;
}

export class LivingAgent {
  readonly folder: string;
  truth: MachineTruth = { installed: new Map(), usage: new Map(), told: new Map(), maybeTold: new Map() };
  readonly #parts: LivingAgentParts;
  #store!: AgentStore;
  #inventory!: Inventory;
  #courier!: Courier;
  #userSecret!: Uint8Array;
  #run = '';

  constructor(parts: LivingAgentParts) {
    this.#parts = parts;
    this.folder = parts.folder;
    mkdirSync(parts.folder, { recursive: true });
    this.#boot();
  }

  /** Empty before it joined. */
  get deviceId(): string {
    return this.#store.facts.read('enrolment')?.deviceId ?? '';
  }

  get epochId(): Uint8Array | undefined {
    return this.#store.outbox.epoch()?.id;
  }

  get courier(): Courier {
    return this.#courier;
  }

  get dueUsage(): DueUsage[] {
    return this.#store.usage.dueUsage(100_000);
  }

  install(program: ModelProgram): void {
    this.#inventory.found(program.file);
    this.#inventory.flush();
    this.truth.installed.set(program.id, program);
  }

  remove(program: ModelProgram): void {
    this.#inventory.gone(program.file.path);
    this.#inventory.flush();
    this.truth.installed.delete(program.id);
  }

  /** `slot`: the five-minute mark of the day in which it ran `seconds`, at most 300. */
  use(program: ModelProgram, day: number, uid: number, slot: number, seconds: number): void {
    this.knowUsed(program);
    const user = this.userHash(uid);
    const key = usageKey({ day, run: this.#run, executableId: program.id, user });
    const before = this.truth.usage.get(key);
    const slots = Uint8Array.from(before?.slots ?? new Uint8Array(36));
    const fresh = ((slots[slot >> 3] as number) & (1 << (slot & 7))) === 0;
    slots[slot >> 3] = (slots[slot >> 3] as number) | (1 << (slot & 7));
    const row: TrueUsage = {
      ...{ day, run: this.#run, executableId: program.id, user, slots, packageName: program.packageName },
      seconds: (before?.seconds ?? 0) + (fresh ? seconds : 0),
      launches: {
        ...{ autostart: 0, service: 0, scheduler: 0, unknown: 0 },
        user: (before?.launches.user ?? 0) + 1,
      },
    };
    this.truth.usage.set(key, row);
    this.meter(row);
  }

  /** What a run comes to by now: values of their own, so that saying them twice changes nothing. */
  meter(row: UsageRow): void {
    const mark = { bootId: this.#run, monotonicMs: 0, bootMs: 0, isResumable: true };
    this.#store.usage.flush({ usage: [row], coverage: [], live: [], mark });
  }

  /** Knows a program that is used and not installed. */
  knowUsed(program: ModelProgram): void {
    this.#inventory.keepUsed(program.file);
  }

  userHash(uid: number): string {
    return userHash(this.#userSecret, uid);
  }

  /** One turn of the agent. What it then no longer has to say counts as told. */
  async turn(): Promise<void> {
    await this.#courier.turn(AbortSignal.timeout(30_000));
    const { usage, told, maybeTold } = this.truth;
    const due = new Map(this.dueUsage.map((row) => [usageKey(row), row]));
    for (const [key, row] of usage) {
      const again = due.get(key);
      if (!again) told.set(key, largerUsage(told.get(key), row));
      // Nothing of it counts as told any more: the agent says it again.
      else if (told.has(key) && again.acknowledgedSlots.every((byte) => byte === 0)) {
        maybeTold.set(key, largerUsage(maybeTold.get(key), told.get(key) ?? row));
        told.delete(key);
      }
    }
  }

  /** The process dies and comes again; the computer goes on. */
  restart(): void {
    this.#store.close();
    this.#boot(this.#run);
  }

  imageTo(folder: string): DiskImage {
    this.#store.close();
    cpSync(this.folder, folder, { recursive: true });
    this.#boot(this.#run);
    return { folder, truth: copyOf(this.truth) };
  }

  /** The disk is put back and the computer starts. What was told from the lost time stays told. */
  restore(image: DiskImage): void {
    const { told } = this.truth;
    const maybeTold = new Map(this.truth.maybeTold);
    for (const [key, row] of this.truth.usage) maybeTold.set(key, largerUsage(maybeTold.get(key), row));
    this.#store.close();
    rmSync(this.folder, { recursive: true });
    cpSync(image.folder, this.folder, { recursive: true });
    const { installed, usage } = copyOf(image.truth);
    this.truth = { installed, usage, told, maybeTold };
    this.#boot();
  }

  /** Another computer with this disk. */
  copy(image: DiskImage, parts: LivingAgentParts): LivingAgent {
    cpSync(image.folder, parts.folder, { recursive: true });
    const copy = new LivingAgent(parts);
    copy.truth = { ...copyOf(image.truth), told: new Map(), maybeTold: new Map() };
    return copy;
  }

  /** Nothing to say that was not said. */
  get quiet(): boolean {
    const epoch = this.#store.outbox.epoch();
    if (!epoch || epoch.baselineWanted || this.#store.outbox.pending() || this.#courier.evidence.size > 0)
      return false;
    const { present, absent } = this.#store.inventory.touchedSince(epoch.ackedTouch);
    return present.length === 0 && absent.length === 0 && this.dueUsage.length === 0;
  }

  close(): void {
    this.#store.close();
  }

  #boot(run = randomBytes(8).toString('hex')): void {
    const { folder, exchange, joinSecret, now } = this.#parts;
    this.#run = run;
    this.#store = agentStore(openStateDatabase(folder, now()).database);
    const identity = openDeviceIdentity(folder);
    this.#userSecret = identity.userSecret;
    this.#inventory = new Inventory(this.#store, () => Math.floor(now() / 86_400_000));
    const clock: Clock = {
      now: () => ({ wallMs: now(), monotonicMs: now(), bootMs: now() }),
      bootId: () => run,
      utcOffsetSeconds: () => 0,
      sleep: () => Promise.resolve(),
    };
    this.#courier = new Courier({
      ...{ identity, exchange, clock, store: this.#store, inventory: this.#inventory },
      host: () => ({ hostname: folder.slice(folder.lastIndexOf('/') + 1), os: 'linux' }),
      cost: () => ({}),
      collectorUrl: () => 'http://collector',
      joinSecret: () => joinSecret,
      reportIntervalSeconds: () => 1,
      onSettings: () => {},
      random: () => 0.5,
      log: { info: () => {}, warn: () => {} },
    });
  }
}

export function usageKey({
  day,
  run,
  executableId,
  user,
}: Omit<UsageRow, 'seconds' | 'launches' | 'slots'>): string {
  return `${day} ${run} ${executableId} ${user}`;
}

function copyOf(truth: MachineTruth): MachineTruth {
  return {
    installed: new Map(truth.installed),
    usage: new Map(truth.usage),
    told: new Map(truth.told),
    maybeTold: new Map(truth.maybeTold),
  };
}

/** Two states of one row, merged as the wire's fields are. */
export function largerUsage(a: TrueUsage | undefined, b: TrueUsage): TrueUsage {
  if (!a) return b;
  return {
    ...b,
    seconds: Math.max(a.seconds, b.seconds),
    launches: { ...b.launches, user: Math.max(a.launches.user, b.launches.user) },
    slots: unionOf(a.slots, b.slots),
  };
}

export function unionOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((bits, at) => bits | (b[at] as number));
}
