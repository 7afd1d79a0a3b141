import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNotice } from '@fleetmeter/proto';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNoticeKey } from '../authority/notice-key.ts';
import { openAuthority } from '../authority/own-authority.ts';
import { openMoveDesk } from '../control/move-desk.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { addMove } from './move-command.ts';

const DAY_MS = 86_400_000;
const FINGERPRINT = '0a'.repeat(32);
const HERE = 'https://new.example:8711';

let dataDir: string;
let now: number;
let printed: string;
let said: string[];
let own: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-move-command-'));
  now = Date.now();
  mkdirSync(folder());
  new SqliteControlStore({ path: join(folder(), 'control.db') }).close();
  const authority = await openAuthority({ folder: join(folder(), 'authority'), names: [], now: () => now });
  [own = ''] = authority.fingerprints;
  openNoticeKey(folder());
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
const folder = () => join(dataDir, 'collector');
const keyFile = () => join(folder(), 'notice-key.pem');

/** What is printed; throws what the program would say. */
async function move(...args: string[]): Promise<string> {
  [printed, said] = ['', []];
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addMove(program, {
    print: (text) => {
      printed += text;
    },
    say: (line) => said.push(line),
    now: () => now,
    fail: () => {
      throw new Error('moving never fails without a word');
    },
  });
  await program.parseAsync(['move', ...args, '--data-dir', dataDir], { from: 'user' });
  return printed;
}
function newest() {
  using desk = openMoveDesk(folder());
  return desk.notices.newest();
}

describe('announce', () => {
  test('signs what agents will believe: the addresses, the authority it has now, 30 days', async () => {
    await move('announce', '--address', `${HERE}/`, 'https://[2001:db8::1]:8711');
    using desk = openMoveDesk(folder());
    const issued = desk.notices.newest();
    expect(openNotice(issued?.sealed as Uint8Array, openNoticeKey(folder()).publicKey)).toEqual({
      collectorId: desk.collectorId,
      serial: Math.floor(now / 1000),
      addresses: [HERE, 'https://[2001:db8::1]:8711'],
      authorities: [own],
      validUntil: Math.floor((now + 30 * DAY_MS) / 1000),
    });
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  });

  test('takes fingerprints as tools print them, and certificates from files', async () => {
    const colons = FINGERPRINT.toUpperCase().match(/../g)?.join(':') as string;
    const file = join(folder(), 'authority/ca/certificate.pem');
    const text = await move('announce', '--address', HERE, '--authority', colons, file, '--json');
    expect(JSON.parse(text)).toMatchObject({ authorities: [FINGERPRINT, own], addresses: [HERE] });
  });

  test.each<[string[], RegExp]>([
    [['--address', 'new.example'], /1 to 8 addresses are needed, each http or https without path/],
    [['--address', 'http://new.example'], /every address must be https/],
    [
      ['--address', HERE, '--authority', 'no-such-file.pem'],
      /SHA-256 of a certificate or a PEM file, and "no-such-file.pem" is neither/,
    ],
    [['--address', HERE, '--days', '0'], /--days takes a whole number from 1/],
    [[], /--address/],
  ])('%j is refused in a line, and nothing is issued', async (args, message) => {
    await expect(move('announce', ...args)).rejects.toThrow(message);
    expect(newest()).toBeUndefined();
  });

  test('trusts authorities only, not a server', async () => {
    const server = join(folder(), 'authority/server.pem');
    await expect(move('announce', '--address', HERE, '--authority', server)).rejects.toThrow(
      /not of an authority/,
    );
  });

  test('says what is missing when the key is not there, or not the one that devices know', async () => {
    await move('announce', '--address', HERE);
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(keyFile(), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(move('announce', '--address', HERE)).rejects.toThrow(/not the one that devices learned/);
    rmSync(keyFile());
    await expect(move('announce', '--address', HERE)).rejects.toThrow(/start this version once/);
    writeFileSync(keyFile(), 'nonsense');
    await expect(move('announce', '--address', HERE)).rejects.toThrow(/holds no private key/);
  });
});

describe('cancel and status', () => {
  test('a move is called off once, and not when it is over', async () => {
    await expect(move('cancel')).rejects.toThrow(/no move is announced/);
    await move('announce', '--address', HERE, '--days', '2');
    await move('cancel');
    expect(newest()).toMatchObject({ addresses: [], authorities: [] });
    await expect(move('cancel')).rejects.toThrow(/no move is announced/);
    await move('announce', '--address', HERE, '--days', '2');
    now += 2 * DAY_MS;
    await expect(move('cancel')).rejects.toThrow(/no move is announced/);
  });

  test('status counts devices by what they said', async () => {
    expect(await move('status')).toBe('');
    expect(said).toEqual(['no move was ever announced']);
    const control = new SqliteControlStore({ path: join(folder(), 'control.db') });
    const token = { uses: 3, expiresAt: now + DAY_MS, group: 'default', note: '' };
    const { secret } = control.tokens.create(token, now);
    const devices = [1, 2, 3].map((each) => control.enrol(new Uint8Array(32).fill(each), secret, now));
    await move('announce', '--address', HERE);
    const { serial } = newest() as { serial: number };
    const confirmed: [string, number][] = [
      [devices[0] as string, serial],
      [devices[1] as string, serial - 5],
    ];
    control.noteFromReceiver({ delivered: [], toldQuarantine: [], settings: [], notices: confirmed });
    control.close();
    expect(JSON.parse(await move('status', '--json'))).toMatchObject({
      notice: { serial, addresses: [HERE] },
      devices: 3,
      confirmed: 1,
      waiting: 2,
      none: 1,
    });
    const rows = (await move('status')).trim().split('\n');
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['notice', 'devices'],
      [`${serial - 5}`, '1'],
      [`${serial}`, '1'],
      ['none', '1'],
      ['still to be told', '2'],
    ]);
  });
});
