/** `fleetmeter-collector move`: tells agents where the collector goes, before it goes there. */
import { type MoveNotice, placeFault, sealNotice } from '@fleetmeter/proto';
import type { Command } from 'commander';
import { configuredFingerprints } from '../authority/configured-authority.ts';
import { readNoticeKey } from '../authority/notice-key.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { type MoveDesk, openMoveDesk } from '../control/move-desk.ts';
import type { IssuedNotice, NoticeDraft } from '../control/move-notices.ts';
import {
  type CommandOutput,
  EnrolCommandError,
  textTable,
  utcTime,
  wholeNumber,
  withPlace,
} from '../enrol/command-line.ts';
import { fingerprintsIn } from './authority-argument.ts';

const DAY_MS = 86_400_000;
const EXAMPLES = `
Examples:
  $ fleetmeter-collector move announce --address https://new.example:8711
  $ fleetmeter-collector move announce --address https://a.example:8711 https://b.example:8711 --authority ca.pem
Then, when move status says that the devices know it: stop the collector, move its folder, start it there.`;

export function addMove(program: Command, output: CommandOutput): void {
  const move = program.command('move').description('tell agents where the collector moves');
  withPlace(move.command('announce'), output, announce)
    .description(
      'agents report to these addresses from now on, and keep the old ones beside them for a while',
    )
    .requiredOption('--address <url...>', 'where the collector will be, best first')
    .option(
      '--authority <pem-or-fingerprint...>',
      'what proves it there: certificates of authorities or their fingerprints; not said: the authority it has now',
    )
    .option('--days <n>', 'how long agents keep the old addresses; then what answered last is kept', '30')
    .addHelpText('after', EXAMPLES);
  withPlace(move.command('status'), output, status).description('how many devices know of the newest notice');
  withPlace(move.command('cancel'), output, cancel).description(
    'agents return to the old addresses; say it where the collector is still reached by those',
  );
}

function announce(
  flags: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const { address, authority, days, json } = flags as unknown as {
    address: string[];
    authority?: string[];
    days: string;
    json?: boolean;
  };
  const addresses = address.map((each) => each.replace(/\/$/, ''));
  const authorities = authority
    ? [...new Set(authority.flatMap(fingerprintsIn))]
    : [...configuredFingerprints(config, output.now)];
  const fault = placeFault({ addresses, authorities });
  if (fault) throw new EnrolCommandError(fault);
  if (authorities.length === 0 && config.agentTls !== 'off')
    throw new EnrolCommandError('agents that joined by TLS go nowhere without an authority: say --authority');
  const now = output.now();
  const validUntil = now + wholeNumber('--days', days, 1, 3650) * DAY_MS;
  using desk = openMoveDesk(config.collectorDir);
  const notice = issue(desk, { addresses, authorities, validUntil }, config, now);
  if (json) {
    output.print(`${JSON.stringify(told(notice))}\n`);
    return;
  }
  output.say(`notice ${notice.serial}: ${addresses.join(' ')} until ${utcTime(validUntil)}`);
  output.say('each device learns it with its next report; move status counts them');
}

function cancel(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  const now = output.now();
  using desk = openMoveDesk(config.collectorDir);
  const newest = desk.notices.newest();
  if (!newest || newest.addresses.length === 0 || newest.validUntil <= now)
    throw new EnrolCommandError('no move is announced at present; move status shows the newest notice');
  const { validUntil } = newest;
  const notice = issue(desk, { addresses: [], authorities: [], validUntil }, config, now);
  if (json) {
    output.print(`${JSON.stringify(told(notice))}\n`);
    return;
  }
  output.say(`notice ${notice.serial}: the move of notice ${newest.serial} is off`);
}

function status(
  { json }: Record<string, unknown>,
  _: string[],
  config: CollectorConfig,
  output: CommandOutput,
): void {
  using desk = openMoveDesk(config.collectorDir);
  const notice = desk.notices.newest();
  const devices = desk.notices.deviceCount();
  const confirmations = desk.notices.confirmations();
  const confirmed = confirmations.find(({ serial }) => serial === notice?.serial)?.devices ?? 0;
  const none = devices - confirmations.reduce((sum, each) => sum + each.devices, 0);
  // Who never heard of a move need not hear that it is off.
  const concerned = notice?.addresses.length === 0 ? devices - none : devices;
  const counts = { devices, confirmed, waiting: notice ? concerned - confirmed : 0, confirmations, none };
  if (json) {
    output.print(`${JSON.stringify({ notice: notice ? told(notice) : null, ...counts })}\n`);
    return;
  }
  if (!notice) {
    output.say('no move was ever announced');
    return;
  }
  const over = notice.validUntil <= output.now() ? ', over' : '';
  const what = notice.addresses.length === 0 ? 'the move is off' : notice.addresses.join(' ');
  output.say(`notice ${notice.serial}: ${what}, until ${utcTime(notice.validUntil)}${over}`);
  output.print(
    textTable(
      ['notice', 'devices'],
      [
        ...confirmations.map((each) => [`${each.serial}`, `${each.devices}`]),
        ['none', `${none}`],
        ['still to be told', `${counts.waiting}`],
      ],
    ),
  );
}

function issue(desk: MoveDesk, draft: NoticeDraft, config: CollectorConfig, now: number): IssuedNotice {
  const key = readNoticeKey(config.collectorDir);
  if (!key)
    throw new EnrolCommandError(
      'the collector has no key for notices yet: start this version once; devices learn the key when they join',
    );
  if (!desk.isKnownKey(key.publicKey))
    throw new EnrolCommandError(
      'notice-key.pem is not the one that devices learned when they joined, so they would not believe it: bring back the old one from a backup',
    );
  const seal = (notice: MoveNotice) => sealNotice(notice, key);
  return desk.notices.issue(desk.collectorId, draft, seal, now);
}

/** For people and programs; the envelope is for devices. */
function told({ sealed: _, ...notice }: IssuedNotice): Omit<IssuedNotice, 'sealed'> {
  return notice;
}
