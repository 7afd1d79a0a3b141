import { expect, test } from 'vitest';
import { Rest } from './rest.ts';

const HOUR_MS = 3_600_000;

test('a rest ends by itself, or when woken', async () => {
  const rest = new Rest();
  await rest.for(1);
  const long = rest.for(HOUR_MS);
  rest.wake();
  await long;
});

test('who is woken while at work does not rest, once', async () => {
  const rest = new Rest();
  rest.wake();
  rest.wake();
  await rest.for();
  let rested = false;
  const next = rest.for(5).then(() => {
    rested = true;
  });
  await Promise.resolve();
  expect(rested).toBe(false);
  await next;
});
