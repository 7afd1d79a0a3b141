/** The ledger by itself, through the exchange that feeds it: what it notes when, its bounds, and what a crash leaves. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Acknowledgement,
  ANSWER_CONTENT_TYPE,
  encodeIdList,
  encodeSlots,
  Report,
  type ReportFields,
  sealEnvelope,
} from '@fleetmeter/proto';
import { afterEach, expect, test } from 'vitest';
import type { Exchange, HttpAnswer } from '../send/http-exchange.ts';
import { RecordingExchange } from '../send/recording-exchange.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { MOST_DAYS, MOST_MESSAGES, MOST_USE_ROWS } from '../store/disclosed-table.ts';
import { openStateDatabase, openTransientState } from '../store/state-database.ts';
import { SentLedger } from './sent-ledger.ts';
import { deviceView, MOST_SHOWN_BYTES, ownView, shownText } from './shown-views.ts';

const DAY_MS = 86_400_000;
const REPORTS = process.env.FLEETMETER_TEST_FULL === '1' ? 10_000 : 3_000;
const key = { keyId: '00'.repeat(8), privateKey: generateKeyPairSync('ed25519').privateKey };
const never = new AbortController().signal;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Answers as it is told, and says what it was given. */
class FakeExchange implements Exchange {
  sentBytes = 0;
  next: 'acknowledge' | 'refuse' | 'busy' | 'cut' | 'unreachable' | 'another-sequence' = 'acknowledge';
  sequence = 0;
  async post(_path: string, envelope: Uint8Array): Promise<HttpAnswer> {
    if (this.next === 'unreachable') throw new Error('no such place');
    this.sentBytes += envelope.length;
    if (this.next === 'cut') throw new Error('cut');
    const problem = (status: number, permanent: boolean) => ({
      ...{ status, contentType: 'application/problem+json', retryAfter: undefined },
      body: Buffer.from(JSON.stringify({ code: 'c', title: 't', permanent })),
    });
    if (this.next === 'refuse') return problem(422, true);
    if (this.next === 'busy') return problem(503, false);
    const acceptedSequence = this.next === 'acknowledge' ? this.sequence : 999_999;
    const body = Acknowledgement.encode({ acceptedSequence }).finish();
    return { status: 200, contentType: ANSWER_CONTENT_TYPE, retryAfter: undefined, body };
  }
  async close(): Promise<void> {}
}

function site(store: AgentStore = agentStore(openTransientState())) {
  const clock = { ms: 20_000 * DAY_MS };
  const inner = new FakeExchange();
  const ledger = new SentLedger({ store, nowMs: () => clock.ms, uidOf: () => 1000 });
  const exchange = new RecordingExchange(inner, ledger, () => clock.ms);
  const envelopeOf = (sequence: number, more: ReportFields = {}): Uint8Array =>
    sealEnvelope('Report', Report.encode({ sequence, deviceId: Buffer.alloc(8, 1), ...more }).finish(), key);
  const send = async (sequence: number, more: ReportFields = {}): Promise<number> => {
    const envelope = envelopeOf(sequence, more);
    inner.sequence = sequence;
    await exchange.post('/v1/report', envelope, never).catch(() => undefined);
    return envelope.length;
  };
  return { store, clock, inner, ledger, send };
}

const useOf = (
  records: { day: number; id: number; user: number; seconds: number; marks?: number[] }[],
): ReportFields => ({
  usage: {
    runs: Buffer.alloc(8, 7),
    users: [Buffer.alloc(8, 1), Buffer.alloc(8, 2)],
    records: records.map(({ day, id, user, seconds, marks = [] }) => ({
      ...{ day, user, seconds, launches: { user: 1, service: 2 }, slots: encodeSlots(marks) },
      executableId: encodeIdList([id.toString(16).padStart(16, '0')]),
    })),
  },
});

test('nothing is noted before the collector has answered, and what it has not taken is no entry', async () => {
  const { store, inner, ledger, send } = site();
  inner.next = 'unreachable';
  await send(1);
  expect([store.disclosed.messages(), ledger.inHand()], 'nothing left the device').toEqual([[], []]);
  let bytes = 0;
  for (const answer of ['cut', 'busy', 'another-sequence'] as const) {
    inner.next = answer;
    bytes = await send(1);
  }
  expect(store.disclosed.messages()).toEqual([]);
  expect(ledger.inHand()).toMatchObject([{ tries: 3, message: { kind: 'Report', bytes } }]);
  inner.next = 'acknowledge';
  await send(1);
  expect(ledger.inHand()).toEqual([]);
  expect(store.disclosed.messages()).toMatchObject([
    { kind: 'Report', sequence: 1, bytes, tries: 4, outcome: 'acknowledged' },
  ]);
  expect(store.disclosed.days()).toEqual([{ day: 20_000, messages: 1, bytes: 4 * bytes }]);
});

test('what was refused, or given up for another message, left the device and is shown as that', async () => {
  const { store, inner, send } = site();
  inner.next = 'refuse';
  await send(1);
  inner.next = 'cut';
  await send(2);
  inner.next = 'acknowledge';
  await send(3);
  expect(store.disclosed.messages().map(({ sequence, outcome }) => [sequence, outcome])).toEqual([
    [3, 'acknowledged'],
    [2, 'unanswered'],
    [1, 'refused'],
  ]);
});

test('a crash between answer and entry loses no report and shows none twice; what was noted survives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-ledger-'));
  folders.push(folder);
  const open = (): AgentStore => agentStore(openStateDatabase(folder, 0).database);
  let store = open();
  const first = site(store);
  const bytes = await first.send(1, useOf([{ day: 19_999, id: 5, user: 0, seconds: 60, marks: [1, 2] }]));
  // Answered and noted, and the agent dies before it knows: it sends the same bytes again.
  store.close();
  store = open();
  const second = site(store);
  await second.send(1, useOf([{ day: 19_999, id: 5, user: 0, seconds: 60, marks: [1, 2] }]));
  expect(store.disclosed.messages()).toMatchObject([{ sequence: 1, bytes, tries: 2 }]);
  expect(store.disclosed.days()).toEqual([{ day: 20_000, messages: 1, bytes: 2 * bytes }]);
  expect(store.disclosed.fields().every(({ messages }) => messages === 1)).toBe(true);
  expect(store.disclosed.useOf('01'.repeat(8))).toMatchObject([{ seconds: 60, launches: 3, marks: 2 }]);
  store.close();
});

test('a store that cannot be written keeps nothing from being sent; the entry is written when it can be', async () => {
  const { store, ledger, send, inner } = site();
  const broken = {
    ...store,
    transaction: () => {
      throw new Error('disk full');
    },
  };
  const failing = new SentLedger({ store: broken as never, nowMs: () => 0, uidOf: () => undefined });
  const exchange = new RecordingExchange(inner, failing, () => 0);
  for (let sequence = 1; sequence <= 60; sequence++) {
    inner.sequence = sequence;
    const envelope = sealEnvelope('Report', Report.encode({ sequence }).finish(), key);
    expect((await exchange.post('/v1/report', envelope, never)).status).toBe(200);
  }
  expect([failing.fault, failing.lost]).toEqual(['disk full', 10]);
  broken.transaction = store.transaction as never;
  inner.sequence = 61;
  await exchange.post(
    '/v1/report',
    sealEnvelope('Report', Report.encode({ sequence: 61 }).finish(), key),
    never,
  );
  expect([failing.fault, failing.lost, store.disclosed.messages().length]).toEqual([undefined, 0, 51]);
  expect(store.facts.read('disclosed')?.lostMessages).toBe(10);
  expect([ledger.fault, (await send(1)) > 0]).toEqual([undefined, true]);
});

test('what is said again of the same use replaces it, runs add up, and users are kept apart', async () => {
  const { store, send } = site();
  await send(
    1,
    useOf([
      { day: 19_999, id: 5, user: 0, seconds: 60, marks: [1, 2] },
      { day: 19_999, id: 5, user: 1, seconds: 7 },
    ]),
  );
  await send(2, useOf([{ day: 19_999, id: 5, user: 0, seconds: 90, marks: [9] }]));
  expect(store.disclosed.useOf('01'.repeat(8))).toEqual([
    { day: 19_999, executableId: '0000000000000005', seconds: 90, launches: 3, marks: 3, inOrder: false },
  ]);
  expect(store.disclosed.useOf('02'.repeat(8))).toMatchObject([{ seconds: 7, marks: 0 }]);
  expect(store.disclosed.users()).toEqual([
    { user: '01'.repeat(8), uid: 1000 },
    { user: '02'.repeat(8), uid: 1000 },
  ]);
});

test(`after ${REPORTS} reports of two years the ledger and its files are as large as they may be, and no larger`, async () => {
  const { store, clock, send } = site();
  const before = store.room().usedBytes;
  let bytes = 0;
  for (let sequence = 1; sequence <= REPORTS; sequence++) {
    clock.ms += 2 * DAY_MS * (365 / REPORTS);
    const day = Math.floor(clock.ms / DAY_MS);
    const more = useOf(Array.from({ length: 4 }, (_, id) => ({ day, id, user: id % 2, seconds: sequence })));
    bytes += await send(sequence, { ...more, ...(sequence % 7 === 0 && { host: { hostname: 'h' } }) });
  }
  const { disclosed } = store;
  const messages = disclosed.messages();
  expect(messages.length).toBeLessThanOrEqual(MOST_MESSAGES);
  expect(messages.at(-1)?.atMs).toBeGreaterThanOrEqual(clock.ms - 35 * DAY_MS);
  expect(messages[0]?.sequence).toBe(REPORTS);
  expect(disclosed.days().length).toBe(MOST_DAYS);
  expect(disclosed.shapes().size).toBeLessThanOrEqual(2);
  expect(disclosed.useOf('01'.repeat(8)).at(-1)?.day).toBeGreaterThanOrEqual(
    Math.floor(clock.ms / DAY_MS) - 35,
  );
  expect(disclosed.fields().find(({ field }) => field === 'Report.sequence')?.messages).toBe(REPORTS);
  expect(store.room().usedBytes - before).toBeLessThan(1024 * 1024);
  expect(bytes).toBeGreaterThan(0);
}, 60_000);

test('as many messages at once, or as much use, as no device should have are bounded by number', async () => {
  const { store, send } = site();
  for (let sequence = 1; sequence <= MOST_MESSAGES + 500; sequence++)
    store.disclosed.note({
      ...{ name: String(sequence), atMs: 20_000 * DAY_MS, kind: 'Report', sequence, bytes: 1, tries: 1 },
      ...{ outcome: 'acknowledged', fields: [`Report.field_${sequence}`] },
    });
  expect([store.disclosed.messages().length, store.disclosed.shapes().size]).toEqual([
    MOST_MESSAGES,
    MOST_MESSAGES,
  ]);
  await send(1, useOf([{ day: 19_999, id: 1, user: 0, seconds: 1 }]));
  const many = Array.from({ length: MOST_USE_ROWS }, (_, number) => ({
    ...{
      day: 20_000,
      run: '07'.repeat(8),
      user: '01'.repeat(8),
      seconds: 1,
      launches: 1,
      marks: [],
      inOrder: false,
    },
    executableId: number.toString(16).padStart(16, '0'),
  }));
  expect(store.disclosed.noteUse(many, 20_000)).toBe(1);
  expect(store.disclosed.useOf('01'.repeat(8)).length).toBe(MOST_USE_ROWS);

  const own = ownView(store.disclosed, { uid: 1, user: '01'.repeat(8) }, () => `/${'x'.repeat(500)}`, 0);
  expect(own.use.length + own.left_out).toBe(MOST_USE_ROWS);
  expect(own.left_out).toBeGreaterThan(0);
  expect(Buffer.byteLength(shownText(own))).toBeLessThan(MOST_SHOWN_BYTES);
  expect(JSON.parse(shownText(own))).toEqual(own);
  const device = deviceView(store.disclosed, { says: 'nothing' } as never, []);
  expect(Object.keys(device.shapes).length).toBe(100);
  expect(Buffer.byteLength(shownText(device))).toBeLessThan(MOST_SHOWN_BYTES);
});
