import { expect, test } from 'vitest';
import { PathIndex } from './path-index.ts';

function add(index: PathIndex, path: string, value: number): void {
  const bytes = Buffer.from(`before${path}behind`);
  index.add(bytes, 'before'.length, bytes.length - 'behind'.length, value);
}

const get = (index: PathIndex, path: string): number | undefined => index.get(Buffer.from(path));

test.each([undefined, 10, 150_000, 9_000_000])(
  'finds every one of 200,000 paths, and none of 200,000 others: %s expected',
  (expected) => {
    const index = new PathIndex();
    if (expected !== undefined) index.expect(expected);
    const path = (number: number) => `/usr/share/folder-${number % 977}/file-${number}`;
    for (let number = 0; number < 200_000; number++) add(index, path(number), number);
    expect(index.size).toBe(200_000);
    let wrong = 0;
    for (let number = 0; number < 200_000; number++) {
      if (get(index, path(number)) !== number) wrong++;
      if (get(index, `${path(number)}x`) !== undefined) wrong++;
    }
    expect(wrong).toBe(0);
  },
);

test('the first owner of a path stays', () => {
  const index = new PathIndex();
  add(index, '/usr/share/doc', 1);
  add(index, '/usr/share/doc', 2);
  expect(get(index, '/usr/share/doc')).toBe(1);
  expect(index.size).toBe(1);
});
