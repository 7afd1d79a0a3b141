/**
 * The agent without its eyes: store, inventory, delta and courier as they are, told what they would have found and
 * metered, on a clock that is set. What it sends is what an agent sends.
 */
import { mkdirSync } from 'node:fs';
import { type HostFactsFields, SkipReason } from '@fleetmeter/proto';
import { type Clock, dayOf } from '../../agent/src/clock/clock.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { userHash } from '../../agent/src/identity/user-hash.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import type { CoverageRow, UsageRow } from '../../agent/src/usage/usage-values.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';
import { bytesOf, type ExchangeBytes, type WireCounter } from './wire-counter.ts';

const HOUR_MS = 3_600_000;
/** An exchange that asks for another one at once; more than this many in a row is no answer to anything. */
const MOST_TURNS = 200;

export interface Sent {
  report: ExchangeBytes;
  /** Exchanges of evidence that followed at once. */
  evidence: ExchangeBytes[];
}

export class WireDevice {
  readonly store: AgentStore;
  readonly #inventory: Inventory;
  readonly #courier: Courier;
  readonly #exchange: HttpExchange;
  readonly #wire: WireCounter;
  readonly #userSecret: Uint8Array;
  #wallMs: number;
  readonly #startedMs: number;

  /** `startMs`: wall time of its first hour, milliseconds since 1970. */
  constructor(
    folder: string,
    { url, joinSecret }: { url: string; joinSecret: string },
    wire: WireCounter,
    startMs: number,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#wire = wire;
    this.#wallMs = startMs;
    // An agent that has been running for some days: its numbers are as long as they usually are.
    this.#startedMs = startMs - 100 * HOUR_MS;
    this.store = agentStore(openStateDatabase(folder, startMs).database);
    const identity = openDeviceIdentity(folder);
    this.#userSecret = identity.userSecret;
    this.#inventory = new Inventory(this.store, () => dayOf(this.#wallMs));
    this.#exchange = new HttpExchange(() => url);
    this.#courier = new Courier({
      store: this.store,
      inventory: this.#inventory,
      identity,
      host: () => hostFacts(),
      cost: () => this.#cost(),
      exchange: this.#exchange,
      clock: this.#clock(),
      collectorUrl: () => url,
      joinSecret: () => joinSecret,
      reportIntervalSeconds: () => HOUR_MS / 1000,
      onSettings: (settings) => {
        if (settings?.version) throw new Error('this collector has no settings to give');
      },
      random: () => 0.5,
      log: {
        info: () => {},
        warn: (fields, message) => {
          throw new Error(`${message} ${JSON.stringify(fields)}`);
        },
      },
    });
  }

  user(uid: number): string {
    return userHash(this.#userSecret, uid);
  }

  found(files: readonly FoundFile[]): void {
    for (const file of files) this.#inventory.found(file);
    this.#inventory.flush();
  }

  metered(usage: readonly UsageRow[], coverage: readonly CoverageRow[]): void {
    const mark = {
      ...{ bootId: 'bench', monotonicMs: this.#monotonicMs, bootMs: this.#monotonicMs },
      isResumable: true,
    };
    this.store.usage.flush({ usage, coverage, live: [], mark });
  }

  async enrol(): Promise<ExchangeBytes> {
    await this.#courier.turn(AbortSignal.timeout(30_000));
    if (!this.store.outbox.epoch()) throw new Error('not enrolled');
    return this.#wire.take();
  }

  /** The report that is due, and whatever the collector wants to have with it. Rejects unless all is acknowledged. */
  async report(): Promise<Sent> {
    const before = this.#courier.counts.acknowledged;
    await this.#courier.turn(AbortSignal.timeout(30_000));
    const sent: Sent = { report: this.#wire.take(), evidence: [] };
    while (this.#courier.evidence.size > 0) {
      if (sent.evidence.length > MOST_TURNS) throw new Error('the collector asks without end');
      await this.#courier.turn(AbortSignal.timeout(30_000));
      sent.evidence.push(this.#wire.take());
    }
    const { acknowledged, quarantined } = this.#courier.counts;
    if (acknowledged !== before + 1) throw new Error('the report was not acknowledged');
    if (quarantined > 0 || this.store.outbox.epoch()?.baselineWanted)
      throw new Error('the collector did not like what was sent');
    return sent;
  }

  pass(ms: number): void {
    this.#wallMs += ms;
  }

  get wallMs(): number {
    return this.#wallMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exchange.close();
    this.#wire.close();
    this.store.close();
  }

  get #monotonicMs(): number {
    return this.#wallMs - this.#startedMs;
  }

  #clock(): Clock {
    return {
      now: () => ({ wallMs: this.#wallMs, monotonicMs: this.#monotonicMs, bootMs: this.#monotonicMs }),
      bootId: () => 'bench',
      utcOffsetSeconds: () => 7200,
      sleep: () => Promise.resolve(),
    };
  }

  /** Orders of magnitude of an agent that has been up for days on a computer with 2,000 executables. */
  #cost() {
    const uptimeSeconds = Math.floor(this.#monotonicMs / 1000);
    return {
      uptimeSeconds,
      cpuMilliseconds: 42_000 + uptimeSeconds * 3,
      residentKib: 91_234 + (uptimeSeconds % 977),
      filesHashed: 2117,
      hashedKib: 1_834_112,
      sentKib: Math.round(this.#exchange.sentBytes / 1024),
      watches: 812,
      skipped: [{ reason: SkipReason.SKIP_REASON_UNREADABLE, count: 4 }],
    };
  }
}

function hostFacts(): HostFactsFields {
  return {
    hostname: 'ws-4711-berlin',
    os: 'linux',
    osName: 'Debian GNU/Linux 12 (bookworm)',
    osVersion: '12.7',
    architecture: 'x64',
    kernel: '6.1.0-25-amd64',
    cpuCount: 8,
    memoryMib: 31_788,
    agentVersion: '0.1.0',
    hardware: {
      systemUuid: Buffer.from('4c4c45440058351080564ac04f585a32', 'hex'),
      systemUuidLittleEndian: Buffer.from('44454c4c5800103580564ac04f585a32', 'hex'),
      serial: '5X5VXZ2',
      macAddresses: [Buffer.from('d8bbc1a7f012', 'hex'), Buffer.from('a434d9e1b2c3', 'hex')],
    },
    virtual: false,
  };
}

export function sum(exchanges: readonly ExchangeBytes[]): number {
  return exchanges.reduce((total, each) => total + bytesOf(each), 0);
}
