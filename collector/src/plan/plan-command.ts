/** `fleetmeter-collector plan`: arguments in, the plan out. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Command, Option } from 'commander';
import { capacityPlan } from './capacity-plan.ts';
import {
  ConstantsFileError,
  constantsOfFile,
  constantsText,
  type KnownConstants,
  replaced,
  withSource,
} from './known-constants.ts';
import { LiveError, type LiveFigures, readLive } from './live-constants.ts';
import { PLAN_INPUTS, PlanInputError, type PlanInputName, planFlag, readPlanInputs } from './plan-inputs.ts';
import { planJson, planText } from './print-plan.ts';

export interface PlanOptions {
  json?: boolean;
  measure?: boolean;
  constants?: string;
  saveConstants?: string;
  fromLive?: string;
}

const EXAMPLES = `
Examples:
  $ fleetmeter-collector plan                        a million devices on the reference machine's figures
  $ fleetmeter-collector plan --devices 20000 --measure --save-constants here.json
  $ fleetmeter-collector plan --devices 20000 --constants here.json --json
  $ fleetmeter-collector plan --from-live http://127.0.0.1:8710`;

/** `print` gets the plan, `say` the progress of measuring; `now` is in milliseconds since 1970. */
export function addPlan(
  program: Command,
  { print, say, now }: { print: (text: string) => void; say: (line: string) => void; now: () => number },
): void {
  const command = program
    .command('plan')
    .description(
      'calculate what a fleet needs: machines, disk, memory, time; every figure with its calculation',
    )
    .option('--json', 'print one JSON document')
    .option(
      '--measure',
      'measure the constants on this machine first, in about a minute, with an engine in a temporary folder',
    )
    .option('--constants <file>', "use the constants of this file instead of the reference machine's")
    .option('--save-constants <file>', 'write the constants that were used to this file')
    .option('--from-live <url>', 'take what can be seen of a running collector from its page address');
  for (const [name, { meaning, default: usual, kind }] of Object.entries(PLAN_INPUTS)) {
    const shown = kind === 'share' ? `${usual * 100}%` : usual;
    command.addOption(
      new Option(`${planFlag(name as PlanInputName)} <value>`, `${meaning} (default ${shown})`),
    );
  }
  command
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanOptions & Partial<Record<PlanInputName, string>>) => {
      const inputs = readPlanInputs(flags);
      if (flags.constants !== undefined && flags.measure)
        throw new PlanInputError(
          '--constants and --measure exclude each other: one reads what the other finds out',
        );
      const notes: string[] = [];
      let constants = flags.measure ? await measured(now, say) : constantsOfFile(flags.constants);
      if (flags.fromLive !== undefined)
        constants = withLive(constants, await readLive(flags.fromLive), notes);
      if (flags.saveConstants !== undefined) save(flags.saveConstants, constants, now());
      const lines = capacityPlan(inputs, constants.values);
      print((flags.json ? planJson : planText)({ inputs, lines, constants, notes }));
    });
}

/** The line for the user; undefined when the error is none of the plan's. */
export function planMessage(error: unknown): string | undefined {
  const known =
    error instanceof PlanInputError ||
    error instanceof ConstantsFileError ||
    error instanceof LiveError ||
    // Known by its name: its file is loaded only to measure.
    (error as Error | undefined)?.name === 'MeasuringInterrupted';
  return known ? (error as Error).message : undefined;
}

async function measured(now: () => number, say: (line: string) => void): Promise<KnownConstants> {
  // What it needs is loaded only when it is needed: the engine is large.
  const { measureConstants } = await import('./measure/measure-constants.ts');
  return withSource(await measureConstants(now, say), `measured here: ${machineName()}`);
}

function withLive(constants: KnownConstants, live: LiveFigures, notes: string[]): KnownConstants {
  notes.push(...live.notes);
  return replaced(constants, live.values, `seen at ${live.url}`);
}

function save(file: string, constants: KnownConstants, now: number): void {
  const day = new Date(now).toISOString().slice(0, 10);
  try {
    writeFileSync(file, constantsText(constants, machineName(), day));
  } catch (cause) {
    throw new ConstantsFileError(`${file} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

function machineName(): string {
  const [first, ...others] = cpus();
  return `${others.length + 1} x ${first?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
}
