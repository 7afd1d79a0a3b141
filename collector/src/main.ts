/**
 * The program: arguments, signals, exit codes. The only file that may end the process. What goes wrong at the
 * start is one line for the person who started it, and exit code 1.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { JoinStringError } from '@fleetmeter/proto';
import { Command, CommanderError, Option } from 'commander';
import pino, { type Logger } from 'pino';
import { AuthorityError } from './authority/authority.ts';
import { addBackup } from './backup/backup-command.ts';
import { BackupError } from './backup/backup-manifest.ts';
import { SchemaError } from './clickhouse/migrate.ts';
import { systemClock } from './clock/clock.ts';
import { COLLECTOR_VERSION } from './collector-version.ts';
import { ConfigError, DEFAULT_CONFIG_FILE, loadConfig } from './config/load-config.ts';
import { type CollectorConfig, environmentName, flagName, SETTINGS } from './config/schema.ts';
import { DataFolderLockedError, lockDataFolder } from './control/data-folder-lock.ts';
import { SupersedingError } from './control/device-lives.ts';
import { NoControlStoreError } from './control/enrolment-desk.ts';
import { type CommandOutput, EnrolCommandError } from './enrol/command-line.ts';
import { addDevice } from './enrol/device-command.ts';
import { addGroup } from './enrol/group-command.ts';
import { addToken } from './enrol/token-command.ts';
import { addMove } from './move/move-command.ts';
import { addAudit } from './operate/audit-command.ts';
import { addCorrect } from './operate/correct-command.ts';
import { addProcessing } from './operate/processing-command.ts';
import { addRebuild } from './operate/rebuild-command.ts';
import { addSchema } from './operate/schema-command.ts';
import { addPerson } from './person/person-command.ts';
import { addPlan, planMessage } from './plan/plan-command.ts';
import { addQuarantine } from './quarantine/quarantine-command.ts';
import { TransformationError } from './quarantine/transformation.ts';
import { addRetention } from './retention/retention-command.ts';
import { addApply } from './settings/apply-command.ts';
import { addFleet } from './settings/fleet-command.ts';
import { addSettings } from './settings/settings-command.ts';
import { SettingsDocumentError } from './settings/settings-document.ts';

/** A start that cannot succeed; the message is what the user reads. */
class StartError extends Error {
  override name = 'StartError';
}

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('fleetmeter-collector')
    .description('Receives reports of fleetmeter agents and turns them into tables')
    // A command that has commands of its own leaves their options to them.
    .enablePositionalOptions()
    .version(COLLECTOR_VERSION)
    .exitOverride();
  addServe(program, async (config) => {
    exitCode = await serve(config);
  });
  program
    .command('engine')
    .description('run the embedded ClickHouse in this process (serve starts it by itself)')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[arguments...]')
    .action(async () => {
      const { engineCommand } = await import('./engine/engine-command.ts');
      exitCode = await engineCommand(argv.slice(argv.indexOf('engine') + 1));
    });
  const output: CommandOutput = {
    print: (text) => process.stdout.write(text),
    say: (line) => process.stderr.write(`${line}\n`),
    now: systemClock.now,
    fail: () => {
      exitCode = 1;
    },
  };
  addToken(program, output);
  addDevice(program, output);
  addGroup(program, output);
  addApply(program, output);
  addSettings(program, output);
  addFleet(program, output);
  addMove(program, output);
  addProcessing(program, output);
  addRebuild(program, output);
  addQuarantine(program, output);
  addAudit(program, output);
  addCorrect(program, output);
  addPlan(program, output);
  addSchema(program, output);
  addBackup(program, output, COLLECTOR_VERSION);
  addRetention(program, output);
  addPerson(program, output);
  await program.parseAsync(argv, { from: 'user' });
  return exitCode;
}

function addServe(program: Command, run: (config: CollectorConfig) => Promise<void>): void {
  const serveCommand = program
    .command('serve', { isDefault: false })
    .description('receive, process and show; starts the engine unless a ClickHouse URL is set')
    .option(
      '--config <file>',
      `settings as JSON (FLEETMETER_CONFIG; default ${DEFAULT_CONFIG_FILE} if it exists)`,
    );
  for (const [name, setting] of Object.entries(SETTINGS)) {
    if ('secret' in setting) continue;
    const shown = setting.default === undefined ? '' : `; default ${setting.default}`;
    const about = `${setting.meaning} (${environmentName(name)}${shown})`;
    serveCommand.addOption(new Option(`--${flagName(name)} <value>`, about));
  }
  serveCommand.action((flags: Record<string, string>) =>
    run(loadConfig({ flags, environment: process.env })),
  );
}

async function serve(config: CollectorConfig): Promise<number> {
  // Reports live outside the heap, and V8 collects the whole of it each 64 MB of those: every 600 first inventories.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  // Left to itself V8 lets the heap double before it looks for garbage, and a fleet that tells everything again leaves
  // much of it: 1.8 times the usual memory instead of 1.3 (test/load/resync-storm).
  setFlagsFromString('--heap-growing-percent=40');
  const log = pino({ level: config.logLevel, name: 'collector' }, pino.destination(2));
  prepareFolder(config.collectorDir);
  // Whoever comes second is told so before a second of loading; what holds the folder from then on is in collector.ts.
  lockDataFolder(config.collectorDir).release();
  // Told to stop while starting counts as well, so listen first.
  const told = toldToStop();
  const { startCollector } = await import('./collector.ts');
  const stopping = new AbortController();
  void told.then(() => stopping.abort());
  const collector = await startCollector(config, log, stopping.signal).catch((error: unknown) => {
    if ((error as Error).name === 'StoppedWhileWaitingError') return undefined;
    throw error;
  });
  if (!collector) return 0;
  for (const line of collector.describe()) process.stdout.write(`${line}\n`);
  log.info({ reason: await told }, 'stopping');
  const began = performance.now();
  await collector.close();
  log.info({ seconds: Math.round(performance.now() - began) / 1000 }, 'stopped');
  return 0;
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartError(`the data folder ${folder} cannot be written (${code}); set --data-dir`, { cause });
  }
}

/** Resolves with the reason at the first word to stop; a second signal ends the process at once. */
function toldToStop(): Promise<string> {
  return new Promise((resolve) => {
    const told = (signal: NodeJS.Signals): void => {
      // From here on a signal does what it does to any program, whichever of the two it is.
      process.off('SIGTERM', told).off('SIGINT', told);
      resolve(signal);
    };
    process.on('SIGTERM', told).on('SIGINT', told);
    if (process.env.FLEETMETER_PARENT_PIPE !== '1') return;
    process.stdin.once('end', () => resolve('the parent ended'));
    process.stdin.once('error', () => resolve('the parent ended'));
    process.stdin.resume();
  });
}

const MESSAGE_IS_ENOUGH = [
  ConfigError,
  StartError,
  DataFolderLockedError,
  NoControlStoreError,
  SupersedingError,
  AuthorityError,
  EnrolCommandError,
  BackupError,
  SchemaError,
  SettingsDocumentError,
  TransformationError,
  JoinStringError,
];

/** The line for the user; undefined when the error is nothing that a user can do something about. */
function userMessage(error: unknown): string | undefined {
  if (MESSAGE_IS_ENOUGH.some((kind) => error instanceof kind)) return (error as Error).message;
  const ofPlan = planMessage(error);
  if (ofPlan !== undefined) return ofPlan;
  const { code, syscall, address, port, path, name, message } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (name === 'EngineStartError') return message;
  if (syscall === 'listen' && code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken by another program; choose another port`;
  if (syscall === 'listen') return `cannot listen on ${address} port ${port} (${code})`;
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOSPC')
    return `${path ?? 'a file'} cannot be written (${code})`;
  return undefined;
}

function report(error: unknown, log: Pick<Logger, 'fatal'>): number {
  // commander has printed its own line, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode;
  const line = userMessage(error);
  if (line !== undefined) process.stderr.write(`fleetmeter-collector: ${line}\n`);
  else log.fatal({ err: error }, 'the collector could not run');
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error, pino(pino.destination({ dest: 2, sync: true })));
}
// Whatever a library left open must not keep a collector alive that has stopped.
process.exit();
