import type { DatabaseSync } from 'node:sqlite';
import type { DirectiveFields } from '@fleetmeter/proto';
import { beforeEach, expect, test } from 'vitest';
import { AuditLedger } from './audit-ledger.ts';
import { openControlDatabase } from './control-database.ts';

let database: DatabaseSync;
let put: [string, DirectiveFields][];
let pending: DirectiveFields[];
beforeEach(() => {
  database = openControlDatabase(':memory:');
  put = [];
  pending = [];
});
const ledger = (most?: number): AuditLedger =>
  new AuditLedger(
    database,
    {
      put: (deviceId, directive) => void put.push([deviceId, directive]),
      list: () => pending,
    },
    most,
  );
const usage = (deviceId: string, difference: string, day = 5) => ({
  ...{
    kind: 'usage' as const,
    deviceId,
    senderDeviceId: deviceId,
    day,
    difference,
    directive: { resendUsage: { days: [day] } },
  },
});

test('a difference is asked for once, another one again', () => {
  expect(ledger().ask([usage('a', 'x'), usage('a', 'x', 6), usage('b', 'x')], 1)).toEqual({
    asked: 3,
    postponed: 0,
  });
  expect(ledger().ask([usage('a', 'x'), usage('b', 'y')], 1)).toEqual({ asked: 1, postponed: 0 });
  expect(put.map(([device, { resendUsage }]) => [device, resendUsage?.days?.[0]])).toEqual([
    ['a', 5],
    ['a', 6],
    ['b', 5],
    ['b', 5],
  ]);
});

test('a difference that was settled and comes back is asked for again', () => {
  ledger().ask([usage('a', 'x'), usage('b', 'x'), usage('a', 'x', 6)], 1);
  ledger().settled('usage', 5, new Set(['b']));
  expect(ledger().ask([usage('a', 'x'), usage('b', 'x'), usage('a', 'x', 6)], 1).asked).toBe(1);
  ledger().forgetDaysBefore(6);
  expect(ledger().ask([usage('b', 'x'), usage('a', 'x', 6)], 1).asked).toBe(1);
});

test('what finds no room is not asked for and counted, until there is room', () => {
  expect(ledger(2).ask([usage('a', 'x'), usage('b', 'x'), usage('c', 'x')], 1)).toEqual({
    asked: 2,
    postponed: 1,
  });
  expect(ledger(2).ask([usage('a', 'y')], 1)).toEqual({ asked: 1, postponed: 0 });
  ledger(2).settled('usage', 5, new Set(['b', 'c']));
  expect(ledger(2).ask([usage('c', 'x')], 1)).toEqual({ asked: 1, postponed: 0 });
});

test('a device that is asked for a baseline already is not asked by the audit too', () => {
  pending = [{ resync: {} }];
  const request = {
    kind: 'inventory' as const,
    deviceId: 'a',
    senderDeviceId: 'a',
    day: 0,
    difference: 'x',
    directive: { resync: {} },
  };
  expect(ledger().ask([request], 1).asked).toBe(0);
  pending = [];
  expect(ledger().ask([request], 1).asked).toBe(1);
});
