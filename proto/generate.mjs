/**
 * Regenerates src/generated from the schema, byte for byte reproducibly. With --check it writes nothing and
 * exits 1 when what is checked in differs from what the schema gives.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const here = import.meta.dirname;
const check = process.argv.includes('--check');
const target = join(here, 'src/generated');
const out = check ? mkdtempSync(join(tmpdir(), 'fleetmeter-proto-')) : target;
const cli = join(dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')), 'bin/pbjs');
const schemas = readdirSync(join(here, 'fleetmeter/v1'))
  .sort()
  .map((name) => join(here, 'fleetmeter/v1', name));

mkdirSync(out, { recursive: true });
const options = [
  '-t',
  'static-module',
  '-w',
  'esm',
  '-d',
  '--no-service',
  '--no-verify',
  '--no-delimited',
  '--no-convert',
  '--no-create',
];
execFileSync(process.execPath, [cli, ...options, '-p', here, '-o', join(out, 'wire.js'), ...schemas], {
  cwd: here,
  stdio: 'inherit',
});

if (check) {
  const stale = readdirSync(out).filter(
    (name) => !readFileSync(join(out, name)).equals(readFileSync(join(target, name))),
  );
  rmSync(out, { recursive: true });
  if (stale.length > 0) {
    console.error(`generated code is stale: ${stale.join(', ')}. Run: npm run generate -w proto`);
    process.exit(1);
  }
}
