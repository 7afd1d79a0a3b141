/**
 * A device as the design describes it, written from the design and not from the agent: what is true on it, what
 * it said, what was acknowledged. The oracle asks it for the truth; the collector only ever sees its reports.
 */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  Envelope,
  encodeSlots,
  keyIdOf,
  Report,
  type ReportFields,
  sealEnvelope,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import type { SeededRandom } from './seeded-random.ts';
import { digestOf, wireDigest, wireIds } from './wire-digest.ts';

/** An executable of the model's world: canonical evidence, its id and its hash, made without the product's encoder. */
export interface ModelExecutable {
  id: string;
  hash16: bigint;
  evidence: Buffer;
  packageName: string;
}

export function modelExecutable(index: number): ModelExecutable {
  const packageName = `package-${index % 40}`;
  const field = (tag: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag, value.length]), value]);
  const evidence = Buffer.concat([
    field(1, createHash('sha256').update(`content ${index}`).digest()),
    field(2, Buffer.from(`/usr/bin/program-${index}`)),
    field(3, Buffer.from([(index % 100) + 1])),
    field(4, Buffer.from('elf')),
    field(11, Buffer.from(packageName)),
    field(12, Buffer.from('1.0')),
  ]);
  const hash = createHash('sha256').update('fleetmeter/evidence/1\0').update(evidence).digest();
  const little = Buffer.from(hash.subarray(0, 16)).reverse();
  return {
    id: hash.subarray(0, 8).toString('hex'),
    hash16: BigInt(`0x${little.toString('hex')}`),
    evidence,
    packageName,
  };
}

export interface ModelUsage {
  day: number;
  run: bigint;
  executable: ModelExecutable;
  user: number;
  seconds: number;
  launches: number;
  slots: Set<number>;
}

interface Pending {
  sequence: number;
  envelope: Uint8Array;
  touchedUpTo: number;
  inventoryUpTo: number;
  baseline: boolean;
  part: boolean;
}

/** A baseline on its way in parts: the inventory as it was when the first part was made. */
interface Frozen {
  ids: string[];
  digest: { count: number; sum: bigint };
  next: number;
  touchedUpTo: number;
}

export class ModelDevice {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  deviceId = '';
  collectorId: Uint8Array = new Uint8Array(16);
  readonly installed = new Map<string, ModelExecutable>();
  readonly usage = new Map<string, ModelUsage>();
  readonly sent: Uint8Array[] = [];
  pending: Pending | undefined;
  readonly #random: SeededRandom;
  readonly #privateKey: KeyObject;
  readonly epochId: Uint8Array;
  readonly #touched = new Map<string, number>();
  readonly #changedUsage = new Map<string, number>();
  #clock = 0;
  #sequence = 0;
  #previousHash: Uint8Array | undefined;
  #reported = { count: 0, sum: 0n };
  #baselineDue = true;
  #lastBaseline = 0;
  #run: bigint;
  readonly #partSize: number;
  #frozen: Frozen | undefined;

  /** @param partSize executables in one part of a baseline */
  constructor(random: SeededRandom, partSize = Number.POSITIVE_INFINITY) {
    this.#random = random;
    this.#partSize = partSize;
    const pair = generateKeyPairSync('ed25519');
    this.#privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.keyId = keyIdOf(this.publicKey);
    this.epochId = random.bytes(16);
    this.#run = Buffer.from(random.bytes(8)).readBigUInt64LE();
  }

  install(executable: ModelExecutable): void {
    this.installed.set(executable.id, executable);
    this.#touched.set(executable.id, ++this.#clock);
  }

  remove(executable: ModelExecutable): void {
    if (this.installed.delete(executable.id)) this.#touched.set(executable.id, ++this.#clock);
  }

  restart(): void {
    this.#run = Buffer.from(this.#random.bytes(8)).readBigUInt64LE();
  }

  use(executable: ModelExecutable, day: number, user: number): void {
    const key = `${day} ${this.#run} ${executable.id} ${user}`;
    const value = this.usage.get(key) ?? {
      day,
      run: this.#run,
      executable,
      user,
      seconds: 0,
      launches: 0,
      slots: new Set<number>(),
    };
    value.launches++;
    // A five-minute mark and at most 300 seconds in it: seconds never exceed 300 for each mark.
    const slot = this.#random.below(288);
    if (!value.slots.has(slot)) value.seconds += this.#random.below(301);
    value.slots.add(slot);
    this.usage.set(key, value);
    this.#changedUsage.set(key, ++this.#clock);
  }

  /** Makes the next report durable "on the device" unless one is waiting. */
  compose(): void {
    if (this.pending) return;
    const sequence = ++this.#sequence;
    const part = this.#part();
    const digest = part?.digest ?? digestOf(this.installed.values());
    const baseline = part !== undefined || this.#baselineDue;
    const touched = part?.ids ?? (baseline ? [...this.installed.keys()] : [...this.#touched.keys()]);
    const fields: ReportFields = {
      collectorId: this.collectorId,
      deviceId: Buffer.from(this.deviceId, 'hex'),
      epoch: { id: this.epochId },
      sequence,
      ...(this.#previousHash && { previousHash: this.#previousHash }),
      composedAt: 1_790_000_000,
      ...(baseline ? {} : { digestBefore: wireDigest(this.#reported) }),
      ...(baseline || touched.length > 0
        ? {
            digestAfter: wireDigest(digest),
            inventory: {
              baseline,
              presentIds: wireIds(touched.filter((id) => part || this.installed.has(id))),
              absentIds: wireIds(touched.filter((id) => !part && !this.installed.has(id))),
              ...(part && { part: part.part, parts: part.parts }),
            },
          }
        : {}),
      ...this.#usageFields(),
    };
    this.#reported = digest;
    if (baseline && !part?.part) this.#lastBaseline = sequence;
    this.#baselineDue = false;
    const envelope = sealEnvelope('Report', Report.encode(fields).finish(), {
      keyId: this.keyId,
      privateKey: this.#privateKey,
    });
    const { payload } = Envelope.decode(envelope);
    this.#previousHash = createHash('sha256').update(payload).digest().subarray(0, 8);
    this.pending = {
      sequence,
      envelope,
      touchedUpTo: this.#clock,
      inventoryUpTo: part ? part.inventoryUpTo : this.#clock,
      baseline,
      part: part !== undefined,
    };
    this.sent.push(envelope);
  }

  /** The next part of a baseline that is due or on its way, if it needs more than one. */
  #part() {
    if (this.#baselineDue) {
      const ids = [...this.installed.keys()].sort();
      this.#frozen =
        ids.length > this.#partSize
          ? { ids, digest: digestOf(this.installed.values()), next: 0, touchedUpTo: this.#clock }
          : undefined;
    }
    if (!this.#frozen) return undefined;
    const { ids, digest, touchedUpTo } = this.#frozen;
    const part = this.#frozen.next++;
    const parts = Math.ceil(ids.length / this.#partSize);
    const last = part === parts - 1;
    if (last) this.#frozen = undefined;
    const share = ids.slice(part * this.#partSize, (part + 1) * this.#partSize);
    return { part, parts, ids: share, digest, inventoryUpTo: last ? touchedUpTo : 0 };
  }

  acknowledge(): void {
    if (!this.pending) return;
    const { touchedUpTo, inventoryUpTo } = this.pending;
    for (const [key, at] of this.#touched) if (at <= inventoryUpTo) this.#touched.delete(key);
    for (const [key, at] of this.#changedUsage) if (at <= touchedUpTo) this.#changedUsage.delete(key);
    this.pending = undefined;
  }

  /** Obeys a resync unless a baseline went out since the report that caused it. */
  resync(causedBy: number): void {
    if (causedBy >= this.#lastBaseline) this.#baselineDue = true;
  }

  get quiet(): boolean {
    const nothingDue = this.#touched.size === 0 && this.#changedUsage.size === 0;
    return !this.pending && nothingDue && !this.#baselineDue && !this.#frozen;
  }

  #usageFields(): ReportFields {
    const changed = [...this.#changedUsage.keys()].map((key) => this.usage.get(key) as ModelUsage);
    if (changed.length === 0) return {};
    const runs = [...new Set(changed.map(({ run }) => run))];
    const users = [...new Set(changed.map(({ user }) => user))];
    const runBytes = Buffer.alloc(runs.length * 8);
    for (const [index, run] of runs.entries()) runBytes.writeBigUInt64LE(run, index * 8);
    const records = changed.map(
      (value): UsageRecordFields => ({
        day: value.day,
        run: runs.indexOf(value.run),
        executableId: Buffer.from(value.executable.id, 'hex').reverse(),
        user: users.indexOf(value.user),
        seconds: value.seconds,
        launches: { user: value.launches },
        slots: encodeSlots([...value.slots].sort((a, b) => a - b)),
      }),
    );
    return {
      usage: { runs: runBytes, users: users.map((user) => new Uint8Array(8).fill(user + 1)), records },
    };
  }
}
