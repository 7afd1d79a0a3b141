/** A secret that lets any number of devices join the collector of this data folder, also before its first start. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';

const TOKEN = {
  uses: 10_000_000,
  expiresAt: Date.UTC(2100, 0),
  group: 'default',
  note: 'tests and benchmarks',
};

export function joinSecret(dataDir: string): string {
  const folder = join(dataDir, 'collector');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  try {
    return control.tokens.create(TOKEN, 0).secret;
  } finally {
    control.close();
  }
}
