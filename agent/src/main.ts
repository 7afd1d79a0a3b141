/** The command line: arguments, signals, exit codes. The only file that may end the process. */
import { readFileSync } from 'node:fs';
import { JoinStringError } from '@fleetmeter/proto';
import { Command } from 'commander';
import { destination, pino } from 'pino';
import { runAgent } from './agent.ts';
import { realClock } from './clock/real-clock.ts';
import { ConfigError, DEFAULT_CONFIG_FILE, loadConfig, readableDataDir } from './config/load-config.ts';
import { SETTINGS, type SettingName } from './config/schema.ts';
import { collectorPlace } from './enrol/collector-place.ts';
import { enrolCommand, JoinRefusedError } from './enrol/enrol-command.ts';
import { KeyNotReplacedError, rotateKeyCommand } from './enrol/rotate-key-command.ts';
import { becomeLean } from './lean-process.ts';
import { scan } from './scan.ts';
import { showStatus } from './status/show-status.ts';
import { StateError } from './store/state-error.ts';

const EXIT_FAILURE = 1;
/** What a person can act on is one line. */
const MESSAGE_IS_ENOUGH = [ConfigError, StateError, JoinStringError, JoinRefusedError, KeyNotReplacedError];
const SHUTDOWN_AT_THE_LATEST_MS = 10_000;
const version = readVersion();

const program = new Command('fleetmeter-agent')
  .description('Finds and hashes executables, meters who runs what, and sends what changed.')
  .version(version);

withSettings(program.command('run').description('Run the agent until it is told to stop.')).action(
  async (flags) => {
    const loaded = loadConfig(flags, process.env);
    await becomeLean();
    const log = pino(
      { level: process.env.FLEETMETER_LOG_LEVEL || 'info' },
      destination({ fd: 2, sync: true }),
    );
    await runAgent({ ...loaded, version, clock: realClock(), log }, stopSignal());
  },
);

withSettings(
  program
    .command('enrol')
    .description('Join the collector that made this join string, now or as soon as it can be reached.')
    .argument(
      '<join-string>',
      'what fleetmeter-collector token create prints; - reads it from standard input',
    ),
)
  .option('--json', 'print JSON')
  .action(async (given: string, flags) => {
    const { config } = loadConfig(flags, process.env);
    await enrolCommand(
      {
        joinString: given === '-' ? readFileSync(0, 'utf8') : given,
        dataDir: config.dataDir,
        network: config,
        version,
        managementFile: config.managementFile,
        json: flags.json === true,
        nowMs: Date.now(),
        print: (text) => process.stdout.write(text),
      },
      stopSignal(),
    );
  });

withSettings(
  program
    .command('rotate-key')
    .description('Make this device a new key; the collector lets the old one go after a while.'),
)
  .option('--json', 'print JSON')
  .action(async (flags) => {
    const { config, explicit } = loadConfig(flags, process.env);
    await rotateKeyCommand(
      {
        dataDir: config.dataDir,
        network: config,
        placeIn: (folder) => collectorPlace(folder, config.collectorUrl, explicit.has('collectorUrl')),
        version,
        managementFile: config.managementFile,
        json: flags.json === true,
        nowMs: Date.now(),
        print: (text) => process.stdout.write(text),
      },
      stopSignal(),
    );
  });

withSettings(program.command('scan').description('Look once, list the executables, send and keep nothing.'))
  .option('--json', 'print a JSON array of what was found')
  .action(async (flags) => {
    const loaded = loadConfig(flags, process.env);
    const isWhole = await scan({ ...loaded, clock: realClock(), json: flags.json === true }, stopSignal());
    if (!isWhole) process.exitCode = 1;
  });

withSettings(program.command('status').description('Show what an agent, running or not, knows of itself.'))
  .option('--json', 'print JSON')
  .action((flags) => {
    const { config } = loadConfig(flags, process.env);
    showStatus(config.dataDir, flags.json === true, Date.now());
  });

withSettings(
  program
    .command('explain')
    .description('Say why a file is listed or not, what is known of it, and whether it was sent.')
    .argument('<path>', 'a file'),
)
  .option('--json', 'print JSON')
  .action(async (path: string, flags) => {
    // Rarely asked, so the running agent does without it.
    const { explainCommand } = await import('./explain/explain-command.ts');
    explainCommand(path, loadConfig(flags, process.env), flags.json === true, Date.now());
  });

withSettings(
  program
    .command('disclosed')
    .description('Show whoever uses this device what was sent of it and of him, when, and what for.'),
)
  .option('--json', 'print JSON, all of it')
  .option('--since <day>', 'only from this day on, YYYY-MM-DD, UTC')
  .option('--full', 'every message and field, and all days')
  .action(async (flags) => {
    if (flags.since !== undefined && !/^\d{4}-\d\d-\d\d$/.test(flags.since))
      throw new ConfigError('--since must be a day: YYYY-MM-DD');
    const { showDisclosed } = await import('./disclosed/show-disclosed.ts');
    const dataDir = readableDataDir(flags, process.env);
    const question = { dataDir, uid: process.getuid?.() ?? -1, since: flags.since };
    showDisclosed({ ...question, json: flags.json === true, full: flags.full === true });
  });

program
  .parseAsync()
  .catch((error: unknown) => {
    // Anything else is a fault of ours and shows where it is.
    const expected = MESSAGE_IS_ENOUGH.some((kind) => error instanceof kind);
    process.stderr.write(
      `fleetmeter-agent: ${expected ? (error as Error).message : ((error as Error).stack ?? error)}\n`,
    );
    process.exit(EXIT_FAILURE);
  })
  .then(() => process.exit());

function withSettings(command: Command): Command {
  command.option(
    '--config <file>',
    `config file, JSON (FLEETMETER_CONFIG; default ${DEFAULT_CONFIG_FILE} if present)`,
  );
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { flag, meaning, environment, default: standard } = SETTINGS[name];
    const suffix = standard === undefined ? environment : `${environment}; default ${standard}`;
    command.option(flag, `${meaning} (${suffix})`);
  }
  return command;
}

/** Aborted when the process is asked to end: by a signal, or by its supervisor's end of the pipe closing. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    // Everything durable is durable already; a hanging disk or child must not keep the process.
    setTimeout(() => process.exit(EXIT_FAILURE), SHUTDOWN_AT_THE_LATEST_MS).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.env.FLEETMETER_PARENT_PIPE === '1') {
    process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
  }
  return controller.signal;
}

function readVersion(): string {
  return (
    JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
}
