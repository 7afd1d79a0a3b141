/** A display whose server cannot be found in time; focus-watch.linux.test.ts has those that are found and do not answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../clock/fake-clock.ts';
import { ScriptedXServer } from '../fixtures/scripted-x-server.ts';
import { PinnedSocket } from './pinned-socket.linux.ts';
import { WatchedDisplay } from './watched-display.linux.ts';
import { type FindXServer, XServerSearch } from './x-server-search.ts';

let server: ScriptedXServer;
let clock: FakeClock;

beforeEach(async () => {
  server = new ScriptedXServer();
  await server.listen();
  clock = new FakeClock();
});
afterEach(() => server.close());

function watched(find: FindXServer): WatchedDisplay {
  const search = new XServerSearch(find);
  return new WatchedDisplay(
    { name: ':0', uid: 1000 },
    {
      ...{ clock, answerWithinMs: 100, pauseMs: 30_000 },
      find: (display, signal) => search.find(display, signal),
    },
  );
}

test('one whose server is searched for without end is given up in time, and tried again later', async () => {
  let searches = 0;
  const display = watched(() => {
    searches++;
    return new Promise(() => undefined);
  });
  await display.ask();
  expect(display).toMatchObject({
    focused: undefined,
    failures: 1,
    why: 'a server that does not answer in time',
  });
  clock.ms += 29_000;
  await display.ask();
  expect(display.failures).toBe(1);
  clock.ms += 2_000;
  await display.ask();
  expect([display.failures, searches]).toEqual([2, 1]);
}, 5_000);

test('one whose server is found too late is not asked any more, and a server that is silent then holds up nobody', async () => {
  server.onAsked = () => undefined;
  const display = watched(async () => {
    await sleep(200);
    return { socket: PinnedSocket.at(server.path) as PinnedSocket, cookie: undefined };
  });
  await display.ask();
  expect(display.focused).toBe(undefined);
  expect(display.why).toBe('a server that does not answer in time');
  await sleep(300);
  expect([display.isOpen, server.connections]).toEqual([false, 0]);
}, 5_000);
