import { expect, test } from 'vitest';
import type { ConstantValues } from './constants.ts';
import {
  constant,
  least,
  log10,
  minus,
  named,
  number,
  over,
  plus,
  powerOfTwo,
  readable,
  root,
  roundedUp,
  times,
} from './quantity.ts';

const a = named('a', 6);
const b = named('b', 2);
const c = named('c', 4);

test('a quantity says how it was calculated, with names and with numbers', () => {
  const { value, names, numbers } = over(times(a, plus(b, c)), number(1000));
  expect([value, names, numbers]).toEqual([0.036, 'a × (b + c) / 1,000', '6 × (2 + 4) / 1,000']);
});

test('brackets stand wherever leaving them out would change the result', () => {
  expect(over(a, times(b, c)).names).toBe('a / (b × c)');
  expect(over(a, over(b, c)).names).toBe('a / (b / c)');
  expect(minus(a, plus(b, c)).names).toBe('a − (b + c)');
  expect(minus(a, minus(b, c)).value).toBe(8);
  expect(times(plus(a, b), c).names).toBe('(a + b) × c');
  expect(plus(times(a, b), c).names).toBe('a × b + c');
});

test('functions are written as functions', () => {
  expect(least(a, b)).toMatchObject({ value: 2, numbers: 'least(6, 2)' });
  expect(root(c)).toMatchObject({ value: 2, names: '√(c)' });
  expect(log10(number(1000)).value).toBe(3);
  expect(roundedUp(over(a, c))).toMatchObject({ value: 2, names: 'rounded up (a / c)' });
  expect(powerOfTwo(number(5)).value).toBe(8);
  expect(powerOfTwo(number(8)).value).toBe(8);
});

test('a quantity knows the constants that are in it, once each', () => {
  const values = { httpUs: 200, tcpUs: 100 } as ConstantValues;
  const http = constant('httpUs', values);
  const sum = plus(http, times(http, constant('tcpUs', values)));
  expect(sum.constants).toEqual(['httpUs', 'tcpUs']);
  expect(sum.value).toBe(20_200);
});

test('numbers are shown with four digits that matter', () => {
  expect([1_000_000, 277.777, 0.0123456, 27.7777, 0].map(readable)).toEqual([
    '1,000,000',
    '277.8',
    '0.01235',
    '27.78',
    '0',
  ]);
});
