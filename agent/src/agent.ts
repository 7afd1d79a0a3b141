/**
 * The agent: its stages, joined in the order in which data flows.
 *
 *     find (watch, hash) -> inventory --.
 *     sample -> usage -------------------+-> delta -> send
 *     host facts, own cost -------------'
 */
import { randomBytes } from 'node:crypto';
import { decodeEvidence } from '@fleetmeter/proto';
import { AdjustableFinder } from './adjustable-finder.ts';
import { type Clock, dayOf } from './clock/clock.ts';
import { repeat } from './clock/repeat.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { type CollectorPlace, collectorPlace } from './enrol/collector-place.ts';
import { KeyRenewal } from './enrol/key-renewal.ts';
import { createFinder } from './finder.ts';
import { readHostFacts } from './host/host-facts.ts';
import { readManagement } from './host/management.ts';
import { runsOnBattery } from './host/power-supply.linux.ts';
import { type DeviceIdentity, openDeviceIdentity } from './identity/device-identity.ts';
import { EVERYBODY, userHash } from './identity/user-hash.ts';
import { FLUSH_AFTER_MS, Inventory } from './inventory/inventory.ts';
import { knewUsersOtherwise, MeteringSwitch } from './sample/metering-switch.ts';
import { LinuxProcessTable } from './sample/process-list.linux.ts';
import { ProgramNames } from './sample/program-names.ts';
import { Sampler } from './sample/sampler.ts';
import { collectorLink } from './send/collector-link.ts';
import { Courier, type CourierLog } from './send/courier.ts';
import { networkWays } from './send/network-ways.ts';
import { proxyFor } from './send/proxy-choice.ts';
import { reporting } from './send/reporting.ts';
import { CeilingFile } from './settings/ceiling.ts';
import { EffectiveSettings } from './settings/effective-settings.ts';
import { mayTellEvidence } from './settings/told-evidence.ts';
import { agentStatus } from './status/agent-status.ts';
import { ownCost } from './status/own-cost.ts';
import { holdAgentLock } from './store/agent-lock.ts';
import { type AgentStore, agentStore } from './store/agent-store.ts';
import { StorePatience } from './store/patience.ts';
import { openStateDatabase } from './store/state-database.ts';
import { openStateFolder, stateFolderOf } from './store/state-folder.ts';
import { StateLimit } from './store/state-limit.ts';
import { tidyStore } from './store/upkeep.ts';
import { UsageMeter } from './usage/usage-meter.ts';

const DAY_MS = 86_400_000;
/** Soon, since many computers are never on for a whole day. */
const FIRST_UPKEEP_MS = 600_000;
const LOOK_AT_SETTINGS_MS = 60_000;
/** Programs are identified without waiting for the first scan when that takes longer. */
const IDENTIFY_AT_THE_LATEST_MS = 600_000;

export interface AgentOptions extends LoadedConfig {
  version: string;
  clock: Clock;
  log: AgentLog;
}

export interface AgentLog extends CourierLog {
  error(fields: object, message: string): void;
}

/**
 * Runs until the signal is aborted, then leaves everything on the disk. Rejects with StateError when the state
 * folder cannot be used, and when the store is damaged while running.
 */
export async function runAgent(options: AgentOptions, stopped: AbortSignal): Promise<void> {
  const { clock, config, log } = options;
  const folder = openStateFolder(config.dataDir);
  using _lock = holdAgentLock(folder);
  const { database, movedAside } = openStateDatabase(folder, clock.now().wallMs);
  if (movedAside) log.error({ movedAside }, 'the store was damaged: a new one and a new epoch begin');
  const store = agentStore(database);
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

type Stages = Awaited<ReturnType<typeof buildStages>>;

async function buildStages(
  options: AgentOptions,
  store: AgentStore,
  identity: DeviceIdentity,
  place: CollectorPlace,
) {
  const { config, version, clock, log } = options;
  const started = clock.now();
  const settings = new EffectiveSettings({
    local: options,
    facts: store.facts,
    ceiling: new CeilingFile(config.ceilingFile),
    wallMs: () => clock.now().wallMs,
    onBattery: runsOnBattery,
    log,
  });

  // find -> inventory
  const today = (): number => dayOf(clock.now().wallMs);
  const limit = new StateLimit(store, today);
  const inventory = new Inventory(store, today, () => limit.isFull);
  if (!inventory.verifyDigest()) {
    store.outbox.wantBaseline();
    log.warn({}, 'the inventory digest was wrong and was put right');
  }
  const finder = new AdjustableFinder({
    make: (scope) => createFinder(scope, inventory, clock),
    wanted: () => settings.finding,
    onAdjust: () => inventory.forgetSkipped(),
  });
  const filesHashedBefore = store.facts.read('lifetime')?.filesHashed ?? 0;

  // sample -> usage
  const everybody = userHash(identity.userSecret, EVERYBODY);
  if (knewUsersOtherwise(store.usage.live(), everybody, settings.tellUsersApart)) store.usage.forgetMark();
  const mark = store.usage.mark();
  const live = mark?.bootId === clock.bootId() ? store.usage.live() : [];
  const names = new ProgramNames({
    known: inventory,
    identify: (openPath, rawPath) => finder.identify(openPath, rawPath),
    keepUsed: (file) => inventory.keepUsed(file),
    remembered: live.flatMap((each) =>
      each.executableId ? [[each.program, each.executableId] as const] : [],
    ),
  });
  const meter = new UsageMeter({
    bootId: clock.bootId(),
    sampleIntervalMs: settings.sampleIntervalSeconds * 1000,
    newRun: () => randomBytes(8).toString('hex'),
    nameProgram: names.nameOf,
    resume: mark && { mark, live },
  });
  const hashUser = (uid: number): string =>
    userHash(identity.userSecret, settings.tellUsersApart ? uid : EVERYBODY);
  const mayMeter = (path: string): boolean => finder.mayMeter(path);
  const sampler = new Sampler({ table: new LinuxProcessTable(), names, meter, clock, hashUser, mayMeter });

  // host facts, own cost
  const host = { facts: await readHostFacts(version, config.managementFile) };
  const { fault } = readManagement(config.managementFile);
  if (fault) log.warn({ file: config.managementFile, fault }, 'the management file was not understood');
  const proxyOf = (address: string) => proxyFor(address, config);
  const { exchange, moves, notices } = collectorLink({
    facts: store.facts,
    place,
    stateFolder: stateFolderOf(config.dataDir),
    clock,
    network: networkWays(config),
  });
  const cost = () =>
    ownCost({
      uptimeMs: clock.now().monotonicMs - started.monotonicMs,
      finding: finder.status(),
      sentBytes: exchange.sentBytes,
      skipped: inventory.skippedCounts(),
    });

  // delta -> send
  const { rotateKeyDays } = config;
  const renewal = new KeyRenewal({ identity, exchange, host: () => host.facts, rotateKeyDays, clock, log });
  const courier = new Courier({
    store,
    inventory,
    identity,
    host: () => host.facts,
    cost,
    exchange,
    notices,
    collectorUrl: place.url,
    joinSecret: place.secret,
    evidenceOf: (id) => {
      const evidence = store.inventory.evidenceOf(id);
      if (!evidence) return undefined;
      const { path } = decodeEvidence(evidence);
      const isTold = mayTellEvidence(path, store.inventory.isInstalled(id), settings.toldScope);
      return isTold ? evidence : undefined;
    },
    renewKey: (signal) => renewal.turn(signal),
    reportIntervalSeconds: () => settings.reportIntervalSeconds,
    onSettings: (received) => settings.receive(received),
    settingsVersion: () => settings.version,
    quiet: () => settings.paused,
    clock,
    random: Math.random,
    log,
  });

  const patience = new StorePatience((error) => log.error({ err: error }, 'the store cannot be written'));
  const status = () =>
    agentStatus({
      agentVersion: version,
      startedAtMs: started.wallMs,
      updatedAtMs: clock.now().wallMs,
      collectorUrl: exchange.url,
      addresses: exchange.states(),
      addressSwitches: exchange.switches,
      proxy: proxyOf(exchange.url)?.place ?? null,
      move: moves.status(),
      finding: finder.status(),
      skipped: inventory.skippedCounts(),
      cost: cost(),
      storeError: patience.error,
      state: { ...store.room(), forgotten: limit.forgotten },
      ...{ filesHashedBefore, meter, sampler, names, courier, settings },
    });
  return {
    everybody,
    settings,
    inventory,
    finder,
    names,
    meter,
    sampler,
    host,
    exchange,
    courier,
    limit,
    patience,
    status,
  };
}

async function runStages(
  stages: Stages,
  { config, version, clock, log }: AgentOptions,
  store: AgentStore,
  stopped: AbortSignal,
): Promise<void> {
  const { settings, inventory, finder, names, meter, sampler, host, exchange, courier, limit, patience } =
    stages;
  // The failure of one loop ends them all.
  const failure = new AbortController();
  const signal = AbortSignal.any([stopped, failure.signal]);
  signal.addEventListener('abort', () => void finder.close(), { once: true });

  const find = async (): Promise<void> => {
    await clock.sleep(config.firstScanDelaySeconds * 1000, signal);
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
  /** A ceiling also holds for what was metered before it was there. */
  const eraseForbidden = (): void => {
    const { keptUsage } = settings;
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
      if (due) store.usage.flush(due);
      store.facts.write('lifetime', { filesHashed: status.filesHashedEver });
      store.facts.write('status', status);
    });
    meter.flushed();
    eraseForbidden();
  };
  const metering = new MeteringSwitch({
    ...{ sampler, meter, flush },
    wanted: () => settings.metering,
    tellUsersApart: () => settings.tellUsersApart,
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
    repeat(
      clock,
      () => FLUSH_AFTER_MS,
      signal,
      () => patience.during(() => inventory.flush()),
    ),
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
    reporting(courier, clock, () => settings.reportIntervalSeconds, scanned, patience.during, signal),
  ];
  try {
    await Promise.all(loops);
  } finally {
    failure.abort();
    await Promise.allSettled([...loops, exchange.close(), finder.close()]);
  }
  flush();
}
