/** A row of usage as text and back: JSON, bytes in hex, 64-bit numbers in decimal. */
import type { UsageFact } from '../clickhouse/device-day-use.ts';
import { SLOT_ORDER } from '../clickhouse/fact-tables.ts';

const BIG = ['run', 'slots_0', 'slots_1', 'slots_2', 'slots_3', 'slots_4'] as const;

export function factText(fact: UsageFact): string {
  const texts = Object.fromEntries(BIG.map((name) => [name, String(fact[name])]));
  return JSON.stringify({ ...fact, user: Buffer.from(fact.user).toString('hex'), ...texts });
}

export function parsedFact(text: string): UsageFact {
  const parsed = JSON.parse(text) as Record<string, string | number>;
  const numbers = Object.fromEntries(BIG.map((name) => [name, BigInt(parsed[name] as string)]));
  // Written before marks had an order on record.
  const order = { slot_order: SLOT_ORDER.ofTheDevice };
  return {
    ...order,
    ...parsed,
    user: Buffer.from(parsed.user as string, 'hex'),
    ...numbers,
  } as unknown as UsageFact;
}
