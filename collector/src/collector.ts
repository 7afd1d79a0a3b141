/** Builds the stages and joins them, in the order in which data flows. */
import { createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { startAdminServer } from './admin/admin-server.ts';
import { adoptNumbers } from './audit/adopt-numbers.ts';
import { startBackgroundJobs } from './background-jobs.ts';
import { startBackupHold } from './backup/hold-processing.ts';
import { openCatalogueSource } from './catalogue/catalogue-in-force.ts';
import { awaitServer } from './clickhouse/await-server.ts';
import { connectClickHouse } from './clickhouse/clickhouse.ts';
import { migrate } from './clickhouse/migrate.ts';
import { askedWhileUp } from './clickhouse/queries/question.ts';
import { renewDictionaries, requireVersion } from './clickhouse/server-conditions.ts';
import { areSmallGroupsOther, writeSmallGroups } from './clickhouse/small-groups.ts';
import { systemClock } from './clock/clock.ts';
import { livesOf } from './config/kept-lives.ts';
import type { CollectorConfig } from './config/schema.ts';
import { askerOfPersons, serverAccount, startEngine } from './configured-engine.ts';
import { openConfiguredStream } from './configured-stream.ts';
import { lockDataFolder } from './control/data-folder-lock.ts';
import { SqliteControlStore } from './control/sqlite-control-store.ts';
import { startWalCheckpoints } from './control/wal-checkpoints.ts';
import { readEngineReport } from './engine/read-engine-report.ts';
import { countedClickHouse } from './metrics/clickhouse-metrics.ts';
import { watchEngine, watchEngineReport, watchMerges, watchTables } from './metrics/engine-metrics.ts';
import { boundedRead, createRegistry } from './metrics/metrics.ts';
import { countReadings } from './metrics/person-metrics.ts';
import { createProcessMetrics, noteRange } from './metrics/process-metrics.ts';
import {
  noteWalCheckpoints,
  watchBackups,
  watchControlStore,
  watchNotices,
  watchProcessing,
} from './metrics/store-metrics.ts';
import { watchStream } from './metrics/stream-metrics.ts';
import { watchLag } from './operate/watch-lag.ts';
import { PersonExport } from './person/export-person.ts';
import { PersonQuestions } from './person/person-questions.ts';
import { pipelineState, readiness } from './pipeline-state.ts';
import { AnnouncedExecutables } from './process/announced-executables.ts';
import { EpochHeadCache } from './process/epoch-head-cache.ts';
import { startProcessor } from './process/processor.ts';
import { QuarantineAnswers } from './quarantine/quarantine-answers.ts';
import { markEverything } from './recompute/mark-everything.ts';
import { oldestKept } from './retention/lives.ts';
import { startReceiving } from './start-receiving.ts';
import { StartedStages } from './started-stages.ts';
import { watchRoom } from './stream/watch-room.ts';
import { giveWay } from './threads/give-way.ts';

export interface Collector {
  /** Lines for a person who started it: what listens where. */
  describe(): string[];
  /** Everything that is counted, as Prometheus reads it. */
  metricsText(): Promise<string>;
  /**
   * Ends the stages last to first, within STOPS_WITHIN_MS; what is received until the end waits in the stream for the
   * next start.
   */
  close(): Promise<void>;
}

/** About 300 bytes each; beyond it heads are read from the tables again. */
const REMEMBERED_HEADS = 100_000;

/**
 * Rejects, with everything started so far ended again, when a stage cannot start; with StoppedWhileWaitingError when it
 * was `stopped` while it waited for a server.
 */
export async function startCollector(
  config: CollectorConfig,
  log: Logger,
  stopped = new AbortController().signal,
): Promise<Collector> {
  const started = new StartedStages();
  try {
    return {
      ...(await joinStages(config, log, started, stopped)),
      async close() {
        if (!(await started.end()))
          log.warn('work in hand was broken off, and is done again after the next start');
      },
    };
  } catch (error) {
    await started.end();
    throw error;
  }
}

async function joinStages(
  config: CollectorConfig,
  log: Logger,
  started: StartedStages,
  stopped: AbortSignal,
): Promise<Omit<Collector, 'close'>> {
  const now = systemClock.now;
  const folder = config.collectorDir;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(folder);
  started.add(() => lock.release());
  const registry = createRegistry();
  const processing = createProcessMetrics(registry);

  // Memory: what was acknowledged, and what is known of devices.
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  started.add(() => control.close());
  started.add(
    startWalCheckpoints({
      ...{ path: join(folder, 'control.db'), log },
      onCheckpoint: noteWalCheckpoints(registry),
    }),
  );
  watchControlStore(registry, control);
  watchNotices(registry, control);
  watchBackups(registry, control, now);
  const { reportIntervalSeconds, sampleIntervalSeconds } = config;
  control.setBottomSettings({
    ...(reportIntervalSeconds !== undefined && { reportIntervalSeconds }),
    ...(sampleIntervalSeconds !== undefined && { sampleIntervalSeconds }),
  });
  const stream = await openConfiguredStream(config, control.checkpoint(), log, stopped);
  started.add(() => stream.close());
  watchStream(registry, { stream, config });
  started.add(
    watchRoom({
      ...{ stream, log, lowFreeBytes: config.streamLowFreeBytes, maxBytes: config.streamMaxBytes },
    }),
  );
  const lagWatch = watchLag({ stream, control, clock: systemClock });
  started.add(() => lagWatch.close());
  watchProcessing(registry, control, lagWatch, now);

  // Receiving needs nothing else: it goes on while the engine is down.
  const receiving = await startReceiving({ config, log, now, control, stream, registry, started });
  // Behind the stream's thread and the receiver's: what this one does, processing above all, can wait.
  giveWay();

  // The engine, ours or theirs.
  const engine = await startEngine(config, log, processing);
  if (engine.supervisor) started.add(() => engine.supervisor?.close());
  const clickhouse = countedClickHouse(registry, connectClickHouse(engine.address));
  started.add(() => clickhouse.close());
  started.addBreak(() => clickhouse.close());
  if (!engine.supervisor) await awaitServer(clickhouse, log, stopped);
  const account = serverAccount(config);
  if (account) log.info({ version: await requireVersion(clickhouse) }, 'a ClickHouse server is used');
  const applied = await migrate(clickhouse, now, account);
  if (applied.length > 0) log.info({ applied }, 'schema brought up to date');
  const smallGroups = {
    smallest: config.smallestGroupShown,
    key: createHmac('sha256', control.userKey).update('ids of what is not shown').digest().subarray(0, 16),
  };
  if (await areSmallGroupsOther(clickhouse, smallGroups)) {
    // Marked first: a crash in between marks once more, and forgets nothing.
    const days = await markEverything(clickhouse, control, now());
    await writeSmallGroups(clickhouse, smallGroups);
    if (days > 0)
      log.info(
        { smallest: config.smallestGroupShown, days },
        'small groups are hidden by another size or other rules; everything is derived again by that',
      );
  }
  const renewed = account ? await renewDictionaries(clickhouse, account) : [];
  if (renewed.length > 0) log.info({ renewed }, 'dictionaries have a new password');

  await adoptNumbers({ clickhouse, control, log, now });

  // The catalogue names applications. A new one sends every executable through mapping once more.
  const catalogue = openCatalogueSource({
    file: config.catalogueFile,
    control,
    fileKey: createHmac('sha256', control.userKey).update('applications named for a file').digest(),
    log,
    onChange: () => jobs.remap.wake(),
    onFault: (faulty) => processing.catalogueFaulty.set(faulty),
  });
  started.add(() => catalogue.close());
  const lives = livesOf(config);
  const heads = new EpochHeadCache(REMEMBERED_HEADS);
  const announced = new AnnouncedExecutables();
  const processor = startProcessor({
    stream,
    clickhouse,
    control,
    heads,
    announced,
    lingerMs: config.processLingerMs,
    inForce: () => catalogue.current(),
    oldestKept: () => oldestKept(lives, now()),
    log,
    now,
    onProcessed: (outcome, milliseconds) => {
      noteRange(processing, outcome, milliseconds);
      receiving.named(outcome.namedBy);
      lagWatch.worked({ records: outcome.records, milliseconds });
    },
    onRead: (milliseconds) => processing.stageSeconds.observe({ stage: 'read' }, milliseconds / 1000),
    onStopped: (stopped) => processing.stopped.set(stopped ? 1 : 0),
    onRetry: () => processing.retries.inc(),
    onSplit: (copy) => {
      processing.copies.inc();
      log.warn(copy, 'two machines have one identity: the copy becomes a device of its own');
    },
  });
  started.add(() => processor.close());
  // Before the first range begins.
  started.add(startBackupHold({ control, processor, clock: systemClock, log }));
  const jobs = startBackgroundJobs({
    ...{ config, log, now, started, processing, registry: registry },
    ...{ clickhouse, control, processor, heads, announced, lives },
    catalogueInForce: () => catalogue.current(),
  });
  // Connections of its own: the page's questions never take those that processing needs.
  const questions = askedWhileUp(
    connectClickHouse(engine.address),
    () => engine.supervisor?.state.up ?? true,
  );
  started.add(() => questions.close());
  started.addBreak(() => questions.close());
  const asker = askerOfPersons(config);
  started.add(() => asker.close());
  const asked = new PersonQuestions({
    ...{ persons: control, asker, now, onReading: countReadings(registry) },
  });
  const exports = new PersonExport({ questions: asked, clickhouse: questions, control });
  if (engine.supervisor) {
    const { supervisor, address } = engine;
    watchEngine(registry, () => supervisor.state.pid);
    watchEngineReport(registry, () => readEngineReport(address));
  }
  watchMerges(registry, questions);
  watchTables(registry, questions);
  const ofReceiver = boundedRead(receiving.metrics);
  // One that is just being started again has nothing to say.
  const metricsText = async () => (await registry.metrics()) + (await ofReceiver().catch(() => ''));
  const admin = await startAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    clickhouse: questions,
    quarantine: new QuarantineAnswers(control.quarantine),
    persons: { questions: asked, exports },
    pipeline: () =>
      pipelineState({ stream, control, lagWatch, audit: jobs.audit, engine: engine.supervisor, clickhouse }),
    ready: () => readiness(clickhouse, control, engine.supervisor),
    metricsText: async () => ({ contentType: registry.contentType, body: await metricsText() }),
    log,
  });
  started.add(() => admin.close());
  return {
    metricsText,
    describe: () => [
      `dashboard  http://${config.adminHost}:${admin.port}/`,
      `agents     ${receiving.scheme}://${config.agentHost}:${receiving.port}/`,
      `SQL        ${engine.address.url}/`,
    ],
  };
}
