/**
 * What every device of the fleet remembers, in arrays over all devices: some 80 bytes each, so that a hundred thousand
 * of them are a few megabytes. All else follows from the seed.
 */
import { digestFromParts, digestSumBytes, type InventoryDigest } from '@fleetmeter/proto';

const SUM_BYTES = 16;
const HASH_BYTES = 16;
const DEVICE_ID_BYTES = 8;
const NEVER = -1;

export class FleetMemory {
  readonly devices: number;
  /** Sequence of the last report composed, and of the last baseline. */
  readonly sequence: Uint32Array;
  readonly baselineSequence: Uint32Array;
  readonly baselineWanted: Uint8Array;
  /** Hour of the inventory that was acknowledged; -1: none. */
  readonly inventoryHour: Int32Array;
  /** Usage before this hour was acknowledged. */
  readonly usageHour: Int32Array;
  readonly hostAcknowledged: Uint8Array;
  readonly #deviceIds: Buffer;
  readonly #enrolled: Uint8Array;
  readonly #counts: Uint32Array;
  readonly #sums: Buffer;
  readonly #hashes: Buffer;

  constructor(devices: number, firstUsageHour: number) {
    this.devices = devices;
    this.sequence = new Uint32Array(devices);
    this.baselineSequence = new Uint32Array(devices);
    this.baselineWanted = new Uint8Array(devices);
    this.inventoryHour = new Int32Array(devices).fill(NEVER);
    this.usageHour = new Int32Array(devices).fill(firstUsageHour);
    this.hostAcknowledged = new Uint8Array(devices);
    this.#deviceIds = Buffer.alloc(devices * DEVICE_ID_BYTES);
    this.#enrolled = new Uint8Array(devices);
    this.#counts = new Uint32Array(devices);
    this.#sums = Buffer.alloc(devices * SUM_BYTES);
    this.#hashes = Buffer.alloc(devices * HASH_BYTES);
  }

  isEnrolled(device: number): boolean {
    return this.#enrolled[device] === 1;
  }

  enrol(device: number, deviceId: Uint8Array): void {
    this.#deviceIds.set(deviceId, device * DEVICE_ID_BYTES);
    this.#enrolled[device] = 1;
  }

  /** 8 bytes. */
  deviceId(device: number): Uint8Array {
    return this.#deviceIds.subarray(device * DEVICE_ID_BYTES, (device + 1) * DEVICE_ID_BYTES);
  }

  hexId(device: number): string {
    return Buffer.from(this.deviceId(device)).toString('hex');
  }

  /** Inventory that was acknowledged. */
  digest(device: number): InventoryDigest {
    const sum = this.#sums.subarray(device * SUM_BYTES, (device + 1) * SUM_BYTES);
    return digestFromParts(this.#counts[device] as number, sum);
  }

  setDigest(device: number, digest: InventoryDigest): void {
    this.#counts[device] = digest.count;
    this.#sums.set(digestSumBytes(digest), device * SUM_BYTES);
  }

  /** Hash of the last report composed, when that has this sequence. */
  hashOf(device: number, sequence: number): Uint8Array | undefined {
    if (sequence === 0 || sequence !== this.sequence[device]) return undefined;
    return this.#hashes.subarray(device * HASH_BYTES, (device + 1) * HASH_BYTES);
  }

  setHash(device: number, hash: Uint8Array): void {
    this.#hashes.set(hash, device * HASH_BYTES);
  }
}
