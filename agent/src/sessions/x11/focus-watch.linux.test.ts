/** When displays are asked, and what is said when they do not answer; test/sessions asks real ones. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../clock/fake-clock.ts';
import { textOfLink } from '../../watch/real-path.ts';
import { ScriptedXServer } from '../fixtures/scripted-x-server.ts';
import type { Desktop } from './focus.ts';
import { FocusWatch } from './focus-watch.linux.ts';

const LOOK_MS = 5_000;
const PAUSE_MS = 30_000;
/** For the extension; where the focus is, to tell when it leaves, whose that is, and whether it is there still. */
const QUESTIONS_AT_FIRST = 1 + 4;
const uid = process.geteuid?.() ?? 0;
const desktop: Desktop = {
  ...{ uid, type: 'x11', display: ':0', isOnConsole: true, isActive: true, isLocked: false },
};
let server: ScriptedXServer;
let clock: FakeClock;
let watch: FocusWatch;

beforeEach(async () => {
  server = new ScriptedXServer();
  await server.listen();
  clock = new FakeClock();
  watch = new FocusWatch(clock, {
    ...{ socketsFolder: join(server.folder, 'sockets'), answerWithinMs: 300, pauseMs: PAUSE_MS },
  });
});
afterEach(async () => {
  watch.close();
  await server.close();
});

/** What a look finds that comes after the questions of the one before were answered. */
async function looked(desktops: readonly Desktop[] | 'not known' = [desktop]) {
  clock.ms += LOOK_MS;
  const focus = watch.look(desktops === 'not known' ? undefined : desktops);
  await expect.poll(() => watch.isAsking, { timeout: 15_000 }).toBe(false);
  expect(focus.focused.every((each) => each.uid === uid)).toBe(true);
  return { pids: focus.focused.map(({ pid }) => pid), isWhole: focus.isWhole };
}

/** Resolves when the agent was told, and has said that it need be told no more. */
async function move(window: number, pid?: number): Promise<void> {
  const asked = server.asked.length;
  server.moveFocus(window, { pid });
  await expect.poll(() => server.asked.length, { timeout: 15_000 }).toBe(asked + 1);
}

test('a look never waits: who was in front at one is known at the next', async () => {
  expect(await looked()).toEqual({ pids: [], isWhole: false });
  await move(0x0060_0009, 7);
  expect(await looked()).toEqual({ pids: [4242], isWhole: true });
  expect(await looked()).toEqual({ pids: [7], isWhole: true });
  expect(server.connections).toBe(1);
  expect(watch.status).toEqual({ displays: 1, answers: 2, failures: 0, why: null });
  const held = readdirSync('/proc/self/fd').map((file) => textOfLink(`/proc/self/fd/${file}`));
  expect(held, 'the socket is let go of').not.toContain(server.path);
});

test('nothing is asked while the server tells of no change, but for once a minute', async () => {
  await looked();
  for (let looks = 0; looks < 11; looks++) expect((await looked()).pids).toEqual([4242]);
  expect([server.asked.length, watch.status.answers]).toEqual([QUESTIONS_AT_FIRST, 1]);
  await looked();
  expect(watch.status.answers).toBe(2);
});

test('without a desktop nobody is in front, and nothing is asked', async () => {
  await looked([]);
  expect(await looked([])).toEqual({ pids: [], isWhole: true });
  await looked([{ ...desktop, isLocked: true }]);
  expect(await looked([])).toEqual({ pids: [], isWhole: true });
  expect(server.connections).toBe(0);
});

test('what is below the pointer may be anybody’s: it is not known, and told when it is somebody’s', async () => {
  await looked();
  await move(1);
  await looked();
  expect(await looked()).toEqual({ pids: [], isWhole: false });
  expect(watch.status).toMatchObject({ failures: 0, why: expect.stringMatching(/below the pointer/) });
  await move(0x0060_0007);
  await looked();
  expect(await looked()).toEqual({ pids: [4242], isWhole: true });
  expect(watch.status.why).toBe(null);
});

test('a display that no session names is a desktop that nobody asks, and said', async () => {
  const terminal = { ...desktop, type: 'tty', display: '', isOnConsole: false };
  await looked([terminal]);
  expect(await looked([terminal])).toEqual({ pids: [], isWhole: false });
  expect(watch.status.why).toBe('display :0 is one that no session names');
  expect(server.connections).toBe(0);
  const other = [desktop, { ...desktop, display: ':9' }];
  await looked(other);
  expect((await looked(other)).pids).toEqual([4242]);
});

test('where the sessions are not known it is not known, and said why', async () => {
  await looked();
  await looked();
  clock.ms += LOOK_MS;
  watch.look(undefined);
  expect(await looked('not known')).toEqual({ pids: [], isWhole: false });
  expect(watch.status.why).toBe('the sessions are not known');
});

test('beside a desktop that cannot be asked the others still say who is in front', async () => {
  const both = [desktop, { ...desktop, type: 'wayland', display: '' }];
  await looked(both);
  expect(await looked(both)).toEqual({ pids: [4242], isWhole: false });
  expect(watch.status.why).toMatch(/wayland/);
});

test('a server that is silent is given up, tried again after a while and then after a longer one', async () => {
  server.onAsked = () => undefined;
  await looked();
  expect(await looked()).toEqual({ pids: [], isWhole: false });
  expect(watch.status).toMatchObject({
    failures: 1,
    why: 'display :0: a server that does not answer in time',
  });
  const connectionsAfter = async (ms: number) => {
    clock.ms += ms - LOOK_MS;
    await looked();
    return server.connections;
  };
  expect(server.connections).toBe(1);
  expect(await connectionsAfter(PAUSE_MS)).toBe(2);
  expect(await connectionsAfter(PAUSE_MS)).toBe(2);
  server.onAsked = (asked) => asked.socket.write(server.answerTo(asked));
  expect(await connectionsAfter(PAUSE_MS)).toBe(3);
  expect(await looked()).toEqual({ pids: [4242], isWhole: true });
  expect(watch.status).toMatchObject({ failures: 2, why: null });
});

test('a server that hung up is asked over a new connection', async () => {
  await looked();
  server.hangUp();
  await expect.poll(() => watch.status.displays).toBe(0);
  await looked();
  expect(await looked()).toEqual({ pids: [4242], isWhole: true });
  expect(server.connections).toBe(2);
});

test('the connection is closed when the session has ended, and when nobody asks any more', async () => {
  await looked();
  expect(watch.status.displays).toBe(1);
  await looked([]);
  expect(watch.status.displays).toBe(0);
  watch.close();
  expect(watch.look([desktop]).isWhole).toBe(false);
});

test('an answer of long ago is none, unless it is looked as seldom as that', async () => {
  await looked();
  await looked();
  await move(0x0060_0009);
  let answer = (): void => undefined;
  server.onAsked = (asked) => {
    answer = () => asked.socket.write(server.answerTo(asked));
  };
  clock.ms += LOOK_MS;
  expect(watch.look([desktop]).isWhole).toBe(true);
  for (let looks = 0; looks < 5; looks++) {
    clock.ms += LOOK_MS;
    watch.look([desktop]);
  }
  expect(watch.look([desktop]).isWhole).toBe(false);
  expect(watch.status.why).toBe('a display does not answer');
  server.onAsked = (asked) => asked.socket.write(server.answerTo(asked));
  answer();
  await expect.poll(() => watch.isAsking).toBe(false);
  await looked();
  clock.ms += 295_000;
  expect((await looked()).isWhole).toBe(true);
});
