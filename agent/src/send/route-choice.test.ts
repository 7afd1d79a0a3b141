import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Route, RouteChoice } from './route-choice.ts';

const HOUR_MS = 3_600_000;
const route = (url: string): Route => ({ url, authorities: [], moved: false, mayJoin: true });
const ABC = ['a', 'b', 'c'].map(route);

let choice: RouteChoice;
let nowMs: number;
beforeEach(() => {
  choice = new RouteChoice();
  nowMs = 1e6;
});

/** One request: where it went. `dead` are addresses at which nobody answers. */
function request(dead: string, routes = ABC): string {
  const { url } = choice.choose(routes, nowMs);
  if (dead.includes(url)) choice.failed(nowMs);
  else choice.answered();
  return url;
}
const requests = (count: number, dead: string, routes = ABC) =>
  Array.from({ length: count }, () => request(dead, routes)).join('');

describe('which address is next', () => {
  test('the best, as long as it answers', () => {
    expect(requests(4, '')).toBe('aaaa');
  });

  test('the next one after each failure, and it stays with the one that works', () => {
    expect(requests(6, 'ab')).toBe('abcccc');
  });

  test('when nobody answers, one after the other, again and again', () => {
    expect(requests(7, 'abc')).toBe('abcabca');
  });

  test('an hour later the better ones get one try each, in turn, and the one that works goes on', () => {
    requests(3, 'ab');
    const seen: string[] = [];
    for (let hour = 0; hour < 4; hour++) {
      expect(requests(3, 'ab')).toBe('ccc');
      nowMs += HOUR_MS;
      seen.push(requests(3, 'ab'));
    }
    expect(seen).toEqual(['acc', 'bcc', 'acc', 'bcc']);
  });

  test('after a better one failed the one that works is next, also when the wait until then was longer than an hour', () => {
    requests(2, 'a');
    let seen = '';
    for (let day = 0; day < 6; day++) {
      nowMs += 24 * HOUR_MS;
      seen += request('a');
    }
    expect(seen).toBe('ababab');
  });

  test('not a moment before the hour, and a better one that answers is kept', () => {
    requests(2, 'a');
    nowMs += HOUR_MS - 1;
    expect(requests(2, '')).toBe('bb');
    nowMs += 1;
    expect(requests(3, '')).toBe('aaa');
  });

  test('one that stops working is left for the next one, not for the best', () => {
    requests(2, 'a');
    expect(requests(3, 'b')).toBe('bcc');
  });

  test('other addresses than before begin with the best of them', () => {
    requests(3, 'ab');
    expect(requests(2, '', [route('new'), ...ABC])).toBe('newnew');
  });

  test('whatever happens, an address that works is found within as many requests as there are addresses', () => {
    const step = fc.record({ dead: fc.subarray([...'abcd']), requests: fc.nat(9), ms: fc.nat(2 * HOUR_MS) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(...'abcd'), (steps, alive) => {
        const routes = [...'abcd'].map(route);
        choice = new RouteChoice();
        for (const each of steps) {
          requests(each.requests, each.dead.join(''), routes);
          nowMs += each.ms;
        }
        const others = [...'abcd'].filter((each) => each !== alive).join('');
        expect(requests(5, others, routes)).toContain(alive);
      }),
    );
  });
});
