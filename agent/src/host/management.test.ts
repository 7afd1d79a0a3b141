import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readManagement } from './management.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-management-'));
afterAll(() => rmSync(folder, { recursive: true }));
function read(content: string | undefined) {
  const file = join(folder, 'management.json');
  if (content !== undefined) writeFileSync(file, content);
  return readManagement(content === undefined ? join(folder, 'absent.json') : file);
}
const nothing = { managementId: '', groupTag: '' };

test('what management says, as far as it says anything', () => {
  expect(read('{"managementId":"C02","groupTag":"finance","of a later version":1}')).toEqual({
    managementId: 'C02',
    groupTag: 'finance',
  });
  expect(read('{"groupTag":"x"}')).toEqual({ managementId: '', groupTag: 'x' });
  expect(read(undefined)).toEqual(nothing);
});

test.each([
  '',
  'no JSON',
  '[]x',
  'null',
  '{"groupTag":7}',
  `{"groupTag":"${'x'.repeat(65)}"}`,
  ' '.repeat(70_000),
])('what is not understood says nothing and why', (content) => {
  expect(read(content)).toMatchObject({ ...nothing, fault: expect.stringMatching(/./) });
});
