/**
 * Everything on one machine: the collector (which runs the database beside it) and an agent, in the foreground
 * until Ctrl-C. Reads in the order things happen: take the folder, check, build the page, collector, agent, tell.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDashboard, dashboardIsStale } from './dashboard-build.ts';
import { type HeldFolder, holdDataFolder } from './data-folder.ts';
import { listenForEnd } from './end-request.ts';
import { followFirstScan } from './first-scan.ts';
import { checkPortsFree } from './free-ports.ts';
import { joinAgent } from './join-agent.ts';
import { Part } from './part.ts';
import { agentEnvironment, collectorEnvironment } from './quick-settings.ts';
import { readSettingsFile } from './settings-file.ts';
import { StartError } from './start-error.ts';
import { HELP, readStartOptions, type StartOptions } from './start-options.ts';
import { jsonTerminal, type Terminal, textTerminal } from './terminal.ts';

const repository = join(import.meta.dirname, '../..');
/** Processes of a start that was cut short see their pipe close and end within this time. */
const LEFTOVER_PATIENCE_MS = 10_000;
const READY_WITHIN_MS = 60_000;
/** Ends in a row before the collector was ever ready that mean it cannot start. */
const HOPELESS_FAILURES = 4;
/** Agent first, so that its last report still finds a collector; together below ten seconds. */
const AGENT_GRACE_MS = 2_500;
const COLLECTOR_GRACE_MS = 6_500;

export async function runAllInOne(args: readonly string[]): Promise<void> {
  try {
    const options = readStartOptions(args, process.env, repository);
    if (options)
      await run(options, options.json ? jsonTerminal(process.stdout) : textTerminal(process.stdout));
    else console.log(HELP);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(`fleetmeter: ${error.message}`);
    process.exitCode = 1;
  }
}

async function run(options: StartOptions, terminal: Terminal): Promise<void> {
  const end = listenForEnd(process.env.FLEETMETER_PARENT_PIPE === '1');
  try {
    const held = holdDataFolder(options.dataFolder);
    const parts = new Parts(options, terminal);
    try {
      await startAll(held, parts, options, terminal, end.signal);
      await end.asked;
    } finally {
      held.release(await parts.stop());
    }
    terminal.tell('end', 'fleetmeter has ended');
  } finally {
    end.dispose();
  }
}

async function startAll(
  held: HeldFolder,
  { collector, agent }: Parts,
  options: StartOptions,
  terminal: Terminal,
  ended: AbortSignal,
): Promise<void> {
  await checkPortsFree(options, held.leftInAHurry ? LEFTOVER_PATIENCE_MS : 0);
  terminal.tell('start', `fleetmeter starts; its data is in ${options.dataFolder}`, {
    dataFolder: options.dataFolder,
  });
  if (dashboardIsStale(packageFolder('collector'))) {
    terminal.tell('progress', 'building the page');
    // Without a page there is still SQL.
    await buildDashboard(repository).catch((error: Error) => terminal.tell('warning', error.message));
  }
  if (ended.aborted) return;
  collector.start();
  await untilReady(collector, options.adminPort, ended);
  if (ended.aborted) return;
  const url = `http://127.0.0.1:${options.adminPort}/`;
  terminal.tell('ready', `open ${url}`, { url, pid: collector.pid });
  await joinAgent(collector, agent, options.dataFolder);
  if (ended.aborted) return;
  agent.start();
  await followFirstScan({ options, agent, terminal, ended });
}

/** Returns when the collector is ready or the end was asked for; throws StartError when it cannot start. */
async function untilReady(collector: Part, adminPort: number, ended: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!ended.aborted && !(await answersReady(adminPort))) {
    if (collector.failures >= HOPELESS_FAILURES) throw collector.cannotStart('does not start');
    if (performance.now() > deadline)
      throw collector.cannotStart(`is not ready after ${READY_WITHIN_MS / 1000} s`);
    await sleep(100);
  }
}

async function answersReady(adminPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`, {
      signal: AbortSignal.timeout(2_000),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

class Parts {
  readonly collector: Part;
  readonly agent: Part;

  constructor(options: StartOptions, terminal: Terminal) {
    const common = { dataFolder: options.dataFolder, terminal };
    this.collector = new Part({
      ...common,
      name: 'collector',
      file: programFile('collector'),
      args: ['serve'],
      environment: collectorEnvironment(
        process.env,
        readSettingsFile(options.dataFolder, 'collector'),
        options,
      ),
    });
    this.agent = new Part({
      ...common,
      name: 'agent',
      file: programFile('agent'),
      args: ['run'],
      environment: agentEnvironment(process.env, readSettingsFile(options.dataFolder, 'agent'), options),
    });
  }

  /** True when nothing had to be killed, so nothing of ours can be left. */
  async stop(): Promise<boolean> {
    const agentWent = await this.agent.stop(AGENT_GRACE_MS);
    const collectorWent = await this.collector.stop(COLLECTOR_GRACE_MS);
    return agentWent && collectorWent;
  }
}

function packageFolder(name: 'agent' | 'collector'): string {
  return dirname(createRequire(import.meta.url).resolve(`@fleetmeter/${name}/package.json`));
}

function programFile(name: 'agent' | 'collector'): string {
  return join(packageFolder(name), 'bin', `fleetmeter-${name}.mjs`);
}
