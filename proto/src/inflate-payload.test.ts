import { randomBytes } from 'node:crypto';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflatePayload, PayloadError } from './inflate-payload.ts';

const MOST = 1_000_000;

function faultOf(payload: Uint8Array, most = MOST): string | undefined {
  try {
    inflatePayload(payload, most);
  } catch (error) {
    if (error instanceof PayloadError) return error.fault;
    throw error;
  }
  return undefined;
}

/** A stream whose length nobody knew beforehand: its frame does not say it. */
async function streamed(content: Uint8Array): Promise<Buffer> {
  const stream = createZstdCompress();
  stream.write(content.subarray(0, 1));
  stream.end(content.subarray(1));
  return Buffer.concat(await stream.toArray());
}

test('whatever was compressed, at any level, comes back, whatever lies before it in its buffer', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 70_000 }),
      fc.integer({ min: 1, max: 19 }),
      (content, level) => {
        const frame = zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: level } });
        const within = Buffer.concat([randomBytes(3), frame]).subarray(3);
        expect(Buffer.compare(inflatePayload(within, MOST), content)).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test.each([1, 255, 256, 65_791, 65_792, 900_000])('%i bytes: each width of the length is read', (length) => {
  const content = Buffer.alloc(length, 'abc');
  expect(inflatePayload(zstdCompressSync(content), MOST)).toEqual(content);
});

test('a frame that does not say its length is refused, and so is one of nothing', async () => {
  expect(faultOf(await streamed(randomBytes(5_000)))).toBe('payload-malformed');
  expect(faultOf(zstdCompressSync(Buffer.alloc(0)))).toBe('payload-malformed');
});

test('a frame that says more or less than it holds is refused', () => {
  const frame = zstdCompressSync(Buffer.alloc(200, 'x'));
  // One byte of content size, since everything fits one segment.
  expect(frame[5]).toBe(200);
  expect(faultOf(frame.with(5, 199))).toBe('payload-malformed');
  expect(faultOf(frame.with(5, 201))).toBe('payload-malformed');
});

test('two frames are more than the first says', () => {
  const frame = zstdCompressSync(Buffer.alloc(200, 'x'));
  expect(faultOf(Buffer.concat([frame, frame]))).toBe('payload-malformed');
});

test('a length of 2^63 is too much, not a surprise', () => {
  const header = Buffer.from('28b52ffde000000000000000800100000', 'hex');
  expect(faultOf(header)).toBe('payload-too-large');
});

test('damaged frames cost no memory and end as refusals, or as what they hold', () => {
  const frame = zstdCompressSync(
    Buffer.from('a report that says this and that, and this and that '.repeat(40)),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
      const damaged = Uint8Array.from(frame);
      for (const [at, value] of changes) damaged[at] = value;
      expect([undefined, 'payload-malformed', 'payload-too-large']).toContain(faultOf(damaged));
    }),
    { numRuns: 3_000 },
  );
  expect(faultOf(frame)).toBeUndefined();
});
