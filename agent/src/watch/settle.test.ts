import { expect, test } from 'vitest';
import { Settle } from './settle.ts';

test('a path is ready when it was quiet for the whole time', () => {
  const settle = new Settle({ quietMs: 500 });
  settle.note('/a', 0);
  settle.note('/a', 400);
  settle.note('/b', 450);
  expect(settle.nextMs()).toBe(900);
  expect(settle.ready(899)).toEqual([]);
  expect(settle.ready(900)).toEqual(['/a']);
  expect(settle.ready(950)).toEqual(['/b']);
  expect(settle.nextMs()).toBeUndefined();
});

test('no more paths come than were asked for, and the others keep waiting', () => {
  const settle = new Settle({ quietMs: 10 });
  for (const path of ['/a', '/b', '/c']) settle.note(path, 0);
  expect(settle.ready(10, 2)).toEqual(['/a', '/b']);
  expect(settle.ready(10)).toEqual(['/c']);
});

test('a path that never rests is named once', () => {
  const settle = new Settle({ quietMs: 500, restlessMs: 1000 });
  for (let ms = 0; ms <= 3000; ms += 100) settle.note('/busy', ms);
  expect(settle.restless(3000)).toEqual(['/busy']);
  settle.note('/busy', 3100);
  expect(settle.restless(3100)).toEqual([]);
  expect(settle.ready(3600)).toEqual(['/busy']);
});

test('beyond its limit it says that a change is forgotten', () => {
  const settle = new Settle({ mostPaths: 2 });
  expect([settle.note('/a', 0), settle.note('/b', 0), settle.note('/c', 0)]).toEqual([true, true, false]);
  expect(settle.note('/a', 1)).toBe(true);
  expect(settle.size).toBe(2);
});
