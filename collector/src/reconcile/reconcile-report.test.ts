import { describe, expect, test } from 'vitest';
import { type EpochHead, type ReportedState, reconcileReport } from './reconcile-report.ts';

const hash = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
const digest = { count: 3, sum: 7n };
const head: EpochHead = { sequence: 5, reportHash: hash(5), receivedAt: 1, digest, inventoryVersion: 4 };
const report = (fields: Partial<ReportedState>): ReportedState => ({
  sequence: 6,
  reportHash: hash(6),
  previousHash: hash(5).subarray(0, 8),
  digestBefore: digest,
  change: 'none',
  ...fields,
});

describe('a report that follows the head', () => {
  test('with a change on the same base is applied', () => {
    expect(reconcileReport(head, report({ change: 'delta' }))).toMatchObject({
      inventory: 'change',
      advancesHead: true,
      ask: 'nothing',
    });
  });

  test('without a change advances the head and writes no inventory', () => {
    expect(reconcileReport(head, report({}))).toMatchObject({
      inventory: 'keep',
      advancesHead: true,
      ask: 'nothing',
    });
  });

  test('on another base changes nothing and asks for a baseline, also when it carries no change', () => {
    for (const change of ['none', 'delta'] as const) {
      const decision = reconcileReport(head, report({ change, digestBefore: { count: 3, sum: 8n } }));
      expect(decision).toMatchObject({ inventory: 'keep', advancesHead: false, ask: 'baseline' });
    }
  });

  test('whose inventory was written before a crash only advances the head', () => {
    const crashed = { ...head, inventoryVersion: 6, digest: { count: 9, sum: 9n } };
    expect(reconcileReport(crashed, report({ change: 'delta' }))).toMatchObject({
      inventory: 'keep',
      advancesHead: true,
      ask: 'nothing',
    });
  });
});

describe('a report of another sender with the same identity', () => {
  test('does not name the head, so nothing of it counts, not even as a baseline', () => {
    for (const change of ['none', 'delta', 'baseline'] as const)
      expect(reconcileReport(head, report({ change, previousHash: hash(7).subarray(0, 8) })), change).toEqual(
        {
          counts: false,
          inventory: 'keep',
          advancesHead: false,
          ask: 'compare-head',
          usageMissing: false,
        },
      );
  });

  test('at or below the head does not count either; the head itself, repeated, does', () => {
    expect(reconcileReport(head, report({ sequence: 4 })).counts).toBe(false);
    expect(reconcileReport(head, report({ sequence: 5 })).counts).toBe(false);
    expect(reconcileReport(head, report({ sequence: 5, reportHash: hash(5) })).counts).toBe(true);
  });

  test('cannot be told after a gap, and names nothing in the first report of an epoch', () => {
    const other = hash(7).subarray(0, 8);
    expect(
      reconcileReport(head, report({ sequence: 7, change: 'baseline', previousHash: other })).counts,
    ).toBe(true);
    const unknown = { ...head, sequence: 0, reportHash: new Uint8Array(0), inventoryVersion: 0 };
    const first = report({ sequence: 1, change: 'baseline', previousHash: undefined });
    expect(reconcileReport(unknown, first)).toMatchObject({ counts: true, inventory: 'replace' });
  });
});

describe('a report out of order', () => {
  test('repeated byte for byte is a no-op', () => {
    expect(
      reconcileReport(head, report({ sequence: 5, reportHash: hash(5), change: 'delta' })),
    ).toMatchObject({
      inventory: 'keep',
      advancesHead: false,
      ask: 'nothing',
    });
  });

  test('with the head`s sequence and other bytes makes the agent compare heads', () => {
    expect(reconcileReport(head, report({ sequence: 5, change: 'delta' })).ask).toBe('compare-head');
  });

  test('after a gap changes nothing, asks for a baseline and for lost usage', () => {
    expect(reconcileReport(head, report({ sequence: 8, change: 'delta' }))).toEqual({
      counts: false,
      inventory: 'keep',
      advancesHead: false,
      ask: 'baseline',
      usageMissing: true,
    });
  });

  test('is a baseline: it replaces everything whatever came before, and lost usage is asked for', () => {
    expect(
      reconcileReport(head, report({ sequence: 9, change: 'baseline', digestBefore: undefined })),
    ).toEqual({
      counts: true,
      inventory: 'replace',
      advancesHead: true,
      ask: 'nothing',
      usageMissing: true,
    });
  });

  test('first seen of its epoch, and not the first: what was in those before has to come again', () => {
    const unknown = { ...head, sequence: 0, inventoryVersion: 0 };
    for (const change of ['baseline', 'delta'] as const)
      expect(reconcileReport(unknown, report({ sequence: 2, change })).usageMissing, change).toBe(true);
  });

  test('first of an epoch and not a baseline asks for one', () => {
    const unknown = { ...head, sequence: 0, inventoryVersion: 0 };
    expect(reconcileReport(unknown, report({ sequence: 1 }))).toMatchObject({
      ask: 'baseline',
      advancesHead: false,
      usageMissing: false,
    });
  });
});

describe('a part of a baseline', () => {
  test('that is the first counts whatever came before, as a baseline does, and the inventory stays', () => {
    expect(
      reconcileReport(head, report({ sequence: 9, change: 'first-part', digestBefore: undefined })),
    ).toEqual({
      counts: true,
      inventory: 'collect',
      advancesHead: true,
      ask: 'nothing',
      usageMissing: true,
    });
  });

  test('that follows the one before it is collected, and the last one completes the baseline', () => {
    const part = (change: ReportedState['change']) =>
      reconcileReport(head, report({ change, digestBefore: undefined }));
    expect(part('middle-part')).toMatchObject({ inventory: 'collect', advancesHead: true, ask: 'nothing' });
    expect(part('last-part')).toMatchObject({ inventory: 'complete', advancesHead: true, ask: 'nothing' });
  });

  test('after a gap is worth nothing without the lost one: the baseline has to begin again', () => {
    for (const change of ['middle-part', 'last-part'] as const)
      expect(reconcileReport(head, report({ sequence: 7, change, digestBefore: undefined }))).toEqual({
        counts: false,
        inventory: 'keep',
        advancesHead: false,
        ask: 'baseline',
        usageMissing: true,
      });
  });

  test('that came before is a no-op, and one of a baseline that is in already only advances the head', () => {
    const again = report({ sequence: 5, reportHash: hash(5), change: 'middle-part' });
    expect(reconcileReport(head, again)).toMatchObject({ inventory: 'keep', advancesHead: false });
    const crashed = { ...head, inventoryVersion: 8, digest: { count: 9, sum: 9n } };
    for (const change of ['first-part', 'middle-part', 'last-part'] as const)
      expect(reconcileReport(crashed, report({ change, digestBefore: undefined })), change).toMatchObject({
        inventory: 'keep',
        advancesHead: true,
        ask: 'nothing',
      });
  });
});
