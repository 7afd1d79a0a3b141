import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRows } from './row-binary.ts';

interface Row {
  number: number;
  text: string;
  list: Uint32Array;
  big: bigint;
}

function encoded({ number, text, list, big }: Row): Buffer {
  const fixed = Buffer.alloc(12);
  fixed.writeUInt32LE(number);
  fixed.writeBigUInt64LE(big, 4);
  const bytes = Buffer.from(text);
  const values = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  return Buffer.concat([
    fixed.subarray(0, 4),
    leb128(bytes.length),
    bytes,
    leb128(list.length),
    values,
    fixed.subarray(4),
  ]);
}

function leb128(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), leb128(value >>> 7)]);
}

async function* inPieces(bytes: Buffer, lengths: number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] as number;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const read = (answer: AsyncIterable<Buffer>) =>
  Array.fromAsync(
    readRows(
      answer,
      (row): Row => ({
        number: row.uint32(),
        text: row.string(),
        list: row.uint32Array(),
        big: row.uint64(),
      }),
    ),
  );

const anyRow: fc.Arbitrary<Row> = fc.record({
  number: fc.nat(0xffff_ffff),
  text: fc.string({ unit: 'grapheme', maxLength: 200 }),
  list: fc.uint32Array({ maxLength: 300 }),
  big: fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
});

test('rows come out as they went in, wherever the answer is cut', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 12 }), lengths, async (rows, cuts) => {
      expect(await read(inPieces(Buffer.concat(rows.map(encoded)), cuts))).toEqual(rows);
    }),
  );
});

test('lists do not share their values, also many and long ones', async () => {
  const rows = Array.from({ length: 100 }, (_, number) => ({
    ...{ number, text: '', big: 0n },
    list: new Uint32Array(number % 10 === 0 ? 40_000 : 2_000).fill(number),
  }));
  const got = await read(inPieces(Buffer.concat(rows.map(encoded)), [65_536]));
  for (const { number, list } of got) expect(list.every((value) => value === number)).toBe(true);
  expect(got.map(({ list }) => list.length)).toEqual(rows.map(({ list }) => list.length));
});

test('an answer that ends within a row is an error, not a shorter answer', async () => {
  const bytes = encoded({ number: 1, text: 'abc', list: Uint32Array.of(1, 2), big: 5n });
  for (let length = 1; length < bytes.length; length++)
    await expect(read(inPieces(bytes.subarray(0, length), [7]))).rejects.toThrow('into a row');
});
