/** The golden vectors of the path rules are a document of the product; code of it is not used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalPath } from './normal-path.ts';

interface Vector {
  raw: string;
  normalised: string;
  platform?: string;
  homes?: string[];
}

const file = join(import.meta.dirname, '../../proto/golden/path-rules.json');
const vectors = (JSON.parse(readFileSync(file, 'utf8')) as Vector[]).filter(({ platform }) => !platform);

test('a second writing of the path rules agrees with every POSIX vector', () => {
  expect(vectors.length).toBeGreaterThan(50);
  expect(vectors.map(({ raw, homes }) => normalPath(raw, homes ?? []))).toEqual(
    vectors.map(({ normalised }) => normalised),
  );
});
