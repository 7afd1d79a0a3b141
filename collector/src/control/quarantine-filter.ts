/** Which records of quarantine are meant, and the SQL that finds them. */
import type { QuarantineKind, QuarantineReason } from './contract/quarantine-reasons.ts';

/** What is absent restricts nothing. */
export interface QuarantineFilter {
  numbers?: readonly number[] | undefined;
  reason?: QuarantineReason | undefined;
  kind?: QuarantineKind | undefined;
  /** '' for those whose agent's version is not known. */
  agentVersion?: string | undefined;
  deviceId?: string | undefined;
  /** Received before or since, milliseconds since 1970. */
  before?: number | undefined;
  since?: number | undefined;
}

type Bound = string | number;

/** A condition over the table `quarantine`, and its values in order. */
export function filterSql(filter: QuarantineFilter): { where: string; values: Bound[] } {
  const parts: [sql: string, value: Bound | undefined][] = [
    ['number IN (SELECT value FROM json_each(?))', filter.numbers && JSON.stringify(filter.numbers)],
    ['reason = ?', filter.reason],
    ['kind = ?', filter.kind],
    ['agent_version = ?', filter.agentVersion],
    ['device_id = ?', filter.deviceId],
    ['at < ?', filter.before],
    ['at >= ?', filter.since],
  ];
  const given = parts.filter((part): part is [string, Bound] => part[1] !== undefined);
  return {
    where: given.length === 0 ? '1' : given.map(([sql]) => sql).join(' AND '),
    values: given.map(([, value]) => value),
  };
}

/** For people and for the audit trail; a long list of numbers as how many they are. */
export function filterText(filter: QuarantineFilter): string {
  const { numbers, reason, kind, agentVersion, deviceId, before, since } = filter;
  const shown = numbers?.slice(0, SHOWN_NUMBERS).join(', ');
  const more = (numbers?.length ?? 0) - SHOWN_NUMBERS;
  const parts = [
    numbers && `numbers ${shown}${more > 0 ? ` and ${more} more` : ''}`,
    reason && `reason ${reason}`,
    kind && `kind ${kind}`,
    agentVersion !== undefined && `agent version ${agentVersion || 'not known'}`,
    deviceId && `device ${deviceId}`,
    before !== undefined && `received before ${new Date(before).toISOString()}`,
    since !== undefined && `received since ${new Date(since).toISOString()}`,
  ];
  return parts.filter(Boolean).join(', ') || 'all records';
}

const SHOWN_NUMBERS = 20;
