import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSlots, encodeSlots, SLOT_BYTES, SLOTS_PER_DAY } from './slot-marks.ts';

const all = Array.from({ length: SLOTS_PER_DAY }, (_, slot) => slot);
const ofDay = fc.integer({ min: 0, max: SLOTS_PER_DAY - 1 });
const ascending = fc.oneof(fc.subarray(all), fc.uniqueArray(ofDay, { maxLength: 20 })).map(sorted);

function sorted(slots: number[]): number[] {
  return slots.sort((a, b) => a - b);
}

describe('marks of a day', () => {
  test('any come back as they were, in no more bytes than bits take', () => {
    fc.assert(
      fc.property(ascending, (slots) => {
        const bytes = encodeSlots(slots);
        expect(decodeSlots(bytes)).toEqual(slots);
        expect(bytes.length).toBeLessThanOrEqual(SLOT_BYTES);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['none', [], ''],
    ['the first', [0], '00'],
    ['neighbours', [7, 8, 10], '070001'],
    ['at the skip', [254], 'fe'],
    ['beyond the skip', [255], 'ff00'],
    ['the last', [287], 'ff20'],
    ['the first and the last', [0, 287], '00ff1f'],
  ])('%s', (_name, slots, hex) => {
    expect(Buffer.from(encodeSlots(slots)).toString('hex')).toBe(hex);
    expect(decodeSlots(Buffer.from(hex, 'hex'))).toEqual(slots);
  });

  test('thirty-five are gaps, one more are bits', () => {
    expect(Buffer.from(encodeSlots(all.slice(0, 35))).toString('hex')).toBe('00'.repeat(35));
    expect(Buffer.from(encodeSlots(all.slice(0, 36))).toString('hex')).toBe(`ffffffff0f${'00'.repeat(31)}`);
    expect(Buffer.from(encodeSlots(all)).toString('hex')).toBe('ff'.repeat(36));
  });
});

test.each([
  ['that fall', [5, 4]],
  ['that come twice', [5, 5]],
  ['beyond the day', [288]],
  ['before the day', [-1]],
  ['between positions', [1.5]],
])('marks %s are not written', (_name, slots) => {
  expect(() => encodeSlots(slots)).toThrow(RangeError);
});

test.each([
  ['a mark beyond the day', 'ff21'],
  ['marks that sum up beyond the day', `${'f0'.repeat(2)}00`],
  ['a skip beyond the day', 'ffff00'],
  ['a skip at the end', '05ff'],
  ['a skip alone', 'ff'],
  ['37 bytes', '00'.repeat(37)],
])('%s is not read', (_name, hex) => {
  expect(decodeSlots(Buffer.from(hex, 'hex'))).toBeUndefined();
});

test('whatever the bytes, what is read is within the day and ascending', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const slots = decodeSlots(bytes) ?? [];
      expect(slots.every((slot, index) => slot > (slots[index - 1] ?? -1) && slot < SLOTS_PER_DAY)).toBe(
        true,
      );
    }),
    { numRuns: 2000 },
  );
});
