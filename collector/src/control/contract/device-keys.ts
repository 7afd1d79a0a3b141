/** By which keys devices are known, and how they join, change keys and part. A part of ControlStore. */
import type { DeviceNames } from '../device-groups.ts';
import type { EnrolmentTokens } from '../enrolment-tokens.ts';
import type { WaitingDevices } from '../waiting-devices.ts';

export interface EnrolledDevice {
  deviceId: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  /** Of devices. */
  group: string;
  /** By which it last said it runs; 0: none. */
  settingsVersion: number;
}

/** What else there is to say of a device that is new here. */
export interface Joining {
  names?: DeviceNames;
  /** Called once its secret counts; what it throws keeps the device out, and then nothing has changed. */
  admit?: () => void;
}

export interface DeviceKeys {
  /**
   * Gives the key its device id, the same one for the same key; a new key needs the secret of a token. Throws
   * TokenRefusedError, NotApprovedError, DeviceRevokedError, KeyReplacedError or KeyIdTakenError.
   */
  enrol(rawPublicKey: Uint8Array, secret: string, now: number, joining?: Joining): string;
  /**
   * Gives the device of `previous` another key, both raw; the old one counts for a while longer, see replaced-keys.ts.
   * Throws KeyUnknownError, KeyReplacedError, KeyIdTakenError or DeviceRevokedError.
   */
  replaceKey(previous: Uint8Array, next: Uint8Array, now: number): string;
  /**
   * A proven copy becomes the device that its ticket stands for. Throws SplitTicketRefusedError, KeyUnknownError,
   * KeyIdTakenError, KeyReplacedError or DeviceRevokedError.
   */
  splitOff(keys: { previous: Uint8Array; next: Uint8Array; ticket: Uint8Array }, now: number): string;
  /**
   * Runs each of these, which enrol, replace keys or split off, before it returns, and commits what they did: one wait for
   * the disk. Each has an outcome of its own. Rejects when what was committed may not be on stable storage.
   */
  joinTogether<T>(works: readonly (() => T)[]): Promise<PromiseSettledResult<T>[]>;
  /** Secrets that let devices join. */
  readonly tokens: Pick<EnrolmentTokens, 'create' | 'list' | 'revoke'>;
  /** Devices that may join once an administrator lets them in. */
  readonly waiting: Pick<WaitingDevices, 'count'>;
}
