import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIdOf, type MoveNotice, sealNotice } from '@fleetmeter/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { MoveBook } from './move-book.ts';

const COLLECTOR = 'c0'.repeat(16);
const OLD = { addresses: ['https://old:1', 'https://old:2'], authorities: ['0a'.repeat(32)] };
const NEW = { addresses: ['https://new:1'], authorities: ['0b'.repeat(32)] };
const NEWER = { addresses: ['https://newer:1'], authorities: ['0c'.repeat(32)] };
const OFF = { addresses: [], authorities: [] };
const DAY_S = 86_400;

function newKey(): { privateKey: KeyObject; raw: Buffer; keyId: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  return { privateKey, raw, keyId: keyIdOf(raw) };
}
const key = newKey();

let folder: string;
let store: AgentStore;
let book: MoveBook;
/** Seconds since 1970. */
let now: number;
let joined: { addresses: string[]; authorities: string[] };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-move-'));
  now = 1_800_000_000;
  joined = OLD;
  open();
  enrol();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  store = agentStore(openStateDatabase(folder, 0).database);
  book = new MoveBook({
    facts: store.facts,
    place: {
      url: () => joined.addresses[0] as string,
      addresses: () => joined.addresses,
      authorities: () => joined.authorities,
    },
    nowMs: () => now * 1000,
  });
}
function enrol(collectorId = COLLECTOR, noticeKey: string | undefined = key.raw.toString('hex')): void {
  const [collectorUrl = ''] = joined.addresses;
  store.facts.write('enrolment', { deviceId: '01'.repeat(8), collectorId, collectorUrl, noticeKey });
}
/** As after kill -9. */
function restart(): void {
  store.close();
  open();
}
function receive(
  serial: number,
  place: { addresses: string[]; authorities: string[] } = NEW,
  { fromMoved = false, days = 30, by = key, collectorId = COLLECTOR } = {},
) {
  const notice: MoveNotice = { collectorId, serial, ...place, validUntil: now + days * DAY_S };
  return book.receive(sealNotice(notice, by), fromMoved);
}
const urls = () => book.routes().map(({ url }) => url);
const BOTH = [...NEW.addresses, ...OLD.addresses];

describe('a notice', () => {
  test('puts the new addresses before the old, each with its own authorities, also after a restart', () => {
    expect(receive(7)).toEqual({ is: 'obeyed', serial: 7, addresses: NEW.addresses });
    restart();
    expect(book.serial()).toBe(7);
    expect(book.routes()).toEqual([
      { url: 'https://new:1', authorities: NEW.authorities, moved: true, mayJoin: false },
      { url: 'https://old:1', authorities: OLD.authorities, moved: false, mayJoin: true },
      { url: 'https://old:2', authorities: OLD.authorities, moved: false, mayJoin: true },
    ]);
  });

  test.each<[string, () => unknown]>([
    ['signature-wrong', () => receive(9, NEW, { by: newKey() })],
    ['foreign', () => receive(9, NEW, { collectorId: 'ff'.repeat(16) })],
    ['older', () => receive(6)],
    ['repeated', () => receive(7)],
    ['expired', () => receive(9, NEW, { days: 0 })],
    ['unprotected', () => receive(9, { addresses: ['http://new:1'], authorities: [] })],
    ['misplaced', () => receive(9, OFF, { fromMoved: true })],
    ['malformed', () => book.receive(Buffer.from('x'), false)],
  ])('that is %s changes nothing and is counted', (why, receiveIt) => {
    receive(7);
    const before = book.routes();
    expect(receiveIt()).toEqual({ is: 'ignored', why });
    restart();
    expect(book.routes()).toEqual(before);
    expect(book.serial()).toBe(7);
    expect(book.status().ignored).toEqual({ [why]: 1 });
  });

  test('of a collector whose key is not known asks for the key', () => {
    enrol(COLLECTOR, '');
    expect(receive(7)).toEqual({ is: 'key-wanted' });
    expect(urls()).toEqual(OLD.addresses);
  });
});

describe('when its time is over', () => {
  test('without an answer from the new place the agent is back at the old one for good', () => {
    receive(7);
    book.answered(false);
    now += 30 * DAY_S - 1;
    expect(urls()).toEqual(BOTH);
    now += 1;
    expect(urls()).toEqual(OLD.addresses);
    now -= 10 * DAY_S;
    restart();
    expect(urls()).toEqual(OLD.addresses);
    expect(receive(7)).toEqual({ is: 'ignored', why: 'repeated' });
    expect(book.status()).toMatchObject({ serial: 7, announced: null, settled: null });
  });

  test('the new place is kept when it answered last, and the old one is trusted no more', () => {
    receive(7);
    book.answered(true);
    restart();
    expect(urls()).toEqual(BOTH);
    expect(book.routes()[0]?.mayJoin).toBe(true);
    now += 30 * DAY_S;
    expect(book.routes()).toEqual([
      { url: 'https://new:1', authorities: NEW.authorities, moved: false, mayJoin: true },
    ]);
    expect(book.status()).toMatchObject({ announced: null, settled: NEW.addresses });
  });

  test('a new place that answered once and then the old one again is not kept', () => {
    receive(7);
    book.answered(true);
    book.answered(false);
    now += 30 * DAY_S;
    expect(urls()).toEqual(OLD.addresses);
  });
});

describe('a notice after a notice', () => {
  test('moves on from where the first one led, and goes back there', () => {
    receive(7);
    book.answered(true);
    receive(8, NEWER, { fromMoved: true });
    expect(urls()).toEqual([...NEWER.addresses, ...NEW.addresses]);
    now += 30 * DAY_S;
    expect(urls()).toEqual(NEW.addresses);
  });

  test('takes the place of one that led nowhere', () => {
    receive(7);
    receive(8, NEWER);
    expect(urls()).toEqual([...NEWER.addresses, ...OLD.addresses]);
  });

  test('calls the move off at once, when it comes from the old place', () => {
    receive(7);
    book.answered(true);
    expect(receive(8, OFF)).toMatchObject({ is: 'obeyed', serial: 8 });
    expect(urls()).toEqual(OLD.addresses);
    expect(receive(7)).toEqual({ is: 'ignored', why: 'older' });
  });
});

describe('joining elsewhere', () => {
  test('is newer than any notice; none before it counts again, even after joining back', () => {
    receive(7);
    joined = { addresses: ['https://elsewhere:1'], authorities: OLD.authorities };
    expect(urls()).toEqual(['https://elsewhere:1']);
    enrol();
    expect(urls()).toEqual(['https://elsewhere:1']);
    expect(receive(7)).toEqual({ is: 'ignored', why: 'repeated' });
    expect(receive(8)).toMatchObject({ is: 'obeyed' });
    expect(urls()).toEqual(['https://new:1', 'https://elsewhere:1']);
  });

  test('at another collector begins anew', () => {
    receive(7);
    joined = { addresses: ['https://elsewhere:1'], authorities: OLD.authorities };
    enrol('ee'.repeat(16));
    expect(book.serial()).toBe(0);
    expect(receive(1, NEW, { collectorId: 'ee'.repeat(16) })).toMatchObject({ is: 'obeyed' });
  });
});
