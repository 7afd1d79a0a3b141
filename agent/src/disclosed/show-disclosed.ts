/** `disclosed` for people, or as JSON. */
import { DISCLOSURE } from '../delta/disclosure.ts';
import { printable } from '../printable-text.ts';
import { type Disclosed, type DisclosedQuestion, readDisclosed } from './read-disclosed.ts';
import type { OwnUse } from './shown-views.ts';

export interface DisclosedCommand extends DisclosedQuestion {
  json: boolean;
  /** Every message, field and day, and not only the newest. */
  full: boolean;
}

/** Of each list, without `full`. */
const SHORT_LIST = 10;

export function showDisclosed({ json, full, ...question }: DisclosedCommand): void {
  const disclosed = readDisclosed(question);
  console.log(json ? JSON.stringify(disclosed, null, 2) : disclosedText(disclosed, full));
}

function disclosedText(disclosed: Disclosed, full: boolean): string {
  const sections = [
    headLines(disclosed),
    messageLines(disclosed, full),
    fieldLines(disclosed, full),
    ownLines(disclosed, full),
    ['How long it is kept', `  ${disclosed.kept_note}`],
    ['Never sent', ...disclosed.never_sent.map((each) => `  - ${each}`)],
    ceilingLines(disclosed),
  ];
  return sections.map((lines) => lines.map(printable).join('\n')).join('\n\n');
}

function headLines({ device }: Disclosed): string[] {
  const { collects } = device;
  const usage = collects.usage
    ? `which programs run and how long, ${collects.foreground ? 'how much of it in front and how much with the session locked' : 'not whether they are in front'}, ${collects.users_told_apart ? 'of each user under a keyed hash' : 'of all users in one sum'}`
    : 'not what runs';
  const told = Object.entries(device.told_of_device)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name} ${String(value)}`);
  return [
    `What this device sent to ${device.collector}${device.device_id ? ` as device ${device.device_id}` : ''}`,
    `  Collected now: which programs are installed${collects.homes ? ', also in homes' : ', not in homes'}; ${usage}.${collects.paused ? ' At the moment it is paused, and nothing is.' : ''}`,
    `  ${timesOfDay(collects)}`,
    `  Told of the device: ${told.join(', ') || 'nothing yet'}.`,
    `  Noted here since ${device.ledger_since}, shown as of ${device.written_at}. Times are UTC.`,
  ];
}

/** An agent of an earlier version wrote nothing of it, and told none. */
function timesOfDay({ usage, times_of_day: listed = [] }: Disclosed['device']['collects']): string {
  if (!usage || listed.length === 0) return 'The time of day is told of no program.';
  return `The time of day is told of ${listed.join(', ')}, and of no other program: so many licences are needed as use it at once.`;
}

function messageLines({ device }: Disclosed, full: boolean): string[] {
  const { messages, days, on_their_way, bounds, lost_messages } = device;
  const shown = full ? messages : messages.slice(0, SHORT_LIST);
  const shownDays = full ? days : days.slice(0, SHORT_LIST);
  return [
    `Messages (single ones of the last ${bounds.message_days} days, at most ${bounds.messages}; of ${bounds.days} days a sum)`,
    ...on_their_way.map(
      ({ at, what, bytes, times }) =>
        `  ${at}  ${what.padEnd(9)} ${bytes} bytes, sent ${times} times, not acknowledged so far`,
    ),
    ...shown.map(
      ({ at, what, sequence, bytes, times, outcome }) =>
        `  ${at}  ${what.padEnd(9)} ${bytes} bytes${sequence === null ? '' : `, report ${sequence}`}, ${outcome}${times > 1 ? `, sent ${times} times` : ''}`,
    ),
    ...more(messages.length - shown.length, 'messages'),
    ...shownDays.map(({ day, messages: count, bytes }) => `  ${day}  ${count} messages, ${bytes} bytes`),
    ...more(days.length - shownDays.length, 'days'),
    ...(lost_messages > 0
      ? [`  ${lost_messages} messages are missing here: the store failed when they were sent`]
      : []),
  ];
}

function fieldLines({ device }: Disclosed, full: boolean): string[] {
  if (full)
    return [
      'Fields that were sent, what for, and how long the collector keeps them',
      ...device.fields.flatMap(({ field, purpose, kept, messages, last }) => [
        `  ${field}: ${purpose}`,
        `      ${messages === null ? '' : `in ${messages} messages, `}the last ${last}; kept: ${kept}`,
      ]),
    ];
  const byMessage = new Map<string, number>();
  for (const { field } of device.fields) {
    const message = field.split('.')[0] as string;
    byMessage.set(message, (byMessage.get(message) ?? 0) + 1);
  }
  return [
    'Fields that were sent (--full says of each what for, and how long the collector keeps it)',
    ...[...byMessage].map(
      ([message, count]) => `  ${message}: ${count} of ${Object.keys(DISCLOSURE[message] ?? {}).length}`,
    ),
  ];
}

function ownLines({ own, own_missing, device }: Disclosed, full: boolean): string[] {
  const title = 'Your own use, as it was sent; nobody else on this device can see it but its administrators';
  if (!own) return [title, `  ${own_missing ?? 'Nothing was sent.'}`];
  const rows = full ? own.use : own.use.slice(0, SHORT_LIST);
  return [
    title,
    `  You are told apart as ${own.told_as}, which the collector turns into another one; kept here for ${own.kept_days} days.`,
    ...rows.map(useLine),
    ...more(own.use.length - rows.length, 'rows'),
    ...(own.left_out > 0 ? [`  ${own.left_out} older rows found no room`] : []),
    ...(device.dropped_use_rows > 0
      ? [`  ${device.dropped_use_rows} rows of all users went before their time, since there were too many`]
      : []),
  ];
}

function useLine({ day, program, seconds, launches, spans, times_of_day }: OwnUse): string {
  const told = times_of_day ? ', and which these were' : '';
  return `  ${day}  ${program}: ${seconds} s, started ${launches} times, in ${spans} spans of five minutes${told}`;
}

function ceilingLines({ device, forbidden }: Disclosed): string[] {
  const { file, fault } = device.ceiling;
  return [
    `Forbidden on this device by ${file}, whatever the collector sets`,
    ...(forbidden.length === 0 ? ['  nothing'] : forbidden.map((each) => `  - ${each}`)),
    ...(fault ? [`  The file cannot be used as it is now; what it said before goes on: ${fault}`] : []),
  ];
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${count} ${what} more (--full)`] : [];
}
