/** The real agent's store, composing and obeying, as a device of the audit's trials: what is tested is what runs. */
import { generateKeyPairSync } from 'node:crypto';
import { type DirectiveFields, decodeEvidence, keyIdOf } from '@fleetmeter/proto';
import type { DeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { applyAcknowledgement } from '../../agent/src/send/apply-acknowledgement.ts';
import { commitNextReport, type NextReportParts } from '../../agent/src/send/next-report.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openTransientState } from '../../agent/src/store/state-database.ts';
import { noSlots, setSlot } from '../../agent/src/usage/slots.ts';
import type { ModelExecutable } from './model-device.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TrialDevice, UsedProgram, Watched } from './trial-device.ts';

const DAY_MS = 86_400_000;

export class AgentDevice implements TrialDevice {
  readonly publicKey: Uint8Array;
  readonly hostname: string;
  readonly epoch: Uint8Array;
  deviceId = '';
  collectorId: Uint8Array = new Uint8Array(16);
  readonly installed = new Map<string, ModelExecutable>();
  readonly usage = new Map<string, UsedProgram>();
  readonly coverage = new Map<string, Watched>();
  readonly #random: SeededRandom;
  readonly #store: AgentStore = agentStore(openTransientState());
  readonly #inventory = new Inventory(this.#store, () => 0);
  readonly #parts: NextReportParts;
  #run: Buffer;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#run = Buffer.from(random.bytes(8));
    this.hostname = `agent-${this.#run.toString('hex')}`;
    this.epoch = random.bytes(16);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const signingKey = { keyId: keyIdOf(this.publicKey), privateKey };
    this.#parts = {
      store: this.#store,
      inventory: this.#inventory,
      identity: { signingKey, slotSecret: random.bytes(32) } as unknown as DeviceIdentity,
      host: () => ({ hostname: this.hostname, os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
    };
    this.#store.outbox.openEpoch(this.epoch, undefined);
  }

  get sequence(): number {
    return this.#store.outbox.epoch()?.sequence ?? 0;
  }

  toggle(executable: ModelExecutable): void {
    const evidence = decodeEvidence(executable.evidence);
    const { path, format } = evidence;
    const identity = { device: '1', inode: path, size: evidence.size, mtimeNs: '1', ctimeNs: '1' };
    if (this.installed.delete(executable.id)) this.#inventory.gone(path);
    else {
      this.installed.set(executable.id, executable);
      this.#inventory.found({ path, format, identity, evidence });
    }
  }

  restart(): void {
    this.#run = Buffer.from(this.#random.bytes(8));
  }

  use(executable: ModelExecutable, day: number, user: number): void {
    const run = this.#run.readBigUInt64LE();
    const key = `${day} ${run} ${executable.id} ${user}`;
    const fresh = { day, run, seconds: 0, launches: 0, marks: new Set<number>() };
    const used = this.usage.get(key) ?? fresh;
    const mark = this.#random.below(288);
    if (!used.marks.has(mark)) used.seconds += 1 + this.#random.below(300);
    used.marks.add(mark);
    used.launches++;
    this.usage.set(key, used);
    const watched = this.coverage.get(`${day} ${run}`) ?? { day, run, seconds: 0 };
    watched.seconds += 300;
    this.coverage.set(`${day} ${run}`, watched);
    const slots = noSlots();
    for (const each of used.marks) setSlot(slots, each);
    const where = { day, run: this.#run.toString('hex') };
    const launches = { user: used.launches - 1, autostart: 0, service: 1, scheduler: 0, unknown: 0 };
    const by = { executableId: executable.id, user: `${user}`.padStart(16, '0') };
    this.#store.usage.flush({
      usage: [{ ...where, ...by, seconds: used.seconds, launches, slots }],
      coverage: [
        {
          ...where,
          seconds: watched.seconds,
          unobservedSeconds: watched.seconds % 7,
          interactiveSeconds: undefined,
        },
      ],
      live: [],
      mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
    });
  }

  report(today: number): Uint8Array {
    const to = { deviceId: Buffer.from(this.deviceId, 'hex'), collectorId: this.collectorId };
    const at = { wallMs: (today + 0.5) * DAY_MS, monotonicMs: 1, bootMs: 1 };
    const { envelope, sequence } = commitNextReport(this.#parts, to, at, 0);
    applyAcknowledgement(this.#store, { acceptedSequence: sequence, directives: [] }, true);
    return envelope;
  }

  obey(directive: DirectiveFields): void {
    applyAcknowledgement(this.#store, { directives: [directive] }, false);
  }
}
