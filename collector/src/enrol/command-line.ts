/** What the commands about joining share: where the data is, how they print, what a wrong argument is. */
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { CollectorConfig } from '../config/schema.ts';

export const GROUP_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

export interface CommandOutput {
  /** What was asked for, to be piped. */
  print(text: string): void;
  /** Words beside it. */
  say(line: string): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** The answer is bad news: the exit code is 1, without any other word. */
  fail(): void;
}

/** An argument that cannot be right. The message is for people, one line. */
export class EnrolCommandError extends Error {
  override name = 'EnrolCommandError';
}

type Action = (
  flags: Record<string, unknown>,
  operands: string[],
  config: CollectorConfig,
  output: CommandOutput,
) => void | Promise<void>;

/** The options that name a data folder, and --json. */
export function withPlace(command: Command, output: CommandOutput, action: Action): Command {
  return command
    .option('--data-dir <folder>', 'data folder of the collector (FLEETMETER_DATA_DIR)')
    .option('--config <file>', 'settings as JSON (FLEETMETER_CONFIG)')
    .option('--json', 'print JSON')
    .action((...given: unknown[]) => {
      const self = given.at(-1) as Command;
      const flags = self.opts();
      const { dataDir, config } = flags as { dataDir?: string; config?: string };
      return action(
        flags,
        self.args,
        loadConfig({ flags: { dataDir, config }, environment: process.env }),
        output,
      );
    });
}

export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new EnrolCommandError(
    `${flag} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/** `2026-11-24 18:30`, UTC. */
export function utcTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');
}

/** Columns as wide as their widest text; ends with a line end. */
export function textTable(heading: string[] | undefined, rows: string[][]): string {
  const lines = heading ? [heading, ...rows] : rows;
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
