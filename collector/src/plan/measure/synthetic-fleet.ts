/**
 * Made-up devices whose reports are sealed as agents seal them. Ids are random, so they do not compress, as real
 * ones do not; each device has its own choice from one pool, since most executables of a fleet are the same.
 */
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import {
  EVIDENCE_VERSION,
  EvidenceBatch,
  encodeSlots,
  keyIdOf,
  type MessageKind,
  Report,
  type ReportFields,
  type SigningKey,
  sealEnvelope,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import type { DeviceKeys } from '../../control/contract/device-keys.ts';
import type { ControlStore } from '../../control/control-store.ts';
import { AnnouncedExecutables } from '../../process/announced-executables.ts';
import { RangeEffects } from '../../process/range-effects.ts';
import type { StreamRecord } from '../../stream/stream.ts';

const ID_BYTES = 8;
const SECONDS_A_DAY = 86_400;
/** Five-minute marks. */
const MARKS_A_DAY = 288;
const MARKS_AN_HOUR = 12;
const SECONDS_A_MARK = 300;
/** Ids that a changing report touches, half of them new and half gone. */
const TOUCHED_IDS = 10;

export class SyntheticFleet {
  readonly #control: ControlStore;
  readonly #key: SigningKey;
  readonly #deviceId: string;
  readonly #pool: BigUint64Array;
  readonly #now: number;
  static #offset = 0;

  /**
   * `now` is in milliseconds since 1970; `distinct` is how many executables the fleet has; `described`: their
   * evidence is in already.
   */
  constructor(control: ControlStore, distinct: number, now: number, described = true) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.#control = control;
    this.#key = { keyId: keyIdOf(raw), privateKey };
    this.#deviceId = control.enrol(raw, measuringSecret(control, now), now);
    this.#pool = new BigUint64Array(Uint8Array.from(randomBytes(distinct * ID_BYTES)).buffer).sort();
    this.#now = now;
    if (described) this.#describe();
  }

  /** As if evidence of everything had been processed. */
  #describe(): void {
    const effects = new RangeEffects(new AnnouncedExecutables());
    for (const executableId of hexIds(this.#pool)) effects.evidenceProcessed(executableId);
    this.#control.commitProcessed(effects.toProcessedRange(0, this.#now));
  }

  /** A device with this many executables. All devices sign with one key, whose owner `openReport` takes them for. */
  device(executables: number): SyntheticDevice {
    const stride = Math.floor(this.#pool.length / executables);
    const ids = new BigUint64Array(executables);
    // One of every `stride`: ascending, as a report lists them.
    for (let index = 0; index < executables; index++)
      ids[index] = this.#pool[index * stride + randomInt(stride)] as bigint;
    return new SyntheticDevice(ids, this.#pool);
  }

  /** A report as the stream would hand it out. */
  record(device: SyntheticDevice, fields: ReportFields): StreamRecord {
    const whole: ReportFields = {
      ...this.#address(),
      composedAt: Math.floor(this.#now / 1000),
      cost: { uptimeSeconds: 36_000, cpuMilliseconds: 7000, residentKib: 80_000, filesHashed: 2000 },
      ...fields,
    };
    return this.#stored('report', device.deviceId, 'Report', Report.encode(whole).finish());
  }

  evidenceRecord(evidence: readonly { bytes: Uint8Array; executableId: Uint8Array }[]): StreamRecord {
    const records = evidence.map(({ bytes, executableId }) => ({
      executableId,
      evidence: bytes,
      encodingVersion: EVIDENCE_VERSION,
    }));
    const message = EvidenceBatch.encode({ ...this.#address(), records }).finish();
    return this.#stored('evidence', this.#deviceId, 'EvidenceBatch', message);
  }

  #address(): { collectorId: Uint8Array; deviceId: Uint8Array } {
    return { collectorId: this.#control.collectorId, deviceId: Buffer.from(this.#deviceId, 'hex') };
  }

  #stored(
    kind: StreamRecord['kind'],
    deviceId: string,
    message: MessageKind,
    encoded: Uint8Array,
  ): StreamRecord {
    SyntheticFleet.#offset += 1;
    const envelope = sealEnvelope(message, encoded, this.#key);
    return { kind, deviceId, receivedAt: this.#now, envelope, offset: SyntheticFleet.#offset, partition: 0 };
  }

  /** Days since 1970, UTC. */
  get today(): number {
    return Math.floor(this.#now / 1000 / SECONDS_A_DAY);
  }
}

export class SyntheticDevice {
  readonly deviceId = randomBytes(ID_BYTES).toString('hex');
  readonly #epochId = randomBytes(16);
  readonly #run = randomBytes(ID_BYTES);
  readonly #user = randomBytes(8);
  readonly #pool: BigUint64Array;
  #ids: BigUint64Array;
  #sum = randomBytes(16);
  #sequence = 0;

  constructor(ids: BigUint64Array, pool: BigUint64Array) {
    this.#ids = ids;
    this.#pool = pool;
  }

  firstReport(): ReportFields {
    return {
      ...this.#next(),
      digestAfter: this.#digest(),
      inventory: { baseline: true, presentIds: bytesOf(this.#ids) },
      host: {
        hostname: `pc-${this.deviceId}`,
        os: 'linux',
        osName: 'Debian GNU/Linux 12',
        osVersion: '12.5',
        architecture: 'x64',
        kernel: '6.1.0-18-amd64',
        cpuCount: 8,
        memoryMib: 16_384,
        agentVersion: '0.1.0',
        hardware: { systemUuid: this.#epochId, macAddresses: [this.#user.subarray(0, 6)] },
      },
    };
  }

  /** Nothing changed but use: `usageRows` executables ran. */
  usageReport(today: number, usageRows: number): ReportFields {
    const next = this.#next();
    const records: UsageRecordFields[] = [];
    for (let index = 0; index < usageRows; index++) {
      const first = randomInt(MARKS_A_DAY - MARKS_AN_HOUR);
      const marks = 1 + randomInt(MARKS_AN_HOUR);
      records.push({
        day: today,
        run: 0,
        user: 0,
        executableId: bytesOf(this.#ids.subarray(index, index + 1)),
        seconds: randomInt(marks * SECONDS_A_MARK),
        launches: { user: randomInt(4) },
        slots: encodeSlots(Array.from({ length: marks }, (_, mark) => first + mark)),
      });
    }
    const usage = {
      runs: this.#run,
      users: [this.#user],
      records,
      coverage: [{ day: today, run: 0, seconds: Math.min(SECONDS_A_DAY, 3600 * next.sequence) }],
    };
    return { ...next, digestBefore: this.#digest(), ...(usageRows > 0 && { usage }) };
  }

  /** `TOUCHED_IDS` executables changed, as an update of some packages does. */
  changeReport(): ReportFields {
    const next = { ...this.#next(), digestBefore: this.#digest() };
    const half = TOUCHED_IDS / 2;
    const gone = this.#ids.slice(0, half);
    const have = new Set(this.#ids);
    const added = this.#pool.filter((id) => !have.has(id)).slice(0, half);
    this.#ids = BigUint64Array.from([...this.#ids.subarray(half), ...added]).sort();
    this.#sum = randomBytes(16);
    const inventory = { presentIds: bytesOf(added), absentIds: bytesOf(gone) };
    return { ...next, digestAfter: this.#digest(), inventory };
  }

  #next(): ReportFields & { sequence: number } {
    this.#sequence += 1;
    return { epoch: { id: this.#epochId }, sequence: this.#sequence };
  }

  #digest(): { count: number; sum: Uint8Array } {
    return { count: this.#ids.length, sum: this.#sum };
  }
}

/** Little-endian, as on the wire. */
function bytesOf(ids: BigUint64Array): Uint8Array {
  const bytes = Buffer.alloc(ids.length * ID_BYTES);
  ids.forEach((id, index) => {
    bytes.writeBigUInt64LE(id, index * ID_BYTES);
  });
  return bytes;
}

function hexIds(ids: BigUint64Array): string[] {
  return Array.from(ids, (id) => id.toString(16).padStart(16, '0'));
}

/** Lets the devices of a measurement join. */
export function measuringSecret(control: Pick<DeviceKeys, 'tokens'>, now: number): string {
  const token = {
    uses: Number.MAX_SAFE_INTEGER,
    expiresAt: Number.MAX_SAFE_INTEGER,
    group: 'default',
    note: '',
  };
  return control.tokens.create(token, now).secret;
}
