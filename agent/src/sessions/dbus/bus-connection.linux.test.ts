/** The connection beside buses that mean it no good. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeReply, writeSignal } from '../fixtures/bus-bytes.ts';
import { ScriptedBus } from '../fixtures/scripted-bus.ts';
import { BusConnection } from './bus-connection.linux.ts';
import { MOST_MESSAGE_BYTES } from './bus-messages.ts';

const CALL = { destination: 'a.b', path: '/a', interface: 'a.b', member: 'Ask', arguments: [] };
let bus: ScriptedBus;
let connection: BusConnection;
beforeEach(async () => {
  bus = new ScriptedBus();
  await bus.listen();
});
afterEach(async () => {
  connection.close();
  await bus.close();
});

async function greeted(): Promise<void> {
  connection = new BusConnection(bus.path, 1234);
  await connection.greet();
}

test('it says who it is, and calls are answered one after the other', async () => {
  let line = '';
  bus.onLine = (said, socket) => {
    line = said;
    socket.write('OK 01');
    setImmediate(() => socket.write('23\r\n'));
  };
  bus.onCall = ({ serial, socket }) =>
    socket.write(
      Buffer.concat([writeSignal('Changed'), writeReply({ serial, signature: 'u', values: [serial] })]),
    );
  await greeted();
  expect(line).toBe(`AUTH EXTERNAL ${Buffer.from('1234').toString('hex')}`);
  for (const serial of [2, 3, 4]) expect(await connection.call(CALL)).toMatchObject({ values: [serial] });
  expect(connection.isOpen).toBe(true);
});

test('an answer to another question is not taken for ours', async () => {
  bus.onCall = ({ serial, socket }) => {
    socket.write(writeReply({ serial: serial + 1, signature: 's', values: ['wrong'] }));
    socket.write(writeReply({ serial, signature: 's', values: ['right'] }));
  };
  await greeted();
  expect(await connection.call(CALL)).toMatchObject({ values: ['right'] });
});

describe('before it lets us in', () => {
  test.each([
    ['REJECTED EXTERNAL\r\n', /does not let us in/],
    ['x'.repeat(2_000), /line that is too long/],
    ['\r\n', /does not let us in/],
  ])('a bus that says %j is left', async (said, why) => {
    bus.onLine = (_, socket) => socket.write(said);
    await expect(greeted()).rejects.toThrow(why);
    expect(connection.isOpen).toBe(false);
  });

  test('a bus that hangs up, or is not there, is a failure', async () => {
    bus.onLine = (_, socket) => socket.destroy();
    await expect(greeted()).rejects.toThrow();
    connection = new BusConnection('/nowhere/bus', 0);
    await expect(connection.greet()).rejects.toThrow(/ENOENT/);
  });
});

describe('after it has let us in', () => {
  const half = writeReply({ serial: 2, signature: 's', values: ['x'.repeat(1_000)] }).subarray(0, 500);
  test.each<[string, Buffer, RegExp]>([
    ['bytes of no protocol', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /no byte order/],
    ['zeros', Buffer.alloc(64), /no byte order/],
    ['a message of another version', Buffer.from(`l\x02\0\x09${'\0'.repeat(12)}`), /another protocol/],
    ['a message of 4 GiB', Buffer.from(`l\x02\0\x01\xff\xff\xff\xff${'\0'.repeat(8)}`, 'latin1'), /too long/],
    ['an answer without fields', Buffer.from(`l\x02\0\x01${'\0'.repeat(12)}`), /without a question/],
    ['a flood of signals', Buffer.concat(Array(5_000).fill(writeSignal('X'))), /more than anybody asked for/],
  ])('%s end the connection', async (_, bytes, why) => {
    bus.onCall = ({ socket }) => socket.write(bytes);
    await greeted();
    await expect(connection.call(CALL)).rejects.toThrow(why);
    expect(connection.isOpen).toBe(false);
    await expect(connection.call(CALL)).rejects.toThrow(why);
  });

  test('hanging up within a message ends it', async () => {
    bus.onCall = ({ socket }) => socket.end(half);
    await greeted();
    await expect(connection.call(CALL)).rejects.toThrow(/hung up/);
    expect(connection.isOpen).toBe(false);
  });

  test('a flood that nobody waits for ends it too', async () => {
    bus.onCall = ({ serial, socket }) => {
      socket.write(writeReply({ serial }));
      socket.write(Buffer.alloc(MOST_MESSAGE_BYTES * 8));
    };
    await greeted();
    await connection.call(CALL);
    await expect.poll(() => connection.isOpen).toBe(false);
  });

  test('a bus that never answers is waited for until the caller closes', async () => {
    await greeted();
    const answer = connection.call(CALL).catch((error: Error) => error.message);
    await expect.poll(() => bus.asked.length).toBe(1);
    connection.close();
    expect(await answer).toBe('the connection was closed');
  });

  test('an answer that trickles in byte by byte is read', async () => {
    bus.onCall = async ({ serial, socket }) => {
      socket.setNoDelay(true);
      for (const byte of writeReply({ serial, signature: 's', values: ['slow'] })) {
        socket.write(Buffer.from([byte]));
        await sleep(0);
      }
    };
    await greeted();
    expect(await connection.call(CALL)).toMatchObject({ values: ['slow'] });
  });
});
