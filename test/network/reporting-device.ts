/** An agent without finder and sampler: the real store, courier and TLS, under a clock that the test moves. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Instant } from '../../agent/src/clock/clock.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import type { Exchange } from '../../agent/src/send/http-exchange.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase, openTransientState } from '../../agent/src/store/state-database.ts';
import { noSlots, setSlot } from '../../agent/src/usage/slots.ts';
import type { UsageRow } from '../../agent/src/usage/usage-values.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';

export const DAY = 20_000;

/** Time goes on when somebody sleeps, or when it is moved. */
export class MovedClock implements Clock {
  ms = 0;
  now = (): Instant => ({ wallMs: DAY * 86_400_000 + this.ms, monotonicMs: this.ms, bootMs: this.ms });
  bootId = (): string => 'boot';
  utcOffsetSeconds = (): number => 0;
  sleep = async (ms: number): Promise<void> => {
    this.ms += ms;
  };
  get day(): number {
    return DAY + Math.floor(this.ms / 86_400_000);
  }
}

export interface DeviceParts {
  url: string;
  secret: string;
  hostname: string;
  reportIntervalSeconds: number;
  /** In [0, 1). */
  random: () => number;
  exchange: (stateFolder: string) => Exchange;
  /** Keeps its state in memory. */
  transient?: boolean;
}

export class ReportingDevice {
  readonly folder = mkdtempSync(join(tmpdir(), 'fleetmeter-network-'));
  readonly clock = new MovedClock();
  readonly store: AgentStore;
  readonly inventory: Inventory;
  readonly courier: Courier;
  readonly exchange: Exchange;
  /** What is true on the device, kept apart from its store. */
  readonly installed = new Map<string, FoundFile>();
  /** "day executable" to seconds and launches. */
  readonly used = new Map<string, UsageRow>();
  /** Milliseconds between the tries that failed and the next ones. */
  readonly waits: number[] = [];
  readonly run: string;

  constructor(parts: DeviceParts) {
    this.run = createHash('sha256').update(parts.hostname).digest('hex').slice(0, 16);
    const { transient = false } = parts;
    this.store = agentStore(transient ? openTransientState() : openStateDatabase(this.folder, 0).database);
    this.inventory = new Inventory(this.store, () => this.clock.day);
    this.exchange = parts.exchange(this.folder);
    this.courier = new Courier({
      store: this.store,
      inventory: this.inventory,
      identity: openDeviceIdentity(this.folder),
      exchange: this.exchange,
      clock: this.clock,
      collectorUrl: () => parts.url,
      joinSecret: () => parts.secret,
      host: () => ({ hostname: parts.hostname, os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
      reportIntervalSeconds: () => parts.reportIntervalSeconds,
      onSettings: () => {},
      log: { info: () => {}, warn: () => {} },
      random: parts.random,
    });
  }

  install(path: string, content: string): void {
    const found = fileOf(path, content);
    this.installed.set(path, found);
    this.inventory.found(found);
  }

  remove(path: string): void {
    this.installed.delete(path);
    this.inventory.gone(path);
  }

  /** One more use of a program in one five-minute mark of the day that it is. */
  use(executableId: string, seconds: number, slot: number): UsageRow {
    const key = `${this.clock.day} ${executableId}`;
    const before = this.used.get(key);
    const slots = Uint8Array.from(before?.slots ?? noSlots());
    setSlot(slots, slot);
    const launches = {
      user: (before?.launches.user ?? 0) + 1,
      autostart: 0,
      service: 0,
      scheduler: 0,
      unknown: 0,
    };
    const row: UsageRow = {
      ...{ day: this.clock.day, run: this.run, executableId, user: 'ab'.repeat(8) },
      ...{ seconds: (before?.seconds ?? 0) + seconds, launches, slots },
    };
    this.used.set(key, row);
    return row;
  }

  /** As the agent writes what it has metered, each half minute. */
  flush(usage: UsageRow[]): void {
    this.inventory.flush();
    this.store.usage.flush({
      usage,
      coverage: [
        {
          day: this.clock.day,
          run: this.run,
          seconds: 86_400,
          unobservedSeconds: 0,
          interactiveSeconds: undefined,
        },
      ],
      live: [],
      mark: { bootId: 'boot', monotonicMs: this.clock.ms, bootMs: this.clock.ms, isResumable: true },
    });
  }

  /** Resolves to the milliseconds that the courier wants to wait, and lets them pass. */
  async turn(): Promise<number> {
    const waitMs = await this.courier.turn(new AbortController().signal);
    if (this.courier.counts.failures > 0) this.waits.push(waitMs);
    this.clock.ms += Math.ceil(waitMs);
    return waitMs;
  }

  /** Turns until nothing is owed to the collector, and resolves to how many that took. */
  async settle(mostTurns = 80): Promise<number> {
    const { outbox, usage } = this.store;
    const enough = this.courier.counts.acknowledged + (outbox.pending() ? 2 : 1);
    for (let turn = 1; turn <= mostTurns; turn++) {
      await this.turn();
      const { counts, evidence } = this.courier;
      if (counts.acknowledged >= enough && evidence.size === 0 && usage.countDue() === 0) return turn;
    }
    throw new Error(`not settled: ${JSON.stringify(this.courier.counts)}`);
  }

  async close(): Promise<void> {
    await this.exchange.close();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function fileOf(path: string, content: string): FoundFile {
  const sha256 = createHash('sha256').update(content).digest();
  const identity = { device: '1', inode: path, size: 1, mtimeNs: content, ctimeNs: '1' };
  return {
    path,
    identity,
    format: 'elf',
    evidence: { sha256, path, size: 1, format: 'elf', packageName: packageOf(path) },
  };
}

export const packageOf = (path: string): string => `package-of-${path.split('/').at(-1)}`;
