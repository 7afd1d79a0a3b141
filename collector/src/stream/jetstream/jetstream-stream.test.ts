import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { everything, keepsTheContract, record } from '../fixtures/stream-contract.ts';
import { StreamFullError } from '../stream.ts';
import { hasNatsServer, NatsServer } from './fixtures/nats-server.ts';
import type { JetStreamPlace } from './jetstream-place.ts';
import { connectJetStream, subjectOf } from './jetstream-place.ts';
import {
  JetStreamConditionError,
  type JetStreamStream,
  openJetStream,
  warningsOf,
} from './jetstream-stream.ts';

const MIB = 1024 * 1024;

describe.runIf(hasNatsServer())('the stream on NATS JetStream', () => {
  let server: NatsServer;
  let place: JetStreamPlace;
  let streams = 0;
  const open: JetStreamStream[] = [];
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    place = { servers: server.url, name: `test-${++streams}`, replicas: 1, maxBytes: 64 * MIB };
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((stream) => stream.close()));
  });
  const openStream = async (options: Partial<Parameters<typeof openJetStream>[0]> = {}) => {
    const stream = await openJetStream({ ...place, notBefore: 0, ...options });
    open.push(stream);
    return stream;
  };

  keepsTheContract(openStream);

  test('what is trimmed is gone, and its offsets are never given out again', async () => {
    const stream = await openStream();
    for (let number = 1; number <= 35; number++) await stream.append(record(number));
    await stream.trim(25);
    expect((await stream.read(25, everything)).records.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 10 }, (_, index) => 26 + index),
    );
    await stream.trim(35);
    expect(await stream.stats()).toMatchObject({ head: 35, records: 0, bytes: 0 });
    expect(await stream.read(35, everything)).toEqual({ records: [], through: 35, unreadable: 0 });
    expect(await stream.append(record(36))).toBe(36);
    expect((await stream.read(35, everything)).records.map(({ offset }) => offset)).toEqual([36]);
  });

  test('what is sent again soon is kept once', async () => {
    const stream = await openStream();
    expect(await stream.append(record(1))).toBe(1);
    expect(await stream.append({ ...record(1), receivedAt: 5 })).toBe(1);
    expect(await stream.append(record(2))).toBe(2);
    expect((await stream.stats()).records).toBe(2);
  });

  test('what others append is read as well, and told of', async () => {
    const [reader, receiver] = [await openStream(), await openStream()];
    const heads: number[] = [];
    reader.onAppend((head) => heads.push(head));
    await receiver.append(record(1));
    expect((await reader.read(0, everything)).through).toBe(1);
    await receiver.append(record(2));
    await expect.poll(() => heads.at(-1)).toBe(2);
    expect((await reader.read(1, everything)).records.map(({ offset }) => offset)).toEqual([2]);
  });

  test('a full stream takes nothing, drops nothing, and takes more when there is room', async () => {
    const stream = await openStream({ maxBytes: MIB });
    const kept: number[] = [];
    const fill = async (): Promise<void> => {
      for (let number = 1; number < 400; number++) kept.push(await stream.append(record(number, 10_000)));
    };
    await expect(fill()).rejects.toBeInstanceOf(StreamFullError);
    expect(kept.length).toBeGreaterThan(80);
    expect((await stream.read(0, everything)).records.map(({ offset }) => offset)).toEqual(kept);
    await stream.trim(kept.length);
    expect(await stream.append(record(1_000, 10_000))).toBe(kept.length + 1);
  });

  test('a server that is killed costs nothing that it acknowledged, and reading and appending go on', async () => {
    const stream = await openStream();
    const offsets: number[] = [];
    for (let number = 1; number <= 20; number++) offsets.push(await stream.append(record(number)));
    expect((await stream.read(0, { maxRecords: 10, maxBytes: MIB })).through).toBe(10);
    await server.end('SIGKILL');
    await expect(stream.append(record(21))).rejects.toThrow('did not acknowledge');
    await server.begin();
    const appended = await eventually(() => stream.append(record(21)));
    expect(appended).toBe(21);
    const seen: number[] = [];
    for (let after = 10; after < 21; ) {
      const range = await eventually(() => stream.read(after, everything));
      seen.push(...range.records.map(({ offset }) => offset));
      after = range.through;
    }
    expect(seen).toEqual(Array.from({ length: 11 }, (_, index) => 11 + index));
  }, 60_000);

  test('a message that is no record of ours is told of, and nothing else with it', async () => {
    const stream = await openStream();
    await stream.append(record(1));
    const connection = await connectJetStream(place, 'a stranger');
    await connection.request(subjectOf(place, 3), 'nonsense that is longer than the header of a record');
    await connection.close();
    await stream.append(record(2));
    const range = await stream.read(0, everything);
    expect(range).toMatchObject({ through: 3, unreadable: 1 });
    expect(range.records.map(({ damage }) => damage !== undefined)).toEqual([false, true, false]);
    expect((await stream.stats()).unreadable).toBe(1);
  });

  test('messages that the servers lost are told of as one record', async () => {
    const connection = await connectJetStream(place, 'a fault');
    const manager = await jetstreamManager(connection);
    // One that lets them be taken out.
    await manager.streams.add({ name: place.name, subjects: [`${place.name}.*`], duplicate_window: 0 });
    const stream = await openStream();
    for (let number = 1; number <= 9; number++) await stream.append(record(number));
    for (const offset of [4, 5, 6]) await manager.streams.deleteMessage(place.name, offset);
    await connection.close();
    const range = await stream.read(0, everything);
    expect(range).toMatchObject({ through: 9, unreadable: 1 });
    expect(range.records.map(({ offset, damage }) => [offset, damage])).toEqual([
      ...[1, 2, 3].map((offset) => [offset, undefined]),
      [6, 'records at offsets 4 to 6 cannot be read'],
      ...[7, 8, 9].map((offset) => [offset, undefined]),
    ]);
  });

  test('messages that are not there from where reading begins, or none at all, are told of as well', async () => {
    const stream = await openStream();
    for (let number = 1; number <= 5; number++) await stream.append(record(number));
    await stream.trim(3);
    expect((await stream.read(1, everything)).records.map(({ offset, damage }) => [offset, damage])).toEqual([
      [3, 'records at offsets 2 to 3 cannot be read'],
      [4, undefined],
      [5, undefined],
    ]);
    await stream.trim(5);
    expect(await stream.read(1, everything)).toMatchObject({
      records: [{ offset: 5, damage: 'records at offsets 2 to 5 cannot be read' }],
      ...{ through: 5, unreadable: 1 },
    });
  });

  test('each of many records that come one by one from elsewhere is read at the first asking', async () => {
    const [reader, receiver] = [await openStream(), await openStream()];
    for (let number = 1; number <= 500; number++) {
      await receiver.append(record(number));
      expect((await reader.read(number - 1, everything)).through).toBe(number);
    }
  });

  test('more than is fetched ahead comes in the end, and closing does not wait for what nobody reads', async () => {
    const stream = await openStream();
    const count = 3_000;
    for (let sent = 0; sent < count; sent += 500)
      await Promise.all(Array.from({ length: 500 }, (_, each) => stream.append(record(sent + each + 1))));
    let [after, seen] = [0, 0];
    while (after < 500) {
      const { records, through } = await stream.read(after, { maxRecords: 100, maxBytes: MIB });
      [after, seen] = [through, seen + records.length];
    }
    expect(seen).toBe(500);
    await stream.close();
    open.splice(0);
  });

  test('a stream that ends before what was processed is an older copy: refused in words', async () => {
    await (await openStream()).append(record(1));
    await expect(openStream({ notBefore: 5 })).rejects.toThrow(JetStreamConditionError);
    await expect(openStream({ notBefore: 5 })).rejects.toThrow('ends at offset 1');
  });

  test('more replicas than there are servers are refused in words', async () => {
    await expect(openStream({ replicas: 3 })).rejects.toThrow('with 3 replicas (streamReplicas)');
  });
});

test('what is less than it has to be for production is warned of', () => {
  expect(warningsOf('2.12.3', 3, 2 * MIB)).toEqual([]);
  expect(warningsOf('2.13.0-beta', 5, 2 * MIB)).toEqual([]);
  expect(warningsOf('2.12.2', 3, 2 * MIB)).toHaveLength(1);
  expect(warningsOf('2.9.10', 1, MIB)).toHaveLength(3);
  expect(warningsOf('', 3, 2 * MIB)).toHaveLength(1);
});

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + 20_000;
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
