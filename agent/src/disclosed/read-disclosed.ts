/** Everything `disclosed` shows, read from the files that the agent keeps for the users of its device. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DISCLOSURE } from '../delta/disclosure.ts';
import { StateError } from '../store/state-error.ts';
import { keptFor, WHERE_THESE_COME_FROM } from './kept-for.ts';
import { forbiddenByCeiling, NEVER_SENT } from './never-sent.ts';
import { DEVICE_FILE, NAMES_FOLDER, shownFolderOf, USERS_FOLDER } from './shown-folder.ts';
import { type DeviceView, type OwnView, SHOWN_FORMAT } from './shown-views.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_NAME_BYTES = 64;

/** `disclosed --json`; docs/disclosure.md has every key. */
export interface Disclosed {
  device: Omit<DeviceView, 'fields'> & {
    fields: (DeviceView['fields'][number] & { purpose: string; kept: string })[];
  };
  /** The use of whoever asks; null when nothing of it was sent. */
  own: OwnView | null;
  /** Why there is no part of one's own, when that is known. */
  own_missing: string | null;
  kept_note: string;
  never_sent: readonly string[];
  forbidden: string[];
}

export interface DisclosedQuestion {
  dataDir: string;
  uid: number;
  /** First day, YYYY-MM-DD. */
  since: string | undefined;
}

/** Throws StateError when nothing is shown there. */
export function readDisclosed({ dataDir, uid, since = '' }: DisclosedQuestion): Disclosed {
  const folder = shownFolderOf(dataDir);
  const device = readDevice(folder);
  const { own, missing } = readOwn(folder, uid, device);
  return {
    device: {
      ...device,
      messages: device.messages.filter(({ at }) => at.slice(0, 10) >= since),
      days: device.days.filter(({ day }) => day >= since),
      fields: device.fields
        .filter(({ last }) => last.slice(0, 10) >= since)
        .map((each) => ({ ...each, purpose: purposeOf(each.field), kept: keptFor(each.field) })),
    },
    own: own && { ...own, use: own.use.filter(({ day }) => day >= since) },
    own_missing: missing,
    kept_note: WHERE_THESE_COME_FROM,
    never_sent: NEVER_SENT,
    forbidden: forbiddenByCeiling(device.ceiling),
  };
}

function purposeOf(field: string): string {
  const [message = '', name = ''] = field.split('.');
  return DISCLOSURE[message]?.[name] ?? 'Unknown to this version of the agent.';
}

function readDevice(folder: string): DeviceView {
  const path = join(folder, DEVICE_FILE);
  let text: string;
  try {
    text = readBounded(path, MOST_BYTES);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new StateError(
        'absent',
        `no agent has shown anything in ${folder} yet; --data-dir names another folder`,
      );
    throw new StateError(
      'folder-unusable',
      `${path} cannot be read (${code ?? (error as Error).message}): ask an administrator to let users enter the folders above it`,
    );
  }
  return parse<DeviceView>(text, path);
}

function readOwn(
  folder: string,
  uid: number,
  { collects }: DeviceView,
): { own: OwnView | null; missing: string | null } {
  try {
    const name = readBounded(join(folder, NAMES_FOLDER, String(uid)), MOST_NAME_BYTES).trim();
    if (!/^[0-9a-f]{32}$/.test(name)) return { own: null, missing: 'the file that names it is damaged' };
    const path = join(folder, USERS_FOLDER, `${name}.json`);
    return { own: parse<OwnView>(readBounded(path, MOST_BYTES), path), missing: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return { own: null, missing: code ?? message };
    if (!collects.users_told_apart)
      return { own: null, missing: 'users are not told apart: use is sent as one sum of all of them' };
    return { own: null, missing: null };
  }
}

function parse<View extends { format: number }>(text: string, path: string): View {
  let view: View | undefined;
  try {
    view = JSON.parse(text) as View;
  } catch {}
  if (view?.format !== SHOWN_FORMAT)
    throw new StateError(
      'newer-version',
      `${path} was not written by an agent of this version; it is text, look at it as it is`,
    );
  return view;
}

/** At most so much of a regular file. */
function readBounded(path: string, most: number): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile() || size > most) throw new Error('is no file of the agent');
    const content = Buffer.alloc(size);
    return content.toString('utf8', 0, readSync(file, content, 0, size, 0));
  } finally {
    closeSync(file);
  }
}
