/** `fleetmeter-collector token`: make, list and revoke what lets devices join. */
import { encodeJoinString } from '@fleetmeter/proto';
import type { Command } from 'commander';
import { configuredFingerprints, namesIn } from '../authority/configured-authority.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from '../control/enrolment-desk.ts';
import type { EnrolmentToken } from '../control/enrolment-tokens.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  GROUP_NAME,
  textTable,
  utcTime,
  wholeNumber,
  withPlace,
} from './command-line.ts';

const DAY_MS = 86_400_000;
const EXAMPLES = `
Examples:
  $ fleetmeter-collector token create                          for up to 500 devices within 7 days
  $ fleetmeter-collector token create --uses 1 --days 1 --note "laptop of the new colleague"
  $ fleetmeter-collector token create --group finance --address https://fleet.example:8711
Then, on each device:
  $ fleetmeter-agent enrol fm1_...`;

interface CreateFlags {
  uses: string;
  days: string;
  group: string;
  note: string;
  ephemeral?: boolean;
  approve?: boolean;
  address: string[];
  json?: boolean;
}

export function addToken(program: Command, output: CommandOutput): void {
  const token = program.command('token').description('make, list and revoke what lets devices join');
  withPlace(token.command('create'), output, create)
    .description('print a join string: what a device needs to join, once')
    .option('--uses <n>', 'devices that may join with it', '500')
    .option('--days <n>', 'days that it is valid', '7')
    .option('--group <name>', 'group of the devices that join with it', 'default')
    .option('--ephemeral', 'its devices come and go: they are archived after a day of silence')
    .option('--approve', 'its devices wait until you let them in: device list --waiting, device approve')
    .option('--note <text>', 'what it is for; shown in the list', '')
    .option(
      '--address <url...>',
      'where devices reach this collector, best first; not said: the first of agentNames, or this computer',
    )
    .addHelpText('after', EXAMPLES);
  withPlace(token.command('list'), output, list).description(
    'tokens, without their secrets: nobody can read a join string again',
  );
  withPlace(token.command('revoke'), output, revoke)
    .description('let nobody join with it any more; devices that did are not concerned')
    .argument('<token>', 'the 8 digits that create and list show');
}

function create(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const {
    uses,
    days,
    group,
    note,
    ephemeral = false,
    approve = false,
    address,
    json,
  } = flags as unknown as CreateFlags;
  if (!GROUP_NAME.test(group))
    throw new EnrolCommandError(
      '--group takes letters, digits, blank, dot, hyphen and underscore, at most 64',
    );
  if (note.length > 200) throw new EnrolCommandError('--note takes at most 200 characters');
  const authorities = [...configuredFingerprints(config, output.now)];
  const addresses = (address ?? [ownAddress(config)]).map((each) => each.replace(/\/$/, ''));
  if (address === undefined && config.agentPort === 0)
    throw new EnrolCommandError('the port for agents is chosen at each start: say --address');
  const now = output.now();
  const asked = {
    uses: wholeNumber('--uses', uses, 1, 10_000_000),
    expiresAt: now + wholeNumber('--days', days, 1, 3650) * DAY_MS,
    group,
    note,
    ephemeral,
    approve,
  };
  // An address that no join string takes must not leave a token behind.
  encodeJoinString({ addresses, secret: 'x'.repeat(22), authorities });
  using desk = openEnrolmentDesk(config.collectorDir);
  const { tokenId, secret } = desk.tokens.create(asked, now);
  const joinString = encodeJoinString({ addresses, secret, authorities });
  if (json) {
    output.print(`${JSON.stringify({ token: tokenId, joinString, ...asked, addresses, authorities })}\n`);
    return;
  }
  output.say(
    `token ${tokenId}: up to ${asked.uses} devices of group ${group} until ${utcTime(asked.expiresAt)} join with`,
  );
  output.print(`${joinString}\n`);
}

/** By the first name that its certificate is for; else for agents on this computer. */
function ownAddress(config: CollectorConfig): string {
  const [name = '127.0.0.1'] = namesIn(config);
  const scheme = config.agentTls === 'off' ? 'http' : 'https';
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${config.agentPort}`;
}

function list(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openEnrolmentDesk(config.collectorDir);
  const tokens = desk.tokens.list();
  const now = output.now();
  if (json) {
    const all = tokens.map((token) => ({ ...token, state: stateOf(token, now) }));
    output.print(`${JSON.stringify(all, null, 2)}\n`);
    return;
  }
  const rows = tokens.map((token) => [
    token.tokenId,
    stateOf(token, now),
    `${token.used} of ${token.uses}`,
    utcTime(token.expiresAt),
    [token.group, token.ephemeral && '(ephemeral)', token.approve && '(by approval)']
      .filter(Boolean)
      .join(' '),
    token.note,
  ]);
  output.print(textTable(['token', 'state', 'joined', 'valid until', 'group', 'note'], rows));
}

function stateOf({ revokedAt, expiresAt, used, uses }: EnrolmentToken, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt <= now) return 'expired';
  return used >= uses ? 'used up' : 'valid';
}

function revoke(
  { json }: Record<string, unknown>,
  [tokenId = '']: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk: EnrolmentDesk = openEnrolmentDesk(config.collectorDir);
  if (!desk.tokens.revoke(tokenId, output.now()))
    throw new EnrolCommandError(
      `no token ${JSON.stringify(tokenId.slice(0, 40))} that is not revoked already; token list shows them`,
    );
  if (json) output.print(`${JSON.stringify({ token: tokenId, revoked: true })}\n`);
  else output.say(`token ${tokenId} is revoked`);
}
