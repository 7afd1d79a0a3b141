/** Replaces the device's key once it is old enough, and finishes a replacement that was begun and broken off. */
import type { HostFactsFields } from '@fleetmeter/proto';
import { type Clock, DAY_MS } from '../clock/clock.ts';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Exchange } from '../send/http-exchange.ts';
import { replaceKey } from './replace-key.ts';

/** After a failure; nothing waits for it. */
const AGAIN_AFTER_MS = 3_600_000;

export interface KeyRenewalParts {
  identity: DeviceIdentity;
  exchange: Exchange;
  host: () => HostFactsFields;
  /** Age from which a key is replaced; 0: never by itself. */
  rotateKeyDays: number;
  clock: Clock;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export class KeyRenewal {
  readonly #parts: KeyRenewalParts;
  /** Monotonic. */
  #notBeforeMs = 0;
  /** Why the last attempt failed; undefined after one that did not. */
  lastFailure: string | undefined;

  constructor(parts: KeyRenewalParts) {
    this.#parts = parts;
  }

  /** Does nothing unless it is due. Never rejects: the old key goes on. */
  async turn(signal: AbortSignal): Promise<void> {
    const { identity, exchange, host, clock, log } = this.#parts;
    const { wallMs, monotonicMs } = clock.now();
    if (monotonicMs < this.#notBeforeMs || !this.#isDue(wallMs)) return;
    this.#notBeforeMs = monotonicMs + AGAIN_AFTER_MS;
    try {
      const outcome = await replaceKey(exchange, identity, host(), wallMs, signal);
      if (outcome.is === 'replaced') {
        this.lastFailure = undefined;
        log.info({ keyId: outcome.keyId }, 'the key was replaced');
        return;
      }
      this.#notBeforeMs = monotonicMs + Math.max(AGAIN_AFTER_MS, outcome.retryAfterMs);
      this.lastFailure = outcome.why;
    } catch (error) {
      this.lastFailure = (error as Error).message;
    }
    log.warn({ why: this.lastFailure }, 'the key was not replaced; the old one goes on');
  }

  #isDue(wallMs: number): boolean {
    const { identity, rotateKeyDays } = this.#parts;
    if (identity.keys.next()) return true;
    return rotateKeyDays > 0 && wallMs - identity.keys.current().madeAtMs >= rotateKeyDays * DAY_MS;
  }
}
