/** One connection to servers that answer rightly, wrongly, too much and not at all; test/sessions asks a real one. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type AskedX,
  extensionReply,
  focusReply,
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
  server.pid = 7;
  expect(await connection.focusedPid()).toBe(7);
  server.focus = 0;
  expect(await connection.focusedPid()).toBe(undefined);
  server.focus = 1;
  expect(await connection.focusedPid()).toBe('below the pointer');
  expect(server.connections).toBe(1);
});

test('without a cookie none is sent', async () => {
  await greeted();
  expect(server.cookies).toEqual(['']);
});

test('answers in pieces, and events between them, are understood', async () => {
  const keyboardChanged = Buffer.alloc(32);
  keyboardChanged[0] = 34;
  server.onAsked = (asked) => {
    const bytes = Buffer.concat([keyboardChanged, server.answerTo(asked)]);
    for (let at = 0; at < bytes.length; at += 7)
      setTimeout(() => asked.socket.write(bytes.subarray(at, at + 7)), at);
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
