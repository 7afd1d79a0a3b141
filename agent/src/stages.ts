/** The agent's stages, made and joined, each with what the others may ask of it; agent.ts sets them going. */
import { randomBytes } from 'node:crypto';
import { decodeEvidence } from '@fleetmeter/proto';
import { AdjustableFinder } from './adjustable-finder.ts';
import { type Clock, dayOf } from './clock/clock.ts';
import { ToldClock } from './clock/told-clock.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { SentLedger } from './disclosed/sent-ledger.ts';
import { ShownDisclosure } from './disclosed/shown-disclosure.ts';
import { UserNames } from './disclosed/user-names.ts';
import type { CollectorPlace } from './enrol/collector-place.ts';
import { KeyRenewal } from './enrol/key-renewal.ts';
import { createFinder, surroundingsOf } from './finder.ts';
import { readHostFacts } from './host/host-facts.ts';
import { readManagement } from './host/management.ts';
import { runsOnBattery } from './host/power-supply.linux.ts';
import type { DeviceIdentity } from './identity/device-identity.ts';
import { EVERYBODY, userHash } from './identity/user-hash.ts';
import { Inventory } from './inventory/inventory.ts';
import { notListed } from './inventory/skipped-files.ts';
import { knewUsersOtherwise } from './sample/metering-switch.ts';
import { LinuxProcessTable } from './sample/process-list.linux.ts';
import { ProgramNames } from './sample/program-names.ts';
import { Sampler } from './sample/sampler.ts';
import { collectorLink } from './send/collector-link.ts';
import { Courier } from './send/courier.ts';
import type { CourierLog } from './send/courier-parts.ts';
import { networkWays } from './send/network-ways.ts';
import { proxyFor } from './send/proxy-choice.ts';
import { RecordingExchange } from './send/recording-exchange.ts';
import { TimeHearingExchange } from './send/time-hearing-exchange.ts';
import { openFocusSource } from './sessions/focus-source.ts';
import { openSessionSource } from './sessions/session-source.ts';
import { CeilingFile } from './settings/ceiling.ts';
import { EffectiveSettings } from './settings/effective-settings.ts';
import { mayTellEvidence } from './settings/told-evidence.ts';
import { agentStatus } from './status/agent-status.ts';
import { costBudget } from './status/cost-budget.ts';
import { ownCost } from './status/own-cost.ts';
import type { AgentStore } from './store/agent-store.ts';
import { StorePatience } from './store/patience.ts';
import { stateFolderOf } from './store/state-folder.ts';
import { StateLimit } from './store/state-limit.ts';
import { SlotOrder } from './usage/slot-order.ts';
import { UsageMeter } from './usage/usage-meter.ts';

export interface AgentOptions extends LoadedConfig {
  version: string;
  clock: Clock;
  log: AgentLog;
}

export interface AgentLog extends CourierLog {
  error(fields: object, message: string): void;
}

export type Stages = Awaited<ReturnType<typeof buildStages>>;

export async function buildStages(
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
  const hasScanned = (): boolean => store.facts.read('firstScanFinished') ?? false;
  const finder = new AdjustableFinder({
    make: (scope) => createFinder(scope, inventory, clock, { wasScanned: hasScanned }),
    wanted: () => settings.finding,
    surroundings: surroundingsOf,
    onAdjust: () => {
      inventory.forgetSkipped();
      sampler.forget();
    },
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
  const users = new UserNames((uid) => userHash(identity.userSecret, uid));
  const hashUser = (uid: number): string => (settings.tellUsersApart ? users.of(uid) : everybody);
  const mayMeter = (path: string): boolean => finder.mayMeter(path);
  const sessions = openSessionSource(clock);
  const isPersonThere = (): boolean | undefined => sessions.look().interactive;
  const focus = config.meterForeground ? openFocusSource(clock) : undefined;
  const attention = focus && {
    attention: () => ({
      focus: focus.look(sessions.desktops),
      // Under the name of all of them together there is no telling whose time it was.
      lockedUids: settings.tellUsersApart ? sessions.look().lockedUids : undefined,
    }),
  };
  const table = new LinuxProcessTable({ scripts: finder });
  const meteringClock = new ToldClock(clock);
  const slotOrder = new SlotOrder({
    listedOn: (day, now) => store.slotOrders.listedOn(day, now),
    listed: () => settings.concurrentLicences,
    allowed: () => settings.timesOfDayAllowed,
    evidenceOf: (id) => store.inventory.evidenceOf(id),
  });
  const sampler = new Sampler({
    table,
    names,
    meter,
    clock: meteringClock,
    hashUser,
    isPersonThere,
    ...attention,
    mayMeter,
  });

  // host facts, own cost
  const host = { facts: await readHostFacts(version, config.managementFile) };
  const { fault } = readManagement(config.managementFile);
  if (fault) log.warn({ file: config.managementFile, fault }, 'the management file was not understood');
  const proxyOf = (address: string) => proxyFor(address, config);
  const {
    exchange: network,
    moves,
    notices,
  } = collectorLink({
    facts: store.facts,
    place,
    stateFolder: stateFolderOf(config.dataDir),
    clock,
    network: networkWays(config),
  });
  // Whatever the agent sends goes through here.
  const nowMs = (): number => clock.now().wallMs;
  const uidOf = (user: string): number | undefined => users.uidOf(user);
  const ledger = new SentLedger({ store, nowMs, uidOf });
  const exchange = new RecordingExchange(
    new TimeHearingExchange(network, meteringClock, clock),
    ledger,
    nowMs,
  );
  const shown = new ShownDisclosure({
    ...{ store, ledger, uidOf, nowMs, log },
    dataDir: config.dataDir,
    secret: identity.userSecret,
    scope: () => settings.shownScope,
    monotonicMs: () => clock.now().monotonicMs,
    collectorUrl: () => network.url,
    agentVersion: version,
  });
  const cost = () =>
    ownCost({
      uptimeMs: clock.now().monotonicMs - started.monotonicMs,
      finding: finder.status(),
      sentBytes: exchange.sentBytes,
      skipped: notListed(inventory.skippedCounts(), finder.status()),
      clockAheadSeconds: meteringClock.aheadSeconds(),
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
    hasScanned,
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
  const focusStatus = () => focus && { ...focus.status, ofOthers: sampler.focusOfOthers };
  const status = () =>
    agentStatus({
      agentVersion: version,
      startedAtMs: started.wallMs,
      updatedAtMs: clock.now().wallMs,
      collectorUrl: network.url,
      addresses: network.states(),
      addressSwitches: network.switches,
      proxy: proxyOf(network.url)?.place ?? null,
      move: moves.status(),
      finding: finder.status(),
      skipped: notListed(inventory.skippedCounts(), finder.status()),
      cost: cost(),
      costBudget: costBudget(config),
      storeError: patience.error,
      storeRebuilt: store.facts.read('storeRebuilt'),
      disclosure: { ...shown.status, ledgerFault: ledger.fault ?? null },
      state: { ...store.room(), forgotten: limit.forgotten },
      foreground: config.meterForeground ? (focusStatus() ?? null) : 'off',
      ...{ filesHashedBefore, meter, sampler, names, courier, settings },
    });
  return {
    everybody,
    settings,
    inventory,
    finder,
    names,
    meter,
    slotOrder,
    sampler,
    sessions,
    focus,
    meteringClock,
    host,
    exchange,
    courier,
    limit,
    patience,
    shown,
    status,
  };
}
