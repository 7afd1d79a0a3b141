/** `fleetmeter-collector person`: who may ask about persons, asking, and what was asked. */
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/schema.ts';
import { openPersonDesk } from '../control/person-desk.ts';
import { type PersonRead, READS_KEPT_DAYS } from '../control/person-reads.ts';
import { LONGEST_TOKEN_DAYS, type PersonToken } from '../control/person-tokens.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  wholeNumber,
  withPlace,
} from '../enrol/command-line.ts';
import { whoIsThis } from '../settings/apply-command.ts';
import { TOKEN_VARIABLE } from './ask-collector.ts';
import { addAsk } from './ask-command.ts';
import { addErasePerson } from './erase-command.ts';
import { addExport } from './export-command.ts';

const DAY_MS = 86_400_000;
const MOST_LISTED = 100_000;
const EXAMPLES = `
Examples:
  $ fleetmeter-collector person token create --name "Ann, data protection" --days 30
  $ ${TOKEN_VARIABLE}=fmp_... fleetmeter-collector person ask --reason "request of 12 May" \\
      "SELECT * FROM fleetmeter_person.people LIMIT 10"
  $ fleetmeter-collector person log`;

export function addPerson(program: Command, output: CommandOutput): void {
  const person = program
    .command('person')
    .description(
      'ask about persons, with a personal token and a reason; see what was asked; export and erase',
    )
    .addHelpText('after', EXAMPLES);
  const token = person.command('token').description('who may ask about persons');
  withPlace(token.command('create'), output, create)
    .description('print a personal token, once')
    .requiredOption('--name <name>', 'whose it is; every reading is logged under it')
    .option('--days <n>', 'days that it is valid', '30');
  withPlace(token.command('list'), output, list).description('tokens, without their secrets');
  withPlace(token.command('revoke'), output, revoke)
    .description('let nobody ask with it any more')
    .argument('<token>', 'the 8 digits that create and list show');
  addAsk(person, output);
  addExport(person, output);
  addErasePerson(person, output);
  withPlace(person.command('log'), output, log)
    .description(`what was asked about persons, newest first; kept for ${READS_KEPT_DAYS} days`)
    .option('--limit <n>', 'so many', '100');
}

function create(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const { name, days, json } = flags as { name: string; days: string; json?: boolean };
  if (name.trim() === '' || name.length > 100)
    throw new EnrolCommandError('--name takes 1 to 100 characters');
  const now = output.now();
  const expiresAt = now + wholeNumber('--days', days, 1, LONGEST_TOKEN_DAYS) * DAY_MS;
  using desk = openPersonDesk(config.collectorDir);
  const { tokenId, secret } = desk.tokens.create(
    { name: name.trim(), createdBy: whoIsThis(), expiresAt },
    now,
  );
  if (json) output.print(`${JSON.stringify({ token: tokenId, secret, name: name.trim(), expiresAt })}\n`);
  else {
    output.say(`token ${tokenId} of ${name.trim()}, until ${utcTime(expiresAt)}; it is shown this once:`);
    output.print(`${secret}\n`);
  }
}

function stateOf({ revokedAt, expiresAt }: PersonToken, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt <= now ? 'expired' : 'valid';
}

function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openPersonDesk(config.collectorDir);
  const now = output.now();
  const tokens = desk.tokens.list().map((token) => ({ ...token, state: stateOf(token, now) }));
  if (json) {
    output.print(`${JSON.stringify(tokens, null, 2)}\n`);
    return;
  }
  const rows = tokens.map((token) => [
    ...[token.tokenId, token.state, utcTime(token.expiresAt), token.name, token.createdBy],
  ]);
  output.print(textTable(['token', 'state', 'valid until', 'name', 'made by'], rows));
}

function revoke(
  { json }: Record<string, unknown>,
  [tokenId = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openPersonDesk(config.collectorDir);
  if (!desk.tokens.revoke(tokenId, output.now()))
    throw new EnrolCommandError(
      `no token ${JSON.stringify(tokenId.slice(0, 40))} that is not revoked already; person token list shows them`,
    );
  if (json) output.print(`${JSON.stringify({ token: tokenId, revoked: true })}\n`);
  else output.say(`token ${tokenId} is revoked`);
}

function log(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const { limit, json } = flags as { limit: string; json?: boolean };
  using desk = openPersonDesk(config.collectorDir);
  const reads = desk.reads.list(wholeNumber('--limit', limit, 1, MOST_LISTED));
  if (json) {
    output.print(`${JSON.stringify(reads, null, 2)}\n`);
    return;
  }
  const heading = ['number', 'at', 'who', 'outcome', 'rows', 'bytes', 'reason', 'statement'];
  output.print(textTable(heading, reads.map(lineOf)));
}

const SHOWN = 100;

function lineOf({
  number,
  at,
  name,
  tokenId,
  outcome,
  rows,
  bytes,
  reason,
  statement,
}: PersonRead): string[] {
  const who = tokenId === '' ? '(not known)' : `${name} (${tokenId})`;
  return [
    ...[String(number), utcTime(at), oneLine(who), outcome, String(rows), String(bytes)],
    ...[oneLine(reason), oneLine(statement)],
  ];
}

/** Whatever was sent: nothing that a terminal could obey. */
function oneLine(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}...` : plain;
}
