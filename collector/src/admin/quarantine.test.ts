/** The API of quarantine before a real control store; that decisions are carried out is tested in quarantine/. */
import { UsageRecord } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MARKUP } from './fixtures/hostile-programs.ts';
import { FleetUnderTest } from './fleet-under-test.ts';

let fleet: FleetUnderTest;
const DEVICE = '00000000000000a1';
beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  const aside = (offset: number) => ({
    ...{ reason: 'usage-seconds-out-of-range' as const, detail: MARKUP, kind: 'usage' as const, offset },
    ...{
      deviceId: DEVICE,
      epochNo: 1,
      sequence: offset,
      agentVersion: MARKUP,
      at: 1_790_000_000_000 + offset,
    },
    bytes: UsageRecord.encode({
      executableId: new Uint8Array(8).fill(1),
      day: 20_000,
      seconds: 90_000,
      run: offset,
    }).finish(),
    concern: { day: 20_000, executableNo: 1 },
  });
  fleet.control.commitProcessed({
    ...{ checkpoint: 3, dirty: [], directives: [], resolved: [], superseded: [] },
    ...{ evidenceProcessed: [], undescribedUse: [], quarantined: [aside(1), aside(2), aside(3)], now: 1 },
  });
}, 60_000);
afterAll(async () => {
  await fleet?.close();
});

async function get(path: string) {
  const answer = await fetch(`${fleet.url}/api/quarantine${path}`);
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}
async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${fleet.url}/api/quarantine${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}
const discard = { filter: { numbers: [1] }, action: 'discard', because: 'a test' };

test('groups, records and what one says, as they were sent', async () => {
  expect((await get('')).body.groups).toMatchObject([
    { reason: 'usage-seconds-out-of-range', kind: 'usage', agent_version: MARKUP, records: 3, devices: 1 },
  ]);
  expect((await get('?reason=record-undecodable')).body.groups).toEqual([]);
  const { records } = (await get('/records?limit=2&after=1')).body;
  expect(records.map(({ number }: { number: number }) => number)).toEqual([2, 3]);
  const { body } = await get('/records/2');
  expect(body.record).toMatchObject({ detail: MARKUP, device_id: DEVICE, concerns: { day: '2024-10-04' } });
  expect(Object.fromEntries(body.record.fields)).toMatchObject({
    seconds: '90000',
    executable_id: '"quarantine show" at the collector tells it',
  });
});

test.each([
  '?limit=1',
  '?device_id=FF',
  '?state=gone',
  '?reason=none',
  '?kind=thing',
  '?received_before=yesterday',
  '/records?limit=1001',
  '/records?after=-1',
  '/records/two',
  '/decisions?limit=0',
])('%s is a parameter problem', async (path) => {
  const { status, body } = await get(path);
  expect([status, body.code]).toEqual([400, 'parameter-invalid']);
});

test('numbers that nobody knows are not found', async () => {
  for (const path of ['/records/99', '/decisions/99'])
    expect(await get(path)).toMatchObject({ status: 404, body: { code: 'quarantine-unknown' } });
});

test('a foreign page changes nothing, whatever it sends and however', async () => {
  const foreign: [unknown, Record<string, string>][] = [
    [discard, { origin: 'http://evil.example' }],
    [discard, { 'sec-fetch-site': 'cross-site' }],
    [discard, { 'sec-fetch-site': 'none' }],
    // What a form can send without asking first.
    [JSON.stringify(discard), { 'content-type': 'text/plain' }],
    ['action=discard', { 'content-type': 'application/x-www-form-urlencoded' }],
  ];
  for (const [body, headers] of foreign)
    expect((await post('/decisions', body, headers)).status, JSON.stringify(headers)).toBeGreaterThanOrEqual(
      400,
    );
  for (const method of ['PUT', 'DELETE', 'PATCH'])
    expect((await fetch(`${fleet.url}/api/quarantine/decisions`, { method })).status).toBe(405);
  expect((await get('/decisions')).body).toEqual({ decisions: [] });
});

test.each<[string, object]>([
  ['a discard without a reason', { ...discard, because: ' ' }],
  ['a repair without steps', { ...discard, action: 'repair' }],
  ['a step that does not exist', { ...discard, action: 'repair', steps: ['drop table'] }],
  ['steps of a replay', { ...discard, action: 'replay', steps: ['shift-day -1'] }],
  ['a field that nobody knows', { ...discard, by: 'somebody else' }],
  ['a filter that nobody knows', { ...discard, filter: { where: '1 = 1' } }],
  ['a filter that says nothing', { ...discard, filter: {} }],
  ['no filter', { action: 'discard', because: 'all' }],
])('%s is refused', async (_, body) => {
  const answer = await post('/decisions', body);
  expect([answer.status, answer.body.code]).toEqual([400, 'parameter-invalid']);
});

test('what is asked and decided is there for the running collector, once', async () => {
  const repair = { filter: { agent_version: MARKUP }, action: 'repair', steps: ['cap seconds=300'] };
  const { body } = await post('/trials', repair);
  expect(await get(`/trials/${body.trial}`)).toMatchObject({ status: 200, body: { answer: null } });
  expect(fleet.control.quarantine.trials.next(Date.now())).toMatchObject({
    ...{ trial: body.trial, action: 'repair', filter: { agentVersion: MARKUP } },
  });
  const decided = await post(
    '/decisions',
    { ...repair, because: 'clock' },
    { 'sec-fetch-site': 'same-origin' },
  );
  expect(decided).toMatchObject({
    status: 202,
    body: { decision: 1, records: 3, waiting: 3, transformation: { version: 1, steps: ['cap seconds=300'] } },
  });
  expect(fleet.control.decidedQuarantine(10)).toHaveLength(3);
  expect(await post('/decisions', discard)).toMatchObject({
    status: 409,
    body: { code: 'quarantine-empty' },
  });
  expect((await get('/decisions')).body.decisions).toMatchObject([{ reason: 'clock', waiting: 3 }]);
});
