/**
 * The agent: its stages, joined in the order in which data flows.
 *
 *     find (watch, hash) -> inventory --.
 *     sample -> usage -------------------+-> delta -> send
 *     host facts, own cost -------------'
 */
import { randomBytes } from 'node:crypto';
import type { HostFactsFields, SettingsFields } from '@fleetmeter/proto';
import { type Clock, dayOf } from './clock/clock.ts';
import { repeat } from './clock/repeat.ts';
import type { LoadedConfig } from './config/load-config.ts';
import type { CreateFinder } from './finder.ts';
import { readHostFacts } from './host/host-facts.ts';
import { openDeviceIdentity } from './identity/device-identity.ts';
import { userHash } from './identity/user-hash.ts';
import { FLUSH_AFTER_MS, Inventory } from './inventory/inventory.ts';
import { LinuxProcessTable } from './sample/process-list.linux.ts';
import { ProgramNames } from './sample/program-names.ts';
import { Sampler } from './sample/sampler.ts';
import { Courier, type CourierLog } from './send/courier.ts';
import { HttpExchange } from './send/http-exchange.ts';
import { boundedSettings } from './settings/collector-settings.ts';
import type { AgentStatus } from './status/agent-status.ts';
import { ownCost } from './status/own-cost.ts';
import { problemsOf } from './status/problems.ts';
import { holdAgentLock } from './store/agent-lock.ts';
import { type AgentStore, agentStore } from './store/agent-store.ts';
import { isStoreDamaged, openStateDatabase } from './store/state-database.ts';
import { openStateFolder } from './store/state-folder.ts';
import { UsageMeter } from './usage/usage-meter.ts';

const DAY_SECONDS = 86_400;
const USAGE_KEPT_DAYS = 35;
/** No collector accepts usage of before this. */
const USAGE_ACCEPTED_DAYS = 400;
const MOST_USAGE_ROWS = 500_000;
const JITTER_FROM_SECONDS = 60;
const IDENTIFY_AT_THE_LATEST_MS = 600_000;

export interface AgentOptions extends LoadedConfig {
  version: string;
  clock: Clock;
  createFinder: CreateFinder;
  log: AgentLog;
}

export interface AgentLog extends CourierLog {
  error(fields: object, message: string): void;
}

/**
 * Runs until the signal is aborted, then leaves everything on the disk. Rejects with StateError when the state
 * folder cannot be used, and when the store is damaged while running.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const folder = openStateFolder(options.config.dataDir);
  using _lock = holdAgentLock(folder);
  const { database, movedAside } = openStateDatabase(folder, options.clock.now().wallMs);
  if (movedAside) options.log.error({ movedAside }, 'the store was damaged: a new one and a new epoch begin');
  const store = agentStore(database);
  try {
    await joinStages(options, folder, store, signal);
  } finally {
    store.close();
  }
}

async function joinStages(
  { config, explicit, version, clock, createFinder, log }: AgentOptions,
  folder: string,
  store: AgentStore,
  stopped: AbortSignal,
): Promise<void> {
  const started = clock.now();
  const today = (): number => dayOf(clock.now().wallMs);
  const identity = openDeviceIdentity(folder);
  let settings = store.facts.read('settings');
  const setting = (name: 'reportIntervalSeconds' | 'sampleIntervalSeconds'): number =>
    explicit.has(name) ? config[name] : (settings?.[name] ?? config[name]);

  // find -> inventory
  const inventory = new Inventory(store, today);
  if (!inventory.verifyDigest()) {
    store.outbox.wantBaseline();
    log.warn({}, 'the inventory digest was wrong and was put right');
  }
  const finder = createFinder({ ...config, sink: inventory, known: inventory });
  const hashedBefore = store.facts.read('lifetime')?.filesHashed ?? 0;

  // sample -> usage
  const mark = store.usage.mark();
  const live = mark?.bootId === clock.bootId() ? store.usage.live() : [];
  const names = new ProgramNames({
    known: inventory,
    identify: (openPath, rawPath) => finder.identify(openPath, rawPath),
    keepUsed: (file) => inventory.keepUsed(file),
    remembered: live.flatMap(({ program, executableId }) =>
      executableId ? [[program, executableId] as const] : [],
    ),
  });
  const meter = new UsageMeter({
    bootId: clock.bootId(),
    sampleIntervalMs: setting('sampleIntervalSeconds') * 1000,
    newRun: () => randomBytes(8).toString('hex'),
    nameProgram: names.nameOf,
    resume: mark && { mark, live },
  });
  const hashUser = (uid: number): string => userHash(identity.userSecret, uid);
  const sampler = new Sampler({ table: new LinuxProcessTable(), names, meter, clock, hashUser });

  // host facts, own cost
  let host: HostFactsFields = await readHostFacts(version);
  const cost = () => {
    const { filesHashed, hashedBytes, watches } = finder.status();
    const uptimeMs = clock.now().monotonicMs - started.monotonicMs;
    const skipped = inventory.skippedCounts();
    return ownCost({ uptimeMs, filesHashed, hashedBytes, watches, skipped, sentBytes: exchange.sentBytes });
  };

  // delta -> send
  const onSettings = (received: SettingsFields): void => {
    settings = boundedSettings(received);
    store.facts.write('settings', settings);
    meter.sampleIntervalMs = setting('sampleIntervalSeconds') * 1000;
  };
  const exchange = new HttpExchange(config.collectorUrl);
  const courier = new Courier({
    store,
    inventory,
    identity,
    exchange,
    clock,
    log,
    cost,
    onSettings,
    collectorUrl: config.collectorUrl,
    host: () => host,
    reportIntervalSeconds: () => setting('reportIntervalSeconds'),
    random: Math.random,
  });

  let storeError: string | undefined;
  const status = (): AgentStatus => {
    const { filesHashed, roots, details } = finder.status();
    const { cpuMilliseconds, residentKib, sentKib, uptimeSeconds } = cost();
    const skipped = inventory.skippedCounts();
    return {
      agentVersion: version,
      pid: process.pid,
      startedAtMs: started.wallMs,
      updatedAtMs: clock.now().wallMs,
      collectorUrl: config.collectorUrl,
      roots,
      finding: details,
      filesHashedSinceStart: filesHashed,
      filesHashedEver: hashedBefore + filesHashed,
      skipped,
      usage: {
        run: meter.run,
        running: sampler.running,
        samples: sampler.samples,
        missedSamples: sampler.missed,
        unreadableProcesses: sampler.unreadable,
        waitingForIdentification: names.waiting,
        unidentifiablePrograms: names.unidentifiable,
        droppedValues: meter.dropped,
      },
      reporting: { ...courier.counts },
      evidence: {
        sent: courier.evidence.sent,
        missing: courier.evidence.missing,
        waiting: courier.evidence.size,
      },
      cost: {
        cpuMilliseconds: cpuMilliseconds ?? 0,
        residentKib: residentKib ?? 0,
        sentKib: sentKib ?? 0,
        uptimeSeconds: uptimeSeconds ?? 0,
      },
      reportIntervalSeconds: setting('reportIntervalSeconds'),
      sampleIntervalSeconds: setting('sampleIntervalSeconds'),
      problems: problemsOf({
        sendFailures: courier.counts.failures,
        lastFailure: courier.counts.lastFailure,
        refusedReports: courier.counts.refused,
        quarantined: courier.counts.quarantined,
        missedSamples: sampler.missed,
        unreadableProcesses: sampler.unreadable,
        droppedValues: meter.dropped,
        skipped,
        storeError,
      }),
    };
  };

  /** Usage, live processes and status in one transaction; the evidence they refer to before them. */
  const flush = (): void => {
    inventory.flush();
    const { filesHashed, hashedBytes } = finder.status();
    store.transaction(() => {
      const due = meter.flush();
      if (due) store.usage.flush(due);
      store.facts.write('lifetime', {
        filesHashed: hashedBefore + filesHashed,
        hashedKib: Math.round(hashedBytes / 1024),
      });
      store.facts.write('status', status() as unknown as Record<string, unknown>);
    });
    meter.flushed();
  };
  const daily = async (): Promise<void> => {
    host = await readHostFacts(version);
    const lost = store.usage.prune(today() - USAGE_KEPT_DAYS, today() - USAGE_ACCEPTED_DAYS, MOST_USAGE_ROWS);
    if (lost > 0) log.warn({ rows: lost }, 'unreported usage was too old or too much and was dropped');
    store.inventory.forgetUnneeded(store.outbox.epoch()?.ackedTouch ?? 0, today() - USAGE_KEPT_DAYS);
  };
  /** A full disk or a busy store passes: values stay in memory and are written when it has. Damage does not. */
  const patiently = (work: () => void | Promise<void>) => async (): Promise<void> => {
    try {
      await work();
      storeError = undefined;
    } catch (error) {
      if (isStoreDamaged(error)) throw error;
      storeError = (error as Error).message;
      log.error({ err: error }, 'the store cannot be written');
    }
  };

  // A failure of one loop ends them all.
  const failure = new AbortController();
  const signal = AbortSignal.any([stopped, failure.signal]);
  const scanned = firstScan();
  async function firstScan(): Promise<void> {
    await clock.sleep(config.firstScanDelaySeconds * 1000, signal);
    if (signal.aborted) return;
    await finder.start();
    if (signal.aborted) return;
    inventory.flush();
    store.facts.write('firstScanFinished', true);
    log.info(
      { executables: inventory.state().digest.count, ...finder.status().details },
      'first scan finished',
    );
    names.ready();
  }
  const identifying = async (): Promise<void> => {
    await clock.sleep(IDENTIFY_AT_THE_LATEST_MS, signal);
    names.ready();
  };
  const reporting = async (): Promise<void> => {
    const interval = setting('reportIntervalSeconds');
    const jitter = interval >= JITTER_FROM_SECONDS ? Math.random() * interval * 1000 : 0;
    await Promise.all([
      clock.sleep(jitter, signal),
      Promise.race([scanned, clock.sleep(interval * 1000, signal)]),
    ]);
    while (!signal.aborted) {
      let waitMs = interval * 1000;
      await patiently(async () => {
        waitMs = await courier.turn(signal);
      })();
      await clock.sleep(waitMs, signal);
    }
  };
  const loops = [
    scanned,
    identifying(),
    repeat(
      clock,
      () => FLUSH_AFTER_MS,
      signal,
      patiently(() => inventory.flush()),
    ),
    repeat(
      clock,
      () => setting('sampleIntervalSeconds') * 1000,
      signal,
      () => sampler.sample(),
    ),
    repeat(clock, () => config.usageFlushSeconds * 1000, signal, patiently(flush)),
    repeat(clock, () => DAY_SECONDS * 1000, signal, patiently(daily)),
    reporting(),
  ];
  log.info(
    { version, folder, collectorUrl: config.collectorUrl, keyId: identity.signingKey.keyId },
    'agent started',
  );
  try {
    await Promise.all(loops);
  } finally {
    failure.abort();
    await Promise.allSettled(loops);
    await exchange.close();
    await finder.close();
  }
  flush();
  log.info({}, 'agent stopped');
}
