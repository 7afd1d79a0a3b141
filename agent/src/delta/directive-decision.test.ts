import { encodeIdList } from '@fleetmeter/proto';
import { describe, expect, test } from 'vitest';
import { type DirectiveContext, decideDirective } from './directive-decision.ts';

const epoch = { id: new Uint8Array(16).fill(1), sequence: 10, baselineSequence: 7 };
const ownHash = new Uint8Array(16).fill(9);
const context: DirectiveContext = { epoch, hashOf: (sequence) => (sequence === 10 ? ownHash : undefined) };
const tag = (sequence: number, id = epoch.id) => ({ epoch: id, sequence });
const decide = (directive: Parameters<typeof decideDirective>[0]) => decideDirective(directive, context).do;
const usageOf = (directive: Parameters<typeof decideDirective>[0]) => {
  const decision = decideDirective(directive, context);
  return decision.do === 'resend-usage' ? decision.usage : decision.do;
};

describe('resync', () => {
  test('asks for a baseline', () => {
    expect(decide({ ...tag(9), resync: {} })).toBe('send-baseline');
    expect(decide({ ...tag(9), resync: { head: { sequence: 8 } } })).toBe('send-baseline');
  });

  test('from before the last baseline is answered already; from the baseline itself it is not', () => {
    expect(decide({ ...tag(6), resync: {} })).toBe('nothing');
    expect(decide({ ...tag(7), resync: {} })).toBe('send-baseline');
  });

  test('of another epoch means nothing here, and one that no report caused always counts', () => {
    expect(decide({ ...tag(9, new Uint8Array(16).fill(2)), resync: {} })).toBe('nothing');
    expect(decide({ resync: {} })).toBe('send-baseline');
  });

  test('whose head is beyond the own sequence tells the agent that it was rewound', () => {
    expect(decide({ ...tag(10), resync: { head: { sequence: 11 } } })).toBe('open-child-epoch');
  });

  test('whose head has the own sequence and another hash tells so too, the own hash does not', () => {
    const head = (reportHash: Uint8Array) => ({ ...tag(10), resync: { head: { sequence: 10, reportHash } } });
    expect(decide(head(new Uint8Array(16).fill(8)))).toBe('open-child-epoch');
    expect(decide(head(ownHash))).toBe('send-baseline');
    expect(decide(head(new Uint8Array()))).toBe('send-baseline');
  });
});

test('a resync that no report caused does not stop a baseline that is on its way in parts, one of a part does', () => {
  const underWay = { ...context, baselineUnderWay: true };
  expect(decideDirective({ resync: {} }, underWay).do).toBe('nothing');
  expect(decideDirective({ ...tag(0xffff_ffff), resync: {} }, underWay).do).toBe('nothing');
  expect(decide({ ...tag(0xffff_ffff), resync: {} })).toBe('send-baseline');
  expect(decideDirective({ ...tag(8), resync: {} }, underWay).do).toBe('send-baseline');
});

describe('open epoch', () => {
  const own = { sequence: 10, reportHash: ownHash };

  test('opens a child that says again what was not taken', () => {
    const directive = { ...tag(9), openEpoch: { head: { sequence: 12 } } };
    expect(decideDirective(directive, context)).toEqual({ do: 'open-child-epoch', fromSequence: 9 });
  });

  test('says again its own last report when it was asked before the disk was put back, of a later one', () => {
    for (const openEpoch of [{}, { head: { sequence: 15 } }])
      expect(decideDirective({ ...tag(13), openEpoch }, context)).toEqual({
        do: 'open-child-epoch',
        fromSequence: 10,
      });
    expect(decideDirective({ ...tag(0xffff_ffff), resync: { head: { sequence: 15 } } }, context)).toEqual({
      do: 'open-child-epoch',
      fromSequence: 10,
    });
  });

  test('is nothing to the sender of the head, and to one who is in another epoch by now', () => {
    expect(decide({ ...tag(10), openEpoch: { head: own } })).toBe('nothing');
    expect(decide({ ...tag(10, new Uint8Array(16).fill(2)), openEpoch: { head: { sequence: 12 } } })).toBe(
      'nothing',
    );
  });

  test('opens one also when the head is too long ago to be remembered, or baselines were sent since', () => {
    expect(decide({ ...tag(10), openEpoch: {} })).toBe('open-child-epoch');
    expect(decide({ ...tag(3), openEpoch: { head: { sequence: 2, reportHash: ownHash } } })).toBe(
      'open-child-epoch',
    );
  });
});

test('a split is for the sender in that epoch, and needs a whole ticket', () => {
  const ticket = new Uint8Array(32).fill(5);
  expect(decideDirective({ ...tag(10), split: { ticket } }, context)).toEqual({ do: 'split', ticket });
  expect(decide({ ...tag(10, new Uint8Array(16).fill(2)), split: { ticket } })).toBe('nothing');
  expect(decide({ ...tag(10), split: { ticket: ticket.subarray(1) } })).toBe('nothing');
});

test('resend usage names the day from which on everything is due again', () => {
  expect(usageOf({ ...tag(8), resendUsage: { sinceDay: 20_000 } })).toEqual({ sinceDay: 20_000 });
  expect(usageOf({ ...tag(8), resendUsage: {} })).toEqual({ sinceDay: 0 });
});

test('resend usage may name days, and the report after which everything is due again', () => {
  expect(usageOf({ ...tag(8), resendUsage: { days: [20_000, 20_002] } })).toEqual({ days: [20_000, 20_002] });
  expect(usageOf({ ...tag(8), resendUsage: { afterSequence: 0 } })).toEqual({ afterSequence: 0 });
  expect(usageOf({ ...tag(8), resendUsage: { afterSequence: 5, days: [20_000] } })).toEqual({
    afterSequence: 5,
    days: [20_000],
  });
});

test('sequences of another epoch mean nothing here: everything is due again', () => {
  const other = tag(8, new Uint8Array(16).fill(2));
  expect(usageOf({ ...other, resendUsage: { afterSequence: 5 } })).toEqual({ sinceDay: 0 });
  expect(usageOf({ ...other, resendUsage: { days: [20_000] } })).toEqual({ days: [20_000] });
  expect(usageOf({ resendUsage: { afterSequence: 5 } })).toEqual({ sinceDay: 0 });
});

test('resend usage is obeyed whatever baseline or epoch came since: neither brings usage', () => {
  const resendUsage = { sinceDay: 20_000 };
  expect(decide({ ...tag(3), resendUsage })).toBe('resend-usage');
  expect(decide({ ...tag(9, new Uint8Array(16).fill(2)), resendUsage })).toBe('resend-usage');
});

test('evidence is sent whatever report asked for it, and malformed lists are not followed', () => {
  const ids = ['00000000000000ff', 'ffffffffffffffff'];
  expect(decideDirective({ ...tag(1), sendEvidence: { executableIds: encodeIdList(ids) } }, context)).toEqual(
    {
      do: 'send-evidence',
      executableIds: ids,
    },
  );
  expect(decide({ sendEvidence: { executableIds: new Uint8Array(7) } })).toBe('nothing');
});

test('an action of a later version is passed over', () => {
  expect(decide(tag(10))).toBe('nothing');
});

test('usage that the child of an epoch says again anyway is not resent whole', () => {
  const parentId = new Uint8Array(16).fill(3);
  const parent = { id: parentId, sequence: 5, digest: { count: 0, sum: 0n } };
  const child: DirectiveContext = { ...context, epoch: { ...epoch, parent } };
  const resend = (afterSequence: number) =>
    decideDirective({ ...tag(8, parentId), resendUsage: { afterSequence } }, child).do;
  expect([resend(4), resend(5), resend(6)]).toEqual(['resend-usage', 'nothing', 'nothing']);
});

test('a resync whose head is foreign goes back to that head at least', () => {
  const head = { sequence: 9, reportHash: new Uint8Array(16).fill(8) };
  const known: DirectiveContext = { ...context, hashOf: () => ownHash };
  expect(decideDirective({ ...tag(10), resync: { head } }, known)).toEqual({
    do: 'open-child-epoch',
    fromSequence: 9,
  });
});
