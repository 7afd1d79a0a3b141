/**
 * The agent: its stages (stages.ts) set going and ended, in the order in which data flows.
 *
 *     find (watch, hash) -> inventory --.
 *     sample -> usage -------------------+-> delta -> send
 *     host facts, own cost -------------'
 */
import { dayOf } from './clock/clock.ts';
import { repeat } from './clock/repeat.ts';
import { type CollectorPlace, collectorPlace } from './enrol/collector-place.ts';
import { readHostFacts } from './host/host-facts.ts';
import { openDeviceIdentity } from './identity/device-identity.ts';
import { FLUSH_AFTER_MS } from './inventory/inventory.ts';
import { MeteringSwitch } from './sample/metering-switch.ts';
import { reporting } from './send/reporting.ts';
import { type AgentOptions, buildStages, type Stages } from './stages.ts';
import { holdAgentLock } from './store/agent-lock.ts';
import { type AgentStore, agentStore } from './store/agent-store.ts';
import { openStateDatabase } from './store/state-database.ts';
import { openStateFolder } from './store/state-folder.ts';
import { tidyStore } from './store/upkeep.ts';
import { firstScanAtMs } from './watch/first-scan-time.ts';

const DAY_MS = 86_400_000;
/** Soon, since many computers are never on for a whole day. */
const FIRST_UPKEEP_MS = 600_000;
const LOOK_AT_SETTINGS_MS = 60_000;
/** Programs are identified without waiting for the first scan when that takes longer. */
const IDENTIFY_AT_THE_LATEST_MS = 600_000;

/**
 * Runs until the signal is aborted, then leaves everything on the disk. Rejects with StateError when the state
 * folder cannot be used, and when the store is damaged while running.
 */
export async function runAgent(options: AgentOptions, stopped: AbortSignal): Promise<void> {
  const { clock, config, log } = options;
  const folder = openStateFolder(config.dataDir);
  using _lock = holdAgentLock(folder);
  const { database, movedAside } = openStateDatabase(folder, clock.now().wallMs);
  const store = agentStore(database);
  if (movedAside) {
    log.error({ movedAside }, 'the store was damaged: a new one and a new epoch begin');
    const { wallMs } = clock.now();
    store.facts.write('storeRebuilt', { atMs: wallMs, movedAside });
    // The collector has this device's inventory, and gets no newer one before the scan has ended.
    store.facts.write('firstScanAtMs', wallMs);
  }
  try {
    const identity = openDeviceIdentity(folder);
    log.info(
      { folder, collectorUrl: placeOf(options, folder).url(), keyId: identity.signingKey.keyId },
      'agent started',
    );
    await runStages(
      await buildStages(options, store, identity, placeOf(options, folder)),
      options,
      store,
      stopped,
    );
    log.info({}, 'agent stopped');
  } finally {
    store.close();
  }
}

function placeOf({ config, explicit }: AgentOptions, folder: string): CollectorPlace {
  return collectorPlace(folder, config.collectorUrl, explicit.has('collectorUrl'));
}

async function runStages(
  stages: Stages,
  { config, version, clock, log }: AgentOptions,
  store: AgentStore,
  stopped: AbortSignal,
): Promise<void> {
  const {
    settings,
    inventory,
    finder,
    names,
    meter,
    slotOrder,
    sampler,
    host,
    exchange,
    courier,
    limit,
    patience,
    shown,
  } = stages;
  // The failure of one loop ends them all.
  const failure = new AbortController();
  const signal = AbortSignal.any([stopped, failure.signal]);
  signal.addEventListener('abort', () => void finder.close(), { once: true });

  /** Looks at the time again and again: the clock may be set meanwhile, and a suspended computer sleeps through timers. */
  const waitForFirstScan = async (): Promise<void> => {
    const { facts } = store;
    const random = Math.random();
    const due = (): number =>
      firstScanAtMs({
        drawnMs: facts.read('firstScanAtMs'),
        finished: facts.read('firstScanFinished') ?? false,
        longestDelaySeconds: config.firstScanDelaySeconds,
        nowMs: clock.now().wallMs,
        random,
      });
    facts.write('firstScanAtMs', due());
    const waitMs = due() - clock.now().wallMs;
    if (waitMs > 0)
      log.info({ waitMs: Math.round(waitMs) }, 'the first scan waits, and the first report for its end');
    for (let leftMs = 0; !signal.aborted; await clock.sleep(Math.min(leftMs, LOOK_AT_SETTINGS_MS), signal)) {
      leftMs = due() - clock.now().wallMs;
      if (leftMs <= 0) return;
    }
  };
  const find = async (): Promise<void> => {
    await waitForFirstScan();
    if (!signal.aborted) await finder.start();
    if (signal.aborted) return;
    await patience.during(() => {
      inventory.flush();
      store.facts.write('firstScanFinished', true);
    });
    log.info(
      { executables: inventory.state().digest.count, ...finder.status().lastScan },
      'first scan finished',
    );
    names.ready();
  };
  const identifyAtTheLatest = async (): Promise<void> => {
    await clock.sleep(IDENTIFY_AT_THE_LATEST_MS, signal);
    if (!signal.aborted) names.ready();
  };
  /** Nobody wakes up while there is nothing to commit. */
  const commitQueued = async (): Promise<void> => {
    while (!signal.aborted) {
      await inventory.queued(signal);
      await clock.sleep(FLUSH_AFTER_MS, signal);
      await patience.during(() => inventory.flush());
    }
  };
  const eraseTimesOfDay = (): void => {
    const rows = store.usage.eraseInOrder((id) => slotOrder.isRefused(id));
    if (rows > 0) log.warn({ rows }, 'usage whose time of day this device does not tell was erased');
  };
  /** A ceiling also holds for what was metered before it was there. */
  const eraseForbidden = (): void => {
    const { keptUsage } = settings;
    if (settings.timesOfDayAllowed !== undefined) eraseTimesOfDay();
    if (keptUsage === 'all') return;
    const rows = keptUsage === 'nothing' ? store.usage.eraseAll() : store.usage.eraseOthers(stages.everybody);
    if (rows > 0) log.warn({ rows, keptUsage }, 'usage that the ceiling forbids was erased');
  };
  /** Usage, live processes and status in one transaction; before them the evidence that they refer to. */
  const flush = (): void => {
    const forgotten = limit.keep();
    if (forgotten.acknowledged + forgotten.unreported > 0)
      log.warn(forgotten, 'the state reached its limit: usage was forgotten');
    inventory.flush();
    const status = stages.status();
    const due = meter.flush();
    store.transaction(() => {
      if (due) {
        const usage = due.usage.map((row) => ({ ...row, inOrder: slotOrder.isTrue(row) }));
        store.usage.flush({ ...due, usage });
        store.usage.closeDays(dayOf(stages.meteringClock.now().wallMs));
      }
      store.facts.write('lifetime', { filesHashed: status.filesHashedEver });
      store.facts.write('status', status);
    });
    meter.flushed();
    eraseForbidden();
    shown.showIfDue();
  };
  const metering = new MeteringSwitch({
    ...{ sampler, meter, finder, flush },
    clock: stages.meteringClock,
    wanted: () => settings.metering,
    tellUsersApart: () => settings.tellUsersApart,
    timesOfDayAllowed: () => settings.timesOfDayAllowed,
    forgetMark: () => store.usage.forgetMark(),
  });
  const sample = async (): Promise<void> => {
    meter.sampleIntervalMs = settings.sampleIntervalSeconds * 1000;
    await patience.during(() => metering.sample());
  };
  /** At once when a setting changes; and the ceiling, the battery and the end of a pause are looked at. */
  const followSettings = async (): Promise<void> => {
    while (!signal.aborted) {
      settings.look();
      await finder.adjust();
      await clock.sleep(LOOK_AT_SETTINGS_MS, AbortSignal.any([signal, settings.changed]));
    }
  };
  const daily = async (): Promise<void> => {
    host.facts = await readHostFacts(version, config.managementFile);
    const lost = tidyStore(store, dayOf(clock.now().wallMs));
    limit.lost(lost);
    if (lost > 0) log.warn({ rows: lost }, 'usage that was never reported was too old or too much');
  };

  eraseForbidden();
  const scanned = find();
  const loops = [
    scanned,
    followSettings(),
    identifyAtTheLatest(),
    commitQueued(),
    repeat(clock, () => settings.sampleIntervalSeconds * 1000, signal, sample),
    repeat(
      clock,
      () => config.usageFlushSeconds * 1000,
      signal,
      () => patience.during(flush),
    ),
    clock.sleep(FIRST_UPKEEP_MS, signal).then(() =>
      repeat(
        clock,
        () => DAY_MS,
        signal,
        () => patience.during(daily),
      ),
    ),
    reporting(
      {
        ...{ courier, clock, scanned, patiently: patience.during },
        intervalSeconds: () => settings.reportIntervalSeconds,
      },
      signal,
    ),
  ];
  try {
    await Promise.all(loops);
  } finally {
    failure.abort();
    stages.sessions.close();
    stages.focus?.close();
    await Promise.allSettled([...loops, exchange.close(), finder.close()]);
  }
  flush();
  shown.showIfDue(true);
}
