/** What a plan is made for: each figure with its meaning, its default, and what it may be. */
import { SETTINGS } from '../config/schema.ts';

export interface PlanInput {
  /** With its unit. */
  meaning: string;
  default: number;
  /** `share` takes `5%` as well as `0.05`, and is at most 1. */
  kind: 'count' | 'number' | 'share';
  least: number;
}

const count = (meaning: string, value: number, least = 1): PlanInput => ({
  meaning,
  default: value,
  kind: 'count',
  least,
});
const numeric = (meaning: string, value: number): PlanInput => ({
  meaning,
  default: value,
  kind: 'number',
  least: 0,
});
const share = (meaning: string, value: number): PlanInput => ({
  meaning,
  default: value,
  kind: 'share',
  least: 0,
});

export const PLAN_INPUTS = {
  devices: count('Devices of the fleet', 1_000_000),
  executables: count('Executables on each device', 2000),
  change: share('Part of them that changes in a day', 0.05),
  executablesPerPackage: count('Executables that change together, as those of a package do', 4),
  reportsPerDay: count('Reports of each device in a day', 24),
  usageRowsPerDay: count('Programs that ran on a device in a day: rows of use', 30, 0),
  activeHours: numeric('Hours of the day in which such a program ran; each is sent again with its report', 4),
  distinctExecutables: count('Different executables of the whole fleet', 5_000_000),
  namedBefore: count('Devices that name an executable before its evidence is in', 3),
  outageHours: numeric('Hours in which reports are received and not processed', 12),
  retentionDays: count('Days for which rows of use and changes are kept', 365),
  cores: count('Cores of one machine', 2),
  load: share('Part of its cores that a machine may be busy in the long run', 0.6),
  linkMbit: count('Mbit/s of the network link', 1000),
  togetherSeconds: count('Seconds within which all devices would report, had they no jitter', 60),
  processLingerMs: count(
    'Milliseconds that processing waits for a range to fill',
    SETTINGS.processLingerMs.default,
    0,
  ),
  recomputeSeconds: count('Seconds between recomputes', SETTINGS.recomputeIntervalSeconds.default),
  recomputeTimePercent: count(
    'Percent of the time that recomputing may take',
    SETTINGS.recomputeTimePercent.default,
  ),
  auditSeconds: count('Seconds from one audit to the next', SETTINGS.auditIntervalSeconds.default),
  auditTimePercent: count('Percent of the time that auditing may take', SETTINGS.auditTimePercent.default),
  streamMaxBytes: count('Bytes that may wait in the stream', SETTINGS.streamMaxBytes.default),
  naiveRowsPerSecond: count('Rows a second of a database with a row for each device and executable', 20_000),
} as const satisfies Record<string, PlanInput>;

export type PlanInputName = keyof typeof PLAN_INPUTS;
export type PlanInputs = Readonly<Record<PlanInputName, number>>;

/** The message is one line for the person who asked. */
export class PlanInputError extends Error {
  override name = 'PlanInputError';
}

/** By name of the input, as text; what is not given has its default. Throws PlanInputError. */
export function readPlanInputs(given: Readonly<Partial<Record<PlanInputName, string>>>): PlanInputs {
  const names = Object.keys(PLAN_INPUTS) as PlanInputName[];
  return Object.fromEntries(
    names.map((name) => {
      const text = given[name];
      return [name, text === undefined ? PLAN_INPUTS[name].default : parsed(name, text)];
    }),
  ) as PlanInputs;
}

/** distinctExecutables -> --distinct-executables */
export function planFlag(name: PlanInputName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parsed(name: PlanInputName, text: string): number {
  const { kind, least }: PlanInput = PLAN_INPUTS[name];
  const refuse = (rule: string): never => {
    throw new PlanInputError(`${planFlag(name)} must be ${rule}, not ${JSON.stringify(text)}`);
  };
  if (kind === 'share') {
    const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
    const value = Number(digits) / (percent === '%' ? 100 : 1);
    if (digits === undefined || value <= 0 || value > 1) refuse('above 0% and at most 100%, as 5% or 0.05');
    return value;
  }
  if (kind === 'count') {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < least) refuse(`a whole number of ${least} or more`);
    return value;
  }
  const value = Number(text);
  if (!/^\d{1,15}(?:\.\d+)?$/.test(text) || value <= 0) refuse('a number above 0');
  return value;
}
