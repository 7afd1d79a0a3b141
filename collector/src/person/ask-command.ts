/** `fleetmeter-collector person ask`: one statement of SQL about persons. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { type CommandOutput, withPlace } from '../enrol/command-line.ts';
import { askCollector, TOKEN_VARIABLE } from './ask-collector.ts';

export function addAsk(person: Command, output: CommandOutput): void {
  withPlace(person.command('ask'), output, ask)
    .description(`print what is known, with the personal token in ${TOKEN_VARIABLE}; it is logged`)
    .requiredOption('--reason <text>', 'why it is asked; in the log')
    .option('--token-file <file>', 'file that holds the token')
    .option('--format <name>', "ClickHouse's name of the format of the answer", 'PrettyCompactNoEscapes')
    .argument('<statement>', 'a SELECT; tables of fleetmeter_person, and of fleetmeter');
}

async function ask(
  flags: Record<string, unknown>,
  [statement = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): Promise<void> {
  const { reason, tokenFile, format, json } = flags as {
    reason: string;
    tokenFile?: string;
    format: string;
    json?: boolean;
  };
  const answer = await askCollector(config, {
    ...{ reason, tokenFile, body: statement, contentType: 'application/sql' },
    path: `query?default_format=${encodeURIComponent(json ? 'JSON' : format)}`,
  });
  output.print(answer.toString('utf8'));
}
