/** When it asks, whom, and what it says when it is not answered; see test/sessions for a logind that is a real one. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.ts';
import { writeReply } from './fixtures/bus-bytes.ts';
import { type DescribedSession, logindProperties } from './fixtures/logind-properties.ts';
import { type AskedCall, ScriptedBus } from './fixtures/scripted-bus.ts';
import { LogindSessions } from './logind-sessions.linux.ts';
import { NOBODY, NOT_KNOWN } from './session-presence.ts';
import { openSessionSource } from './session-source.ts';

const ASK_EVERY_MS = 15_000;
let bus: ScriptedBus;
let clock: FakeClock;
let source: LogindSessions;
let described: Record<string, DescribedSession>;
let folders: { sessionsFolder: string; seatsFolder: string; terminalsFolder: string };

beforeEach(async () => {
  bus = new ScriptedBus();
  await bus.listen();
  clock = new FakeClock();
  const [sessionsFolder, seatsFolder, terminalsFolder] = ['sessions', 'seats', 'pts'].map((name) =>
    join(bus.folder, name),
  ) as [string, string, string];
  folders = { sessionsFolder, seatsFolder, terminalsFolder };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  writeFileSync(join(seatsFolder, 'seat0'), '');
  described = {};
  bus.onCall = answer;
  source = new LogindSessions(clock, { busSocket: bus.path, ...folders });
});
afterEach(async () => {
  source.close();
  await bus.close();
});

function answer({ path, serial, socket }: AskedCall): void {
  const id = path.slice('/org/freedesktop/login1/session/'.length).replace(/^_3(\d)/, '$1');
  const session = described[id];
  socket.write(
    session
      ? writeReply({ serial, signature: 'a{sv}', values: [logindProperties(session)] })
      : writeReply({ serial, error: 'org.freedesktop.DBus.Error.UnknownObject' }),
  );
}

/** As logind does, which changes the folder's time. */
function keep(sessions: Record<string, DescribedSession>): void {
  described = sessions;
  rmSync(folders.sessionsFolder, { recursive: true });
  mkdirSync(folders.sessionsFolder);
  for (const id of Object.keys(sessions)) writeFileSync(join(folders.sessionsFolder, id), '');
  utimesSync(folders.sessionsFolder, 0, clock.ms / 1000);
}

/** What is known when the round that this begins has ended. */
async function nextAnswer() {
  clock.ms += ASK_EVERY_MS;
  source.look();
  await expect.poll(() => source.isAsking, { timeout: 15_000 }).toBe(false);
  return source.look();
}

describe('without a session', () => {
  test('there is nobody, at once, and the bus is left alone', async () => {
    expect(source.look()).toEqual(NOBODY);
    expect(await nextAnswer()).toEqual(NOBODY);
    expect(bus.connections).toBe(0);
  });

  test('files that are no sessions are none', () => {
    writeFileSync(join(folders.sessionsFolder, '4.ref'), '');
    writeFileSync(join(folders.sessionsFolder, '.#4abc'), '');
    expect(source.look()).toEqual(NOBODY);
  });

  test('where logind has never run it is not known', () => {
    rmSync(join(folders.seatsFolder, 'seat0'));
    expect(source.look()).toEqual(NOT_KNOWN);
    rmSync(folders.sessionsFolder, { recursive: true });
    clock.ms += ASK_EVERY_MS;
    expect(source.look()).toEqual(NOT_KNOWN);
  });
});

test('a look never waits: the answer is there at a later one', async () => {
  keep({ 1: {} });
  expect(source.look()).toEqual(NOT_KNOWN);
  await expect.poll(() => source.look()).toEqual({ interactive: true, lockedUids: new Set() });
});

test('it is asked at most every so often, over one connection, by the paths that logind has', async () => {
  keep({ 12: {}, c3: { uid: 1001, locked: true } });
  expect(await nextAnswer()).toEqual({ interactive: true, lockedUids: new Set([1001]) });
  for (let looks = 0; looks < 20; looks++) source.look();
  clock.ms += ASK_EVERY_MS - 1;
  source.look();
  expect(bus.asked).toEqual(['12', 'c3'].map(objectPath));
  await nextAnswer();
  expect(bus.asked).toHaveLength(4);
  expect(bus.connections).toBe(1);
});

const objectPath = (id: string) => `/org/freedesktop/login1/session/${id.replace(/^\d/, '_3$&')}`;

test('what changes is known at the next answer', async () => {
  keep({ 1: {} });
  expect((await nextAnswer()).interactive).toBe(true);
  described = { 1: { locked: true } };
  expect(await nextAnswer()).toEqual({ interactive: false, lockedUids: new Set([1000]) });
  keep({});
  expect(await nextAnswer()).toEqual(NOBODY);
});

test('an answer that nobody has renewed for long is none', async () => {
  keep({ 1: {} });
  expect((await nextAnswer()).interactive).toBe(true);
  clock.ms += 60_001;
  expect(source.look()).toEqual(NOT_KNOWN);
});

test('sessions of greeters and jobs are not asked again before the folder changes', async () => {
  keep({ 1: { class: 'greeter' }, 2: { class: 'background' } });
  expect(await nextAnswer()).toEqual(NOBODY);
  expect(await nextAnswer()).toEqual(NOBODY);
  expect(bus.asked).toHaveLength(2);
  keep({ 1: { class: 'greeter' }, 3: {} });
  expect((await nextAnswer()).interactive).toBe(true);
  expect(bus.asked).toHaveLength(4);
});

test('a session that has ended since the folder was read is left out', async () => {
  keep({ 1: { locked: true }, 2: {} });
  delete described[2];
  expect(await nextAnswer()).toEqual({ interactive: false, lockedUids: new Set([1000]) });
});

test('a desktop without idleness is present again when it was seen to be unlocked', async () => {
  keep({ 1: {} });
  clock.ms += 5 * 3_600_000;
  expect((await nextAnswer()).interactive).toBe(undefined);
  described = { 1: { locked: true } };
  expect((await nextAnswer()).interactive).toBe(false);
  described = { 1: {} };
  expect((await nextAnswer()).interactive).toBe(true);
  expect((await nextAnswer()).interactive).toBe(true);
});

test('a session over SSH is present while its user types at some terminal', async () => {
  keep({ 5: { type: 'tty', uid: process.getuid?.() ?? 0 } });
  expect((await nextAnswer()).interactive).toBe(false);
  const terminal = join(folders.terminalsFolder, '0');
  writeFileSync(terminal, '');
  utimesSync(terminal, clock.now().wallMs / 1000, 0);
  expect((await nextAnswer()).interactive).toBe(true);
  clock.ms += 5 * 60_000;
  expect((await nextAnswer()).interactive).toBe(false);
});

describe('not known is', () => {
  beforeEach(async () => {
    keep({ 1: {} });
    expect((await nextAnswer()).interactive).toBe(true);
  });

  test.each<[string, (call: AskedCall) => void]>([
    [
      'a logind that is not running',
      ({ serial, socket }) => {
        socket.write(writeReply({ serial, error: 'org.freedesktop.DBus.Error.ServiceUnknown' }));
      },
    ],
    ['a bus that hangs up', ({ socket }) => socket.destroy()],
    ['rubbish', ({ socket }) => socket.write('rubbish, and more than sixteen bytes of it')],
    [
      'an answer of another type',
      ({ serial, socket }) => {
        socket.write(writeReply({ serial, signature: 's', values: ['yes'] }));
      },
    ],
    [
      'a list of something else',
      ({ serial, socket }) => {
        socket.write(writeReply({ serial, signature: 'au', values: [[1, 2]] }));
      },
    ],
    [
      'a session of which nothing is said',
      ({ serial, socket }) => {
        socket.write(writeReply({ serial, signature: 'a{sv}', values: [[]] }));
      },
    ],
  ])('%s, and what comes later is asked anew', async (_, misanswer) => {
    bus.onCall = misanswer;
    expect(await nextAnswer()).toEqual(NOT_KNOWN);
    bus.onCall = answer;
    expect((await nextAnswer()).interactive).toBe(true);
    expect(bus.connections).toBe(2);
  });

  test('more sessions than can be asked', async () => {
    keep(Object.fromEntries(Array.from({ length: 300 }, (_, id) => [`c${id}`, {}])));
    expect(await nextAnswer()).toEqual(NOT_KNOWN);
    expect(bus.asked).toHaveLength(1);
  });

  test('a bus that never answers', async () => {
    bus.onCall = () => undefined;
    source.close();
    source = new LogindSessions(clock, { busSocket: bus.path, ...folders, answerWithinMs: 100 });
    expect(await nextAnswer()).toEqual(NOT_KNOWN);
    expect(bus.asked).toHaveLength(2);
    bus.onCall = answer;
    expect((await nextAnswer()).interactive).toBe(true);
  });

  test('everything after it was closed', async () => {
    source.close();
    expect(await nextAnswer()).toEqual(NOT_KNOWN);
    expect(bus.asked).toHaveLength(1);
  });
});

test('where the agent does not ask yet it is never known', () => {
  for (const platform of ['darwin', 'win32'] as const) {
    const elsewhere = openSessionSource(clock, platform);
    expect(elsewhere.look()).toEqual(NOT_KNOWN);
    elsewhere.close();
  }
});
