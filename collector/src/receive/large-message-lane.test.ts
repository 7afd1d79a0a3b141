import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LARGE_BYTES, LargeMessageLane } from './large-message-lane.ts';

test('large messages keep their order and go on one in each turn of the loop; small ones wait for none of them', async () => {
  const lane = new LargeMessageLane();
  const order: string[] = [];
  const message = async (name: string, bytes: number): Promise<void> => {
    await lane.turn(bytes);
    order.push(name);
  };
  const all = ['a', 'b', 'c'].map((name) => message(name, LARGE_BYTES));
  const loop = (async () => {
    for (let turn = 1; turn <= 3; turn++) {
      await nextTurn();
      await message(`small ${turn}`, LARGE_BYTES - 1);
    }
  })();
  await Promise.all([...all, loop]);
  expect(order.filter((name) => !name.startsWith('small'))).toEqual(['a', 'b', 'c']);
  expect(order.indexOf('small 1')).toBeLessThan(order.indexOf('b'));
  expect(order.indexOf('small 2')).toBeLessThan(order.indexOf('c'));
});
