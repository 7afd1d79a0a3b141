import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export const writerUser = 'fleetmeter_writer';
export const writerSecretFile = 'writer-secret';

const secretShape = /^[A-Za-z0-9_-]{43}$/;

/**
 * The writer's secret of a data folder: 32 random bytes as base64url in a file only its owner may read.
 * Made by whoever asks first, engine or collector; when both ask at once, one `link` wins and both read it.
 */
export function writerSecret(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, writerSecretFile);
  try {
    return readSecret(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeSync(fd, `${randomBytes(32).toString('base64url')}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readSecret(path);
}

function readSecret(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if ((fstatSync(fd).mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    const secret = readFileSync(fd, 'utf8').trim();
    if (!secretShape.test(secret)) {
      throw new Error(`${path} does not hold a writer secret; delete it and start again to have one made`);
    }
    return secret;
  } finally {
    closeSync(fd);
  }
}

export const personUser = 'fleetmeter_person';

/** Made of the writer's, so that there is one file to keep; from it nobody finds the writer's. */
export const personSecret = (writer: string): string =>
  createHmac('sha256', writer).update(personUser).digest('base64url');

/** Equal or not, in a time that tells nothing: digests have one length whatever was offered. */
export function sameSecret(offered: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(offered), digest(expected));
}
