/** `fleetmeter-collector person export`: everything that is held of a person. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { type CommandOutput, withPlace } from '../enrol/command-line.ts';
import { askCollector, TOKEN_VARIABLE } from './ask-collector.ts';

export function addExport(person: Command, output: CommandOutput): void {
  withPlace(person.command('export'), output, exported)
    .description(
      `print everything that is held of a person as JSON, with the personal token in ${TOKEN_VARIABLE}; it is logged`,
    )
    .requiredOption('--reason <text>', 'why it is asked; in the log')
    .option('--token-file <file>', 'file that holds the token')
    .argument('<person>', "16 digits, as the agent's disclosed shows them, or 32 as the tables do");
}

async function exported(
  flags: Record<string, unknown>,
  [person = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { reason, tokenFile } = flags as { reason: string; tokenFile?: string };
  const answer = await askCollector(config, {
    ...{ reason, tokenFile, path: 'export', contentType: 'application/json' },
    body: JSON.stringify({ person }),
  });
  output.print(answer.toString('utf8'));
}
