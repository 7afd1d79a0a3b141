import { describe, expect, test } from 'vitest';
import { BusBytes, type WrittenValue, writeReply, writeSignal } from '../fixtures/bus-bytes.ts';
import { logindProperties } from '../fixtures/logind-properties.ts';
import { BusMessageCutter, decodeReply, encodeCall, MOST_MESSAGE_BYTES } from './bus-messages.ts';
import { BusValueReader } from './bus-value.ts';
import { NotUnderstood } from './not-understood.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? 20_261_130);
const CALL = {
  destination: 'org.freedesktop.login1',
  path: '/org/freedesktop/login1/session/_31',
  interface: 'org.freedesktop.DBus.Properties',
  member: 'GetAll',
  arguments: ['org.freedesktop.login1.Session'],
};
const PROPERTIES = writeReply({ serial: 9, signature: 'a{sv}', values: [logindProperties()] });
const readBack = (signature: string, value: WrittenValue, isLittle = true) => {
  const written = new BusBytes(isLittle);
  written.all(signature, [value]);
  return new BusValueReader(Buffer.from(written.bytes), 0, isLittle).readAll(signature)[0];
};

describe.each([
  ['little', true],
  ['big', false],
])('in %s byte order', (_, isLittle) => {
  test.each<[string, WrittenValue]>([
    ['y', 200],
    ['n', -2],
    ['q', 65_535],
    ['i', -70_000],
    ['u', 4_000_000_000],
    ['x', -5_000_000_000],
    ['t', 1_796_031_694_930_701],
    ['d', 0.25],
    ['b', true],
    ['s', 'Grüße'],
    ['o', '/a/b'],
    ['g', 'a{sv}'],
    ['as', ['a', '', 'ccc']],
    ['at', []],
    ['aay', [[1], [], [2, 3]]],
    ['(yt)', [1, 2]],
    ['a(y(sas))', [[1, ['x', ['y']]]]],
  ])('%s is read as it was written', (signature, value) => {
    expect(readBack(signature, value, isLittle)).toEqual(value);
  });

  test('a variant is its value, and a dictionary a list of pairs', () => {
    expect(readBack('v', ['(ub)', [5, false]], isLittle)).toEqual([5, false]);
    expect(readBack('a{sv}', [['a', ['t', 7]]], isLittle)).toEqual([['a', 7]]);
  });

  test('an answer says whom it answers, and with what', () => {
    const reply = writeReply({ serial: 3, signature: 'su', values: ['x', 4] }, isLittle);
    expect(decodeReply(reply)).toEqual({ serial: 3, error: undefined, values: ['x', 4] });
    const failure = writeReply({ serial: 4, error: 'a.b', signature: 's', values: ['why'] }, isLittle);
    expect(decodeReply(failure)).toEqual({ serial: 4, error: 'a.b', values: ['why'] });
    expect(decodeReply(writeSignal('Changed', isLittle))).toBe(undefined);
  });
});

test('a call lies as the specification has it', () => {
  const bytes = encodeCall(CALL, 7);
  expect([...bytes.subarray(0, 12)]).toEqual([0x6c, 1, 2, 1, 35, 0, 0, 0, 7, 0, 0, 0]);
  const reader = new BusValueReader(bytes, 12, true);
  const [fields] = reader.readAll('a(yv)');
  expect(fields).toEqual([
    [1, CALL.path],
    [2, CALL.interface],
    [3, CALL.member],
    [6, CALL.destination],
    [8, 's'],
  ]);
  reader.align(8);
  expect(reader.readAll('s')).toEqual(CALL.arguments);
  expect(reader.at).toBe(bytes.length);
});

test('messages are cut wherever what arrives is', () => {
  const messages = [PROPERTIES, writeSignal('A'), encodeCall(CALL, 1), writeReply({ serial: 1 })];
  const stream = Buffer.concat(messages);
  for (const size of [1, 7, 16, 1_000, stream.length]) {
    const cutter = new BusMessageCutter();
    const cut: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) cut.push(...cutter.cut(stream.subarray(at, at + size)));
    expect(cut.map((each) => each.toString('hex'))).toEqual(messages.map((each) => each.toString('hex')));
  }
});

test.each([
  ['length of the body', 4],
  ['length of the fields', 12],
])('a huge %s is refused before anything of it is waited for', (_, at) => {
  for (const length of [MOST_MESSAGE_BYTES, 0x7fff_ffff, 0xffff_ffff]) {
    const head = Buffer.from(PROPERTIES.subarray(0, 16));
    head.writeUInt32LE(length, at);
    expect(() => [...new BusMessageCutter().cut(head)]).toThrow(NotUnderstood);
  }
});

test('no type nests so deeply, nor is so long, that reading it does harm', () => {
  for (const signature of ['a'.repeat(255), '('.repeat(200), '()', '{', ')', 'z', 'a', '(s', 's'.repeat(300)])
    expect(() => new BusValueReader(Buffer.alloc(4096), 0, true).readAll(signature)).toThrow(NotUnderstood);
  // Each variant holds another one.
  const nested = Buffer.from('\x01v\0'.repeat(20_000), 'latin1');
  expect(() => new BusValueReader(nested, 0, true).readAll('v')).toThrow(/nested too deeply/);
});

test('an array ends with one of its elements, and within its message', () => {
  const array = (length: number) => Buffer.from([length, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
  const read = (length: number) => new BusValueReader(array(length), 0, true).readAll('au');
  expect(read(8)).toEqual([[1, 2]]);
  expect(() => read(5)).toThrow(/ends within an element/);
  expect(() => read(12)).toThrow(/an array beyond its message/);
});

test(`whatever is changed in an answer, it is understood or refused (FLEETMETER_SEED=${SEED})`, () => {
  let state = SEED >>> 0;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  let refused = 0;
  const rounds = 20_000;
  for (let round = 0; round < rounds; round++) {
    const bytes = Buffer.from(PROPERTIES.subarray(0, below(8) === 0 ? below(PROPERTIES.length) : undefined));
    for (let change = below(6); change >= 0 && bytes.length > 0; change--)
      bytes[below(bytes.length)] = below(2) === 0 ? below(256) : ([0, 1, 0x7f, 0xff][below(4)] as number);
    try {
      for (const message of new BusMessageCutter().cut(bytes)) decodeReply(message);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(rounds / 20);
  expect(refused).toBeLessThan(rounds);
});
