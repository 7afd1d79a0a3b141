/**
 * A device that keeps its usage and vouches for it, written from the design and not from the agent: it remembers
 * which report said what, sends a digest of each closed day with or after its last row, and obeys directives. The
 * test asks it for the truth; the collector only ever sees its reports.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type DirectiveFields,
  encodeSlots,
  Report,
  type ReportFields,
  sealEnvelope,
  type UsageFields,
} from '@fleetmeter/proto';
import type { ModelExecutable } from './model-device.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TrialDevice, UsedProgram, Watched } from './trial-device.ts';
import { digestOf, wireDigest, wireIds } from './wire-digest.ts';

/** What was said, and by which report it was last acknowledged; 0 = it has to be said. */
interface Said {
  day: number;
  run: bigint;
  saidBy: number;
}

interface SaidUse extends Said, UsedProgram {
  executable: ModelExecutable;
  user: number;
}

export class VouchingDevice implements TrialDevice {
  readonly publicKey: Uint8Array;
  readonly hostname: string;
  /** 16 bytes. */
  readonly epoch: Uint8Array;
  deviceId = '';
  collectorId: Uint8Array = new Uint8Array(16);
  readonly installed = new Map<string, ModelExecutable>();
  readonly usage = new Map<string, SaidUse>();
  readonly coverage = new Map<string, Said & Watched>();
  sequence = 0;
  obeyed = { resync: 0, resendUsage: 0 };
  readonly #digests = new Map<string, Said>();
  readonly #random: SeededRandom;
  readonly #privateKey: KeyObject;
  readonly #touched = new Set<string>();
  #reported = { count: 0, sum: 0n };
  #baselineDue = true;
  #lastBaseline = 0;
  #run: bigint;

  constructor(random: SeededRandom) {
    this.#random = random;
    const pair = generateKeyPairSync('ed25519');
    this.#privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.epoch = random.bytes(16);
    this.#run = Buffer.from(random.bytes(8)).readBigUInt64LE();
    this.hostname = `host-${this.#run}`;
  }

  toggle(executable: ModelExecutable): void {
    if (!this.installed.delete(executable.id)) this.installed.set(executable.id, executable);
    this.#touched.add(executable.id);
  }

  restart(): void {
    this.#run = Buffer.from(this.#random.bytes(8)).readBigUInt64LE();
  }

  use(executable: ModelExecutable, day: number, user: number): void {
    const run = this.#run;
    const key = `${day} ${run} ${executable.id} ${user}`;
    const fresh = {
      day,
      run,
      saidBy: 0,
      executable,
      user,
      seconds: 0,
      launches: 0,
      marks: new Set<number>(),
    };
    const used = this.usage.get(key) ?? fresh;
    const mark = this.#random.below(288);
    if (!used.marks.has(mark)) used.seconds += 1 + this.#random.below(300);
    used.marks.add(mark);
    used.launches++;
    this.usage.set(key, { ...used, saidBy: 0 });
    const watched = this.coverage.get(`${day} ${run}`) ?? { day, run, saidBy: 0, seconds: 0 };
    this.coverage.set(`${day} ${run}`, { ...watched, saidBy: 0, seconds: watched.seconds + 300 });
    this.#digests.set(`${day} ${run}`, { day, run, saidBy: 0 });
  }

  /** The next report; by the time it returns the report counts as acknowledged. `today` is not closed yet. */
  report(today: number): Uint8Array {
    const sequence = ++this.sequence;
    const baseline = this.#baselineDue;
    if (baseline) for (const digest of this.#digests.values()) digest.saidBy = 0;
    const digest = digestOf(this.installed.values());
    const named = baseline ? [...this.installed.keys()] : [...this.#touched];
    const usage = this.#usage(today, sequence);
    const fields: ReportFields = {
      collectorId: this.collectorId,
      deviceId: Buffer.from(this.deviceId, 'hex'),
      epoch: { id: this.epoch },
      sequence,
      composedAt: today * 86_400,
      ...(!baseline && { digestBefore: wireDigest(this.#reported) }),
      ...((baseline || named.length > 0) && {
        digestAfter: wireDigest(digest),
        inventory: {
          baseline,
          presentIds: wireIds(named.filter((id) => this.installed.has(id))),
          absentIds: wireIds(named.filter((id) => !this.installed.has(id))),
        },
      }),
      ...(baseline && { host: { hostname: this.hostname, os: 'linux' } }),
      ...(usage && { usage }),
    };
    this.#reported = digest;
    this.#touched.clear();
    if (baseline) this.#lastBaseline = sequence;
    this.#baselineDue = false;
    return sealEnvelope('Report', Report.encode(fields).finish(), {
      keyId: '0'.repeat(16),
      privateKey: this.#privateKey,
    });
  }

  obey({ epoch, sequence, resync, resendUsage }: DirectiveFields): void {
    if (Buffer.compare(epoch ?? Buffer.alloc(0), this.epoch) !== 0) throw new Error('of another epoch');
    if (resync && (sequence ?? 0) >= this.#lastBaseline) {
      this.#baselineDue = true;
      this.obeyed.resync++;
    }
    if (!resendUsage) return;
    this.obeyed.resendUsage++;
    const after = resendUsage.afterSequence ?? Number.POSITIVE_INFINITY;
    const days = new Set(resendUsage.days ?? []);
    for (const said of [...this.usage.values(), ...this.coverage.values(), ...this.#digests.values()])
      if (said.saidBy > after || days.has(said.day)) said.saidBy = 0;
  }

  #usage(today: number, sequence: number): UsageFields | undefined {
    const records = [...this.usage.values()].filter(({ saidBy }) => saidBy === 0);
    const coverage = [...this.coverage.values()].filter(({ saidBy }) => saidBy === 0);
    const digests = [...this.#digests.values()].filter(({ saidBy, day }) => saidBy === 0 && day < today);
    const said = [...records, ...coverage, ...digests];
    if (said.length === 0) return undefined;
    const runs = [...new Set(said.map(({ run }) => run))];
    const runBytes = Buffer.alloc(runs.length * 8);
    for (const [index, run] of runs.entries()) runBytes.writeBigUInt64LE(run, index * 8);
    for (const each of said) each.saidBy = sequence;
    return {
      runs: runBytes,
      users: [1, 2].map((user) => new Uint8Array(8).fill(user)),
      records: records.map(({ day, run, executable, user, seconds, launches, marks }) => ({
        ...{ day, run: runs.indexOf(run), user, seconds, launches: { user: launches - 1, service: 1 } },
        executableId: Buffer.from(executable.id, 'hex').reverse(),
        slots: encodeSlots([...marks].sort((a, b) => a - b)),
      })),
      coverage: coverage.map(({ day, run, seconds }) => ({ day, run: runs.indexOf(run), seconds })),
      digests: digests.map(({ day, run }) => ({ day, run: runs.indexOf(run), ...this.#sums(day, run) })),
    };
  }

  #sums(day: number, run: bigint) {
    const rows = [...this.usage.values()].filter((each) => each.day === day && each.run === run);
    return {
      records: rows.length,
      seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
      launches: rows.reduce((sum, { launches }) => sum + launches, 0),
      marks: rows.reduce((sum, { marks }) => sum + marks.size, 0),
      coverageSeconds: this.coverage.get(`${day} ${run}`)?.seconds ?? 0,
    };
  }
}
