/** Where paths lead below another root than the agent's; links-out.test.ts follows links of its own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followLinks } from './real-path.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'root-')));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
  symlinkSync('/usr', join(root, 'absolute'));
  symlinkSync('../../../../../../../../etc', join(root, 'usr/up'));
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['/bin/tool', '/usr/bin/tool'],
  ['/absolute/bin', '/usr/bin'],
  ['/usr/up/passwd', '/etc/passwd'],
  ['/../../bin', '/usr/bin'],
])('%s of a process with another root is %s there, and nothing leads out of it', (path, real) => {
  const asked: string[] = [];
  const mayLook = (at: string): boolean => {
    asked.push(at);
    return true;
  };
  expect(followLinks(path, mayLook, root)).toBe(real);
  expect(asked.filter((at) => at.startsWith(root))).toEqual([]);
});
