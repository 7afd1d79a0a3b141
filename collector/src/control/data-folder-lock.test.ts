import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DataFolderLockedError, lockDataFolder } from './data-folder-lock.ts';

const program = fileURLToPath(new URL('./data-folder-lock.ts', import.meta.url));

test('one holder at a time, and kill -9 frees the folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-lock-'));
  const holding = `import { lockDataFolder } from ${JSON.stringify(program)};
    lockDataFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', holding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(() => lockDataFolder(folder)).toThrow(DataFolderLockedError);
  expect(() => lockDataFolder(folder)).toThrow(`(process ${child.pid}) is using ${folder}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderLockedError);
  lock.release();
  lockDataFolder(folder).release();
  rmSync(folder, { recursive: true });
});
