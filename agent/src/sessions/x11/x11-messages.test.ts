/** What is asked is laid out as the protocol says, and nothing that a server answers is believed beyond the bytes that are there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  focusReply,
  OWN_BITS,
  pidReply,
  ROOT,
  replyBytes,
  setupBytes,
} from '../fixtures/scripted-x-server.ts';
import { NotX11 } from './not-x11.ts';
import {
  clientPid,
  decodeSetup,
  encodeGetInputFocus,
  encodeQueryClientPid,
  encodeQueryExtension,
  encodeSetup,
  extensionNumber,
  focusedWindow,
  inputFocus,
  messageLength,
  readMessage,
  setupLength,
} from './x11-messages.ts';

const setup = { ownBits: OWN_BITS, roots: [ROOT] };

test('questions are laid out as the protocol says', () => {
  expect(encodeSetup(undefined).toString('hex')).toBe('6c000b000000000000000000');
  expect(encodeSetup(Buffer.from('0102', 'hex')).toString('latin1')).toBe(
    'l\0\x0b\0\0\0\x12\0\x02\0\0\0MIT-MAGIC-COOKIE-1\0\0\x01\x02\0\0',
  );
  expect(encodeGetInputFocus().toString('hex')).toBe('2b000100');
  expect(encodeQueryExtension().toString('latin1')).toBe('b\0\x05\0\x0a\0\0\0X-Resource\0\0');
  expect(encodeQueryClientPid(150, 0x600007).toString('hex')).toBe('96040400010000000700600002000000');
});

test('of the setup the windows behind all others are known, and which ids are the server’s', () => {
  const bytes = setupBytes();
  expect(setupLength(bytes)).toBe(bytes.length);
  expect(decodeSetup(bytes)).toEqual(setup);
  expect(decodeSetup(setupBytes({ vendor: 'abc' }))).toEqual(setup);
});

test.each([
  [0, 'does not let the agent in'],
  [2, 'does not let the agent in'],
  [7, 'not X11'],
])('a server that says %i is not understood: it %s', (status, why) => {
  expect(() => decodeSetup(setupBytes({ status }))).toThrow(why);
});

describe('nobody has the focus', () => {
  test.each([
    ['nothing', 0],
    ['the window behind all others', ROOT],
    ['a window of the server', 0x20],
  ])('when it is on %s', (_, window) => {
    expect(focusedWindow(window, setup)).toBe(undefined);
  });

  test('or whoever is below the pointer has, and that is not nobody', () => {
    expect(focusedWindow(1, setup)).toBe('below the pointer');
  });

  test('when no process of this computer made the window', () => {
    expect(clientPid(pidReply(1, undefined))).toBe(undefined);
    expect(clientPid(pidReply(1, 0))).toBe(undefined);
  });
});

test('a window of a program leads to its process', () => {
  expect(focusedWindow(inputFocus(focusReply(1, 0x600007)), setup)).toBe(0x600007);
  expect(clientPid(pidReply(1, 4242))).toBe(4242);
});

test('a server without the extension, or with a number that is the protocol’s own, cannot tell processes', () => {
  const reply = replyBytes(1);
  expect(() => extensionNumber(reply)).toThrow('cannot tell processes');
  reply.set([1, 40], 8);
  expect(() => extensionNumber(reply)).toThrow('cannot tell processes');
  reply.set([1, 150], 8);
  expect(extensionNumber(reply)).toBe(150);
});

test('lengths that nobody needs are refused before anything is kept of them', () => {
  const head = replyBytes(1);
  head.writeUInt32LE(0xffff_ffff, 4);
  expect(() => messageLength(head)).toThrow('too long');
  head[0] = 0x80 | 35;
  expect(() => messageLength(head)).toThrow('too long');
  head[0] = 34;
  expect(messageLength(head)).toBe(32);
  expect(() => setupLength(Buffer.from([1, 0, 11, 0, 0, 0, 0xff, 0xff]))).toThrow('too long');
});

test('whatever bytes a server sends, they are understood or refused, and no process comes of bytes that are not there', () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(setupBytes(), focusReply(1, 0x600007), pidReply(1, 4242), replyBytes(1)),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }),
      fc.nat(200),
    )
    .map(([bytes, changes, cut]) => {
      const changed = Buffer.from(bytes);
      for (const [at, value] of changes) changed[at % changed.length] = value;
      return changed.subarray(0, Math.max(32, changed.length - cut));
    });
  const random = fc.uint8Array({ minLength: 32, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mutated, random), (bytes) => {
      for (const read of [
        () => setupLength(bytes),
        () => decodeSetup(bytes),
        () => messageLength(bytes),
        () => readMessage(bytes),
        () => focusedWindow(inputFocus(bytes), setup),
        () => extensionNumber(bytes),
        () => clientPid(bytes),
      ])
        try {
          read();
        } catch (error) {
          expect(error).toBeInstanceOf(NotX11);
        }
    }),
    { numRuns: 3_000 },
  );
});
