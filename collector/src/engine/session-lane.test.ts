import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-pace.ts';
import { SessionLane } from './session-lane.ts';

const never = () => new Promise<void>(() => undefined);
const patient = new AbortController().signal;

test('a lane gives each thing to one at a time, in the order of asking', async () => {
  const lane = new SessionLane('test', ['only'], 10, 1_000);
  const order: number[] = [];
  let running = 0;
  await Promise.all(
    [1, 2, 3].map((n) =>
      lane.use(patient, async () => {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        order.push(n);
        running -= 1;
      }),
    ),
  );
  expect(order).toEqual([1, 2, 3]);
  expect(lane.busy).toBe(0);
});

test('the queue is bounded in length and in time, and a failing user gives back what it had', async () => {
  const lane = new SessionLane('test', ['only'], 1, 20);
  await expect(lane.use(patient, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  void lane.use(patient, never);
  const waits = lane.use(patient, never);
  await expect(lane.use(patient, never)).rejects.toMatchObject({
    code: 202,
    status: 503,
    retryAfterSeconds: 5,
  });
  await expect(waits).rejects.toMatchObject({ code: 202 });
  expect(lane.queued).toBe(0);
});

test('who leaves the queue does not get a turn, and a closed lane refuses all', async () => {
  const lane = new SessionLane('test', ['only'], 5, 1_000);
  let free: () => void = () => undefined;
  const holds = lane.use(patient, () => new Promise<void>((resolve) => (free = resolve)));
  const leaving = new AbortController();
  const left = lane.use(leaving.signal, never);
  const stays = lane.use(patient, async () => 'served');
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  free();
  await holds;
  expect(await stays).toBe('served');
  lane.close();
  await expect(lane.use(patient, never)).rejects.toMatchObject({ codeName: 'ABORTED' });
});

test('restarts pause longer and longer until the process stays up', () => {
  const pace = { failures: 0 };
  const pauses = Array.from({ length: 8 }, () => restartDelayMs(pace, 0));
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  expect(restartDelayMs(Object.assign(pace, { upSince: 0 }), 59_000)).toBe(10_000);
  expect(restartDelayMs(Object.assign(pace, { upSince: 0 }), 61_000)).toBe(250);
});
