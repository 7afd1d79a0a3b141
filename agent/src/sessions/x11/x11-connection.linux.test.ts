/** One connection to servers that answer rightly, wrongly, too much and not at all; test/sessions asks a real one. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type AskedX,
  extensionReply,
  focusReply,
  ROOT,
  replyBytes,
  ScriptedXServer,
  setupBytes,
} from '../fixtures/scripted-x-server.ts';
import { X11Connection } from './x11-connection.linux.ts';

let server: ScriptedXServer;
const open: X11Connection[] = [];

beforeEach(async () => {
  server = new ScriptedXServer();
  await server.listen();
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await server.close();
});

async function greeted(cookie?: Uint8Array): Promise<X11Connection> {
  const connection = new X11Connection(server.path);
  open.push(connection);
  await connection.greet(cookie);
  return connection;
}

/** Where the answer is to the question with this code. */
const answering = (code: number, answer: (asked: AskedX) => Buffer) => (asked: AskedX) =>
  asked.socket.write(asked.code === code ? answer(asked) : server.answerTo(asked));

test('the process that has the focus is told, each time anew', async () => {
  const connection = await greeted(Buffer.from('c0ffee', 'hex'));
  expect(server.cookies).toEqual(['c0ffee']);
  expect(await connection.focusedPid()).toBe(4242);
  server.moveFocus(0x0060_0009, 7);
  expect(await connection.focusedPid()).toBe(7);
  server.moveFocus(0);
  expect(await connection.focusedPid()).toBe(undefined);
  server.moveFocus(1);
  expect(await connection.focusedPid()).toBe('below the pointer');
  expect(server.connections).toBe(1);
});

/** Resolves when all that was sent so far has been read on both sides. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

test('after an answer the server tells when it is true no more, once, wherever the focus was', async () => {
  const connection = await greeted();
  expect(connection.isFocusUnchanged).toBe(false);
  for (const focus of [0x0060_0009, 0, 1, ROOT, 0x0060_0007, 0x0060_0007]) {
    server.moveFocus(focus);
    await settled();
    await connection.focusedPid();
    expect(connection.isFocusUnchanged, `focus on ${focus}`).toBe(true);
    await connection.focusedPid();
    server.moveFocus(0x0060_0011);
    server.moveFocus(focus);
    await settled();
    expect(connection.isFocusUnchanged).toBe(false);
    const asked = server.questions;
    for (let moves = 0; moves < 10; moves++) server.moveFocus(moves % 2 ? focus : 0x0060_0011);
    await settled();
    expect(server.questions).toBe(asked);
  }
  connection.close();
  expect(connection.isFocusUnchanged).toBe(false);
});

test('a focus that moves while it is asked about is asked about again, and not for ever', async () => {
  const connection = await greeted();
  let [moves, mostMoves] = [0, 2];
  server.onAsked = (asked) => {
    asked.socket.write(server.answerTo(asked));
    if (asked.code >= 128 && moves < mostMoves) server.moveFocus(0x0060_0020 + ++moves, 100 + moves);
  };
  expect(await connection.focusedPid()).toBe(102);
  expect(connection.isFocusUnchanged).toBe(true);
  mostMoves = 1_000;
  await connection.focusedPid();
  await settled();
  expect(moves).toBe(2 + 4);
  expect(connection.isFocusUnchanged).toBe(false);
});

test('a window that goes between two questions costs no more than another question', async () => {
  const connection = await greeted();
  let isGone = false;
  server.onAsked = (asked) => {
    const { code, sequence, socket } = asked;
    const refused = Buffer.from([0, 3, sequence, 0, ...Buffer.alloc(28)]);
    if (!isGone && code === 2) server.moveFocus(0x0060_0033, 33);
    const answer = server.answerTo(asked);
    socket.write(!isGone && (code === 2 || code >= 128) ? refused : answer);
    isGone ||= code >= 128;
  };
  expect(await connection.focusedPid()).toBe(33);
  expect([connection.isOpen, connection.isFocusUnchanged]).toEqual([true, true]);
});

test('a server that does not tell is asked each time', async () => {
  const connection = await greeted();
  server.onAsked = (asked) => {
    const { code, sequence, socket } = asked;
    socket.write(
      code === 2 ? Buffer.from([0, 10, sequence, 0, ...Buffer.alloc(28)]) : server.answerTo(asked),
    );
  };
  for (let looks = 0; looks < 3; looks++) {
    expect(await connection.focusedPid()).toBe(4242);
    expect(connection.isFocusUnchanged).toBe(false);
  }
});

test('without a cookie none is sent', async () => {
  await greeted();
  expect(server.cookies).toEqual(['']);
});

test('answers in pieces, and events between them, are understood', async () => {
  const keyboardChanged = Buffer.alloc(32);
  keyboardChanged[0] = 34;
  let due = 0;
  server.onAsked = (asked) => {
    const bytes = Buffer.concat([keyboardChanged, server.answerTo(asked)]);
    for (let at = 0; at < bytes.length; at += 7)
      setTimeout(() => asked.socket.write(bytes.subarray(at, at + 7)), ++due);
  };
  const connection = await greeted();
  expect(await connection.focusedPid()).toBe(4242);
  expect(await connection.focusedPid()).toBe(4242);
});

test.each([
  ['does not let us in', setupBytes({ status: 0 }), /does not let the agent in/],
  ['speaks something else', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /./],
  ['begins with more than there may be', Buffer.from([1, 0, 11, 0, 0, 0, 0xff, 0xff]), /too long/],
])('a server that %s ends the connection', async (_, setup, why) => {
  server.setup = setup;
  const connection = new X11Connection(server.path);
  open.push(connection);
  const greeting = connection.greet(undefined);
  const own = server;
  setTimeout(() => own.hangUp(), 100);
  await expect(greeting).rejects.toThrow(why);
});

test.each([
  [
    'has not the extension',
    answering(98, ({ sequence }) => extensionReply(sequence, 0)),
    /cannot tell processes/,
  ],
  [
    'answers what nobody asked',
    answering(98, ({ sequence }) => replyBytes(sequence + 5)),
    /without a question/,
  ],
])('a server that %s is given up while it is greeted', async (_, onAsked, why) => {
  server.onAsked = onAsked;
  await expect(greeted()).rejects.toThrow(why);
});

test.each([
  [
    'refuses',
    answering(43, ({ sequence }) => Buffer.from([0, 8, sequence, 0, ...Buffer.alloc(28)])),
    /error 8/,
  ],
  [
    'answers twice',
    answering(43, ({ sequence }) => Buffer.concat([focusReply(sequence, 0), focusReply(sequence, 0)])),
    /./,
  ],
  [
    'says that much follows',
    answering(43, ({ sequence }) => {
      const reply = replyBytes(sequence);
      reply.writeUInt32LE(0x4000_0000, 4);
      return reply;
    }),
    /too long/,
  ],
  ['sends events for ever', answering(43, () => Buffer.alloc(512 * 1024, 34)), /more than anybody asked for/],
] as const)('a server that %s is given up', async (_, onAsked, why) => {
  server.onAsked = onAsked;
  const connection = await greeted();
  const asking = async () => {
    for (let question = 0; question < 3; question++) await connection.focusedPid();
  };
  await expect(asking()).rejects.toThrow(why);
  expect(connection.isOpen).toBe(false);
});

test('who waits for a server that is silent or hangs up is told when the connection ends', async () => {
  const connection = await greeted();
  server.onAsked = () => undefined;
  const asked = connection.focusedPid();
  connection.close('nothing came');
  await expect(asked).rejects.toThrow('nothing came');
  server.onAsked = ({ socket }) => socket.destroy();
  await expect(greeted()).rejects.toThrow('hung up');
});

test('random bytes instead of answers never make a process out of nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.boolean(),
      async (bytes, isSetup) => {
        server.setup = isSetup ? Buffer.from(bytes) : setupBytes();
        server.onAsked = ({ socket }) => socket.end(bytes);
        const connection = new X11Connection(server.path);
        const hangingUp = setInterval(() => server.hangUp(), isSetup ? 2 : 1_000);
        await expect(connection.greet(undefined).then(() => connection.focusedPid())).rejects.toThrow();
        clearInterval(hangingUp);
        expect(connection.isOpen).toBe(false);
      },
    ),
    { numRuns: 150 },
  );
});
