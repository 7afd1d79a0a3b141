/** What a backup is made of: written, read back, cut short, damaged, and tried to be led astray. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BackedUpFile, manifestText, newManifest, readManifest } from './backup-manifest.ts';
import { openSink } from './backup-sink.ts';
import { faultsOf, openSource } from './backup-source.ts';
import { Pace } from './paced-bytes.ts';
import { restoreBackup } from './restore-backup.ts';
import { readTarHeader, TAR_BLOCK, tarHeader } from './tar-format.ts';

const UNLIMITED = new Pace(Number.POSITIVE_INFINITY);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `engine/db/store/${'a'.repeat(90)}/${'b'.repeat(60)}/columns.txt`;
const CONTENTS: Record<string, Buffer> = {
  'collector/notice-key.pem': Buffer.from('key'),
  'engine/db/store/part/data.bin': Buffer.alloc(3 * 1024 * 1024 + 17, 7),
  [LONG]: Buffer.alloc(512, 1),
  'config/collector.json': Buffer.alloc(0),
};

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function written(target: string, contents = CONTENTS): Promise<BackedUpFile[]> {
  const sink = await openSink(target, 0);
  const files: BackedUpFile[] = [];
  for (const [path, bytes] of Object.entries(contents))
    files.push(await sink.add(path, bytes.length, once(bytes)));
  await sink.finish(manifestText(newManifest(about(files))));
  return files;
}

const about = (files: BackedUpFile[]) => ({
  ...{ collector: '0.1.0', collectorId: '00', takenAt: 1, running: false, checkpoint: 0 },
  ...{ tables: 'embedded' as const, outside: [], files },
});

for (const target of ['backup', 'backup.tar'])
  describe(target, () => {
    test('what was written is read back, and is whole', async () => {
      await written(join(folder, target));
      const source = await openSource(join(folder, target));
      expect(await faultsOf(source, UNLIMITED)).toEqual([]);
      for (const [path, bytes] of Object.entries(CONTENTS)) {
        const pieces = await Array.fromAsync(source.content(path, UNLIMITED).pieces);
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      }
      expect(readdirSync(folder)).toEqual([target]);
    });

    test('a backup that was not finished is none, under its own name or another', async () => {
      const sink = await openSink(join(folder, target), 0);
      await sink.add('collector/a', 1, once(Buffer.from('a')));
      await expect(openSource(join(folder, target))).rejects.toThrow(/never finished; only .*\.partial/);
      await expect(openSource(join(folder, `${target}.partial`))).rejects.toThrow(/no manifest.json/);
      // Of the one that was killed nothing is in the way of the next.
      await written(join(folder, target));
      await expect(openSink(join(folder, target), 0)).rejects.toThrow(/exists/);
      await sink.abandon();
    });

    test('abandoning leaves nothing', async () => {
      const sink = await openSink(join(folder, target), 0);
      await sink.add('collector/a', 1, once(Buffer.from('a')));
      await sink.abandon();
      expect(readdirSync(folder)).toEqual([]);
    });

    test('a file that grows while it is read is no part of a backup', async () => {
      const sink = await openSink(join(folder, target), 0);
      await expect(sink.add('collector/a', 1, once(Buffer.from('ab')))).rejects.toThrow(
        /something else writes/,
      );
      await sink.abandon();
    });
  });

test('other programs can read the archive', async () => {
  await written(join(folder, 'backup.tar'));
  const names = execFileSync('tar', ['-tf', join(folder, 'backup.tar')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(names).toEqual([...Object.keys(CONTENTS), 'manifest.json']);
  execFileSync('tar', ['-xf', join(folder, 'backup.tar'), '-C', folder]);
  expect(readFileSync(join(folder, LONG)).equals(CONTENTS[LONG] as Buffer)).toBe(true);
});

test('every bit of a header counts, and files beyond 8 GiB have room', () => {
  for (const bytes of [0, 8 ** 11 - 1, 8 ** 11, 2 ** 50]) {
    const header = tarHeader({ path: LONG, bytes }, 1_700_000_000);
    expect(readTarHeader(header)).toEqual({ path: LONG, bytes });
  }
  const header = tarHeader({ path: 'collector/a', bytes: 5 }, 0);
  for (let at = 0; at < TAR_BLOCK; at++) {
    const damaged = Buffer.from(header);
    damaged[at] = (damaged[at] as number) ^ 1;
    // The field of the checksum ends in two bytes that nobody reads.
    if (at < 154 || at > 155) expect(() => readTarHeader(damaged), String(at)).toThrow(RangeError);
  }
  expect(() => tarHeader({ path: 'x'.repeat(101), bytes: 0 }, 0)).toThrow(RangeError);
});

test('any one byte of a backup that is not what it was is found', async () => {
  await written(join(folder, 'backup.tar'));
  const whole = readFileSync(join(folder, 'backup.tar'));
  let tried = 0;
  for (let at = 0; at < whole.length; at += 40_009) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] as number) ^ 0x10;
    writeFileSync(join(folder, 'damaged.tar'), damaged);
    const faults = await openSource(join(folder, 'damaged.tar')).then(
      (source) => faultsOf(source, UNLIMITED),
      (error: Error) => [error.message],
    );
    expect(faults, `byte ${at}`).not.toEqual([]);
    tried++;
  }
  for (const length of [0, 100, 600, 2_000_000, whole.length - 3 * TAR_BLOCK]) {
    writeFileSync(join(folder, 'damaged.tar'), whole);
    truncateSync(join(folder, 'damaged.tar'), length);
    await expect(openSource(join(folder, 'damaged.tar')), `cut at ${length}`).rejects.toThrow(/damaged\.tar/);
  }
  console.log(`${tried} flipped bytes and 5 cuts found`);
});

test('a folder tells what is missing, changed and not its own', async () => {
  const target = join(folder, 'backup');
  await written(target);
  rmSync(join(target, 'collector/notice-key.pem'));
  writeFileSync(join(target, LONG), Buffer.alloc(512, 2));
  writeFileSync(join(target, 'collector/more'), '');
  const faults = await faultsOf(await openSource(target), UNLIMITED);
  expect(faults).toEqual([
    'collector/notice-key.pem: is missing',
    `${LONG}: is not what it was`,
    'collector/more: not in the manifest',
  ]);
});

test('a manifest that was changed, is of a later version or points elsewhere is refused', () => {
  const file = { path: 'collector/a', bytes: 1, sha256: createHash('sha256').update('a').digest('hex') };
  const text = manifestText(newManifest(about([file])));
  expect(readManifest(text).files).toEqual([file]);
  expect(() => readManifest(text.replace('"bytes": 1', '"bytes": 2'))).toThrow(/changed or is damaged/);
  expect(() => readManifest('{}')).toThrow(/no backup/);
  expect(() => readManifest('{')).toThrow(/not JSON/);
  expect(() => readManifest(manifestText({ ...newManifest(about([])), version: 2 }))).toThrow(
    /reads up to 1/,
  );
  for (const path of [
    '../a',
    'collector/../../a',
    '/etc/passwd',
    'collector//a',
    'other/a',
    'collector/a\\b',
    'collector/a\nb',
  ])
    expect(() => readManifest(manifestText(newManifest(about([{ ...file, path }])))), path).toThrow(
      /no place/,
    );
});

test('a damaged backup changes nothing of the folder that it was to replace', async () => {
  const target = join(folder, 'backup');
  await written(target);
  writeFileSync(join(target, LONG), Buffer.alloc(512, 2));
  const dataDir = join(folder, 'data');
  mkdirSync(join(dataDir, 'collector'), { recursive: true });
  writeFileSync(join(dataDir, 'collector/precious'), 'as it was');
  const options = {
    config: { dataDir, collectorDir: join(dataDir, 'collector'), engineDir: join(dataDir, 'engine') },
    ...{ source: target, now: () => 0, bytesPerSecond: Number.POSITIVE_INFINITY, onProgress: () => {} },
  };
  await expect(restoreBackup({ ...options, replace: false })).rejects.toThrow(
    /not empty \(collector\); --replace/,
  );
  await expect(restoreBackup({ ...options, replace: true })).rejects.toThrow(
    /columns\.txt of the backup is damaged/,
  );
  expect(readFileSync(join(dataDir, 'collector/precious'), 'utf8')).toBe('as it was');
  expect(readdirSync(dataDir)).toEqual(['collector']);
});

test('reading keeps to its pace', async () => {
  writeFileSync(join(folder, 'large'), Buffer.alloc(4 * 1024 * 1024));
  await written(join(folder, 'backup'), { 'collector/large': readFileSync(join(folder, 'large')) });
  const source = await openSource(join(folder, 'backup'));
  const began = performance.now();
  expect(await faultsOf(source, new Pace(8 * 1024 * 1024))).toEqual([]);
  expect(performance.now() - began).toBeGreaterThan(450);
  expect(existsSync(join(folder, 'backup'))).toBe(true);
  expect(statSync(join(folder, 'backup/manifest.json')).mode & 0o077).toBe(0);
});
