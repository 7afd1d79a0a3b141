/** Names that must not get out: in arguments, in the environment, in folders of a home. Each is looked for byte by byte. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inPrivateMounts, privateMountsFault } from './fixtures/private-mounts.linux.ts';
import { until } from './fixtures/until.ts';
import { ScriptedCollector } from './send/fixtures/scripted-collector/scripted-collector.ts';

const BIN = new URL('../bin/fleetmeter-agent.mjs', import.meta.url).pathname;
const fault = privateMountsFault();
if (fault) console.warn(`skipped: a home of its own needs private mounts, and there are none here: ${fault}`);

/** Where the home is to the agent: outside of temporary folders, where nobody's home is. */
const HOME = '/mnt/canary-person';

let folder: string;
let home: string;
let collector: ScriptedCollector;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  home = join(folder, 'people/canary-person');
  collector = new ScriptedCollector();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await collector.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function program(path: string, from: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  copyFileSync(from, join(home, path));
  chmodSync(join(home, path), 0o755);
}

/** All bytes of all files below the folder. */
function bytesBelow(path: string): Buffer {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return Buffer.concat(files.map((each) => readFileSync(join(each.parentPath, each.name))));
}

function canariesIn(bytes: Buffer): string[] {
  const found = bytes.toString('latin1').match(/canary-[a-z]+/gi) ?? [];
  return [...new Set(found)].sort();
}

test.skipIf(fault !== undefined)(
  'no name in arguments, environment or folders of a home is in a message or the log, and of the first two none in the store',
  async () => {
    program('src/canary-ran/deploy', '/bin/sh');
    program('src/canary-idle/node_modules/canary-module/cli', '/bin/true');
    program('.local/bin/tool', '/bin/true');
    const passwd = join(folder, 'passwd');
    writeFileSync(passwd, `${readFileSync('/etc/passwd', 'utf8')}canary:x:4242:4242::${HOME}:/bin/sh\n`);
    const url = await collector.listen();
    const flags = [
      ...['--data-dir', join(folder, 'data'), '--roots', dirname(HOME), '--collector-url', url],
      ...['--report-interval-seconds', '1', '--sample-interval-seconds', '0.5', '--settle-ms', '100'],
      ...['--first-scan-delay-seconds', '0', '--hash-cpu-percent', '0', '--hash-gently', 'false'],
      ...['--usage-flush-seconds', '0.5', '--ceiling-file', join(folder, 'none')],
    ];
    const [file = '', ...rest] = inPrivateMounts(
      'mount --bind "$1" /etc/passwd; mount --bind "$2" /mnt; shift; CANARY_NAME=canary-environment "$2" -c "sleep 60; :" canary-argument & shift 2; exec "$@"',
    );
    child = spawn(
      file,
      [
        ...rest,
        passwd,
        dirname(home),
        join(HOME, 'src/canary-ran/deploy'),
        process.execPath,
        BIN,
        'run',
        ...flags,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
        env: { ...process.env, FLEETMETER_LOG_LEVEL: 'trace', CANARY_OTHER: 'canary-inherited' },
      },
    );
    let log = '';
    child.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    const paths = (): string[] =>
      [...collector.evidence.values()].map((each) => decodeEvidence(each).path).sort();
    const sent = ['~/.local/bin/tool', '~/…/deploy'];
    await until(
      'both programs are described and metered',
      () => {
        return (
          sent.every((path) => paths().includes(path)) &&
          collector.usage.size > 0 &&
          collector.inventory.size === 2
        );
      },
      60_000,
    );
    process.kill(-(child.pid as number), 'SIGTERM');
    await new Promise((resolve) => child?.once('exit', resolve));

    expect(canariesIn(Buffer.concat(collector.messages))).toEqual([]);
    // What the test itself names in flags is no finding of the agent's; the log says where its state is.
    expect(canariesIn(Buffer.from(log))).toEqual([]);
    // The raw path of what is listed stays on the device; folders of what is only counted are not even kept there.
    expect(canariesIn(bytesBelow(join(folder, 'data')))).toEqual(['canary-person', 'canary-ran']);
  },
  90_000,
);
