/** One connection to servers that answer rightly, wrongly, too much and not at all; test/sessions asks a real one. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type AskedX,
  errorReply,
  extensionReply,
  focusEvent,
  focusReply,
  pidReply,
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
  server.moveFocus(0x0060_0009, { pid: 7 });
  expect(await connection.focusedPid()).toBe(7);
  server.moveFocus(0);
  expect(await connection.focusedPid()).toBe(undefined);
  server.moveFocus(1);
  expect(await connection.focusedPid()).toBe('below the pointer');
  expect(server.connections).toBe(1);
});

/** Resolves when the connection has said that nothing need be told any more, or that something has to be. */
async function unanswered(count: number): Promise<void> {
  await expect.poll(() => server.asked.filter((code) => code === 2).length, { timeout: 15_000 }).toBe(count);
}

test.each([[[ROOT]], [[ROOT, ROOT + 1, ROOT + 2]]])(
  'after an answer the server tells when it is true no more, once, wherever the focus was (%j)',
  async (roots) => {
    server.roots = roots;
    server.setup = setupBytes({ roots });
    const connection = await greeted();
    expect(connection.isFocusUnchanged).toBe(false);
    let said = 0;
    for (const focus of [0x0060_0009, 0, 1, ROOT, 0x0060_0007, 0x0060_0007]) {
      server.moveFocus(focus);
      await connection.focusedPid();
      said += focus <= 1 ? roots.length : 1;
      await connection.focusedPid();
      await unanswered(said);
      expect(connection.isFocusUnchanged, `focus on ${focus}`).toBe(true);
      const events = server.events;
      server.moveFocus(0x0060_0011);
      said += focus <= 1 ? roots.length : 1;
      await unanswered(said);
      expect(connection.isFocusUnchanged).toBe(false);
      for (let moves = 0; moves < 10; moves++) server.moveFocus(moves % 2 ? focus : 0x0060_0012);
      expect(server.events).toBe(events + 1);
    }
    connection.close();
    expect(connection.isFocusUnchanged).toBe(false);
  },
);

test('what another program sends in the name of the server ends nothing', async () => {
  const connection = await greeted();
  await connection.focusedPid();
  const sent = focusEvent(0x0060_0007);
  sent[0] = 0x80 | 10;
  server.write(sent);
  await connection.focusedPid();
  expect(connection.isFocusUnchanged).toBe(true);
});

test('a server that was silent about a move is asked each time from then on', async () => {
  const connection = await greeted();
  await connection.focusedPid();
  server.moveFocus(0x0060_0009, { pid: 7, isTold: false });
  expect(connection.isFocusUnchanged).toBe(true);
  for (let looks = 0; looks < 3; looks++) {
    expect(await connection.focusedPid()).toBe(7);
    expect(connection.isFocusUnchanged).toBe(false);
  }
});

test('that a window of before is gone says nothing of the one that tells now', async () => {
  const connection = await greeted();
  await connection.focusedPid();
  server.onAsked = (asked) => {
    const isOld = asked.code === 2 && asked.body.readUInt32LE(0) === 0x0060_0007;
    asked.socket.write(isOld ? errorReply(asked.sequence, 3) : server.answerTo(asked));
  };
  server.moveFocus(0x0060_0009, { pid: 7 });
  expect(await connection.focusedPid()).toBe(7);
  await unanswered(3);
  expect(await connection.focusedPid()).toBe(7);
  expect(connection.isFocusUnchanged).toBe(true);
});

test('where one of the windows cannot tell none is asked to', async () => {
  server.roots = [ROOT, ROOT + 1];
  server.setup = setupBytes(server);
  server.moveFocus(0);
  server.onAsked = (asked) => {
    const isRefused = asked.code === 2 && asked.body.readUInt32LE(0) === ROOT + 1;
    asked.socket.write(isRefused ? errorReply(asked.sequence, 10) : server.answerTo(asked));
  };
  const connection = await greeted();
  await connection.focusedPid();
  await unanswered(4);
  expect(connection.isFocusUnchanged).toBe(false);
  server.moveFocus(0x0060_0009);
  expect(server.events).toBe(0);
});

test('a server that guesses questions instead of reading them is given up before much waits for it', async () => {
  const connection = await greeted();
  await connection.focusedPid();
  server.moveFocus(0x0060_0009, { isTold: false });
  await connection.focusedPid();
  await connection.focusedPid();
  // The number of the question that comes next.
  let next = server.asked.length + 1;
  server.pause();
  const guessing = async (): Promise<void> => {
    for (; ; next += 3) {
      const asked = connection.focusedPid();
      // It may end before it is waited for.
      asked.catch(() => undefined);
      const answers = [
        focusReply(next, 0x0060_0009),
        pidReply(next + 1, 7),
        focusReply(next + 2, 0x0060_0009),
      ];
      for (const answer of answers) {
        server.write(answer);
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      }
      await asked;
    }
  };
  await expect(guessing()).rejects.toThrow('does not listen');
  expect(connection.isOpen).toBe(false);
}, 60_000);

test('a failure of what has been done long ago is no answer to anything', async () => {
  const connection = await greeted();
  await connection.focusedPid();
  const selected = server.asked.indexOf(2) + 1;
  server.write(errorReply(selected, 3));
  await expect.poll(() => connection.isOpen).toBe(false);
});

test('a focus that moves while it is asked about is asked about again, and not for ever', async () => {
  const connection = await greeted();
  let [moves, mostMoves] = [0, 2];
  server.onAsked = (asked) => {
    asked.socket.write(server.answerTo(asked));
    if (asked.code >= 128 && moves < mostMoves) server.moveFocus(0x0060_0020 + ++moves, { pid: 100 + moves });
  };
  expect(await connection.focusedPid()).toBe(102);
  expect(connection.isFocusUnchanged).toBe(true);
  mostMoves = 1_000;
  await connection.focusedPid();
  expect(moves).toBe(2 + 4);
});

test('a focus that moves all the time, of which nothing is told, is not taken for one that stays', async () => {
  const connection = await greeted();
  let focus = 0x0060_0020;
  server.onAsked = (asked) => {
    if (asked.code === 43) server.moveFocus(++focus, { isTold: false });
    asked.socket.write(server.answerTo(asked));
  };
  await connection.focusedPid();
  expect(connection.isFocusUnchanged).toBe(false);
});

test('a window that goes between two questions costs no more than another question', async () => {
  const connection = await greeted();
  let isGone = false;
  server.onAsked = (asked) => {
    const { code, sequence, socket } = asked;
    const refused = errorReply(sequence, 3);
    if (!isGone && code === 2) server.moveFocus(0x0060_0033, { pid: 33 });
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
    socket.write(code === 2 ? errorReply(sequence, 10) : server.answerTo(asked));
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
  ['refuses', answering(43, ({ sequence }) => errorReply(sequence, 8)), /error 8/],
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
