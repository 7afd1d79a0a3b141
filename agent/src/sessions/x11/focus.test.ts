import { expect, test } from 'vitest';
import { type Desktop, displaysToAsk } from './focus.ts';

const desktop = (more: Partial<Desktop> = {}): Desktop => ({
  ...{ uid: 1000, type: 'x11', display: ':0', isOnConsole: true, isActive: true, isLocked: false },
  ...more,
});

test('displays of X11 that somebody can see are asked, each once for each user', () => {
  const displays = [
    { name: ':0', uid: 1000 },
    { name: ':1', uid: 1000 },
    { name: ':0', uid: 1001 },
  ];
  expect(displaysToAsk([desktop(), desktop({ display: ':1' }), desktop(), desktop({ uid: 1001 })])).toEqual({
    displays,
    why: undefined,
  });
});

test.each([
  ['behind a lock', { isLocked: true }],
  ['on another terminal of the seat', { isActive: false }],
  ['of Wayland and behind a lock', { type: 'wayland', isLocked: true }],
  ['of a terminal over the network', { type: 'tty', display: '', isOnConsole: false }],
])('it is known that nobody is in front in a session %s', (_, more) => {
  expect(displaysToAsk([desktop(more)])).toEqual({ displays: [], why: undefined });
});

test.each([
  ['of Wayland', { type: 'wayland', display: '' }, /wayland/],
  ['of X11 that names no display', { display: '' }, /which display/],
  ['of a text console', { type: 'tty', display: '' }, /text console/],
])(
  'who is in front in a session %s is not known, and other displays are asked all the same',
  (_, more, why) => {
    const { displays, why: said } = displaysToAsk([desktop(more), desktop({ display: ':3' })]);
    expect(displays).toEqual([{ name: ':3', uid: 1000 }]);
    expect(said).toMatch(why);
  },
);

test('more displays than are asked at once are not all known', () => {
  const many = Array.from({ length: 40 }, (_, number) => desktop({ display: `:${number}` }));
  const { displays, why } = displaysToAsk(many);
  expect(displays).toHaveLength(16);
  expect(why).toMatch(/more than 16/);
});
