/** An agent without finder and sampler: identity, store, and everything that sends, in a folder of its own. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type Clock, dayOf } from '../../agent/src/clock/clock.ts';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { collectorPlace } from '../../agent/src/enrol/collector-place.ts';
import { writeJoinFile } from '../../agent/src/enrol/join-file.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { type CollectorLink, collectorLink } from '../../agent/src/send/collector-link.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';

const INTERVAL_SECONDS = 1;

export interface ReportingAgentOptions {
  folder: string;
  /** Undefined: as it was left. */
  joinString?: string;
  /** Milliseconds by which its wall clock is ahead. */
  aheadMs: () => number;
  tryBetterAfterMs: number;
}

export class ReportingAgent {
  readonly store: AgentStore;
  readonly courier: Courier;
  readonly link: CollectorLink;
  readonly warnings: string[] = [];
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #installed = 0;

  constructor({ folder, joinString, aheadMs, tryBetterAfterMs }: ReportingAgentOptions) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (joinString) writeJoinFile(folder, joinString);
    const real = realClock();
    this.#clock = { ...real, now: () => ({ ...real.now(), wallMs: Date.now() + aheadMs() }) };
    const clock = this.#clock;
    this.store = agentStore(openStateDatabase(folder, 0).database);
    this.#inventory = new Inventory(this.store, () => dayOf(clock.now().wallMs));
    const place = collectorPlace(folder, '', false);
    const { facts } = this.store;
    this.link = collectorLink({ facts, place, stateFolder: folder, clock, tryBetterAfterMs });
    this.courier = new Courier({
      store: this.store,
      inventory: this.#inventory,
      identity: openDeviceIdentity(folder),
      exchange: this.link.exchange,
      notices: this.link.notices,
      clock,
      collectorUrl: place.url,
      joinSecret: place.secret,
      host: () => ({ hostname: 'host', os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
      reportIntervalSeconds: () => INTERVAL_SECONDS,
      onSettings: () => {},
      log: {
        info: () => {},
        warn: (fields, message) => this.warnings.push(`${message} ${JSON.stringify(fields)}`),
      },
      random: Math.random,
    });
    this.#running = this.#run();
  }

  get deviceId(): string {
    return this.store.facts.read('enrolment')?.deviceId ?? '';
  }

  /** Of the newest report that was acknowledged. */
  get acknowledged(): number {
    return this.store.facts.read('lastReport')?.sequence ?? 0;
  }

  /** As told to stop: what is on its way is broken off. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.link.exchange.close();
    this.store.close();
  }

  /** Something is new before each report. */
  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#install();
      await this.#clock.sleep(await this.courier.turn(signal), signal);
    }
  }

  #install(): void {
    const path = `/usr/bin/program-${this.#installed++}`;
    const identity = { device: '1', inode: path, size: 1, mtimeNs: '1', ctimeNs: '1' };
    const sha256 = createHash('sha256').update(path).digest();
    this.#inventory.found({
      path,
      identity,
      format: 'elf',
      evidence: { sha256, path, size: 1, format: 'elf' },
    });
  }
}
