import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_ONES, HOSTILE_PROGRAMS } from './fixtures/hostile-programs.ts';
import { FleetUnderTest } from './fleet-under-test.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ pageFolder: '/nonexistent/dashboard' });
  await fleet.report('newcomer', HOSTILE_PROGRAMS);
  await fleet.watch([
    { number: 0xd1, hostname: 'desk-user', uses: [ALL_ONES] },
    { number: 0xd2, hostname: 'desk-idle' },
    { number: 0xd3, hostname: 'desk-half-seen', observed: 0.7 },
    { number: 0xd4, hostname: 'desk-headless', interactive: -1 },
    { number: 0xd5, hostname: 'desk-away', interactive: 0 },
  ]);
}, 60_000);

afterAll(async () => {
  await fleet?.close();
});

async function get(path: string) {
  const answer = await fetch(`${fleet.url}/api/applications/${path}`);
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const hostsOf = (body: { rows: { hostname: string }[] }) => body.rows.map(({ hostname }) => hostname);

test('devices to take a licence back from come first, and every state and reason is counted', async () => {
  const { body } = await get(`${ALL_ONES}/use`);
  expect(body.total).toBe(6);
  expect(body.rows[0]).toEqual({
    device_id: '00000000000000d2',
    hostname: 'desk-idle',
    ...{ state: 'not used', reason: '', installed: 1, last_used: null, days_used: 0, basis: 'user launch' },
    installed_since: new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10),
    ...{ observed_share: 1, judged_days: 90, interactive_days: 90 },
  });
  expect(body.rows.at(-1)).toMatchObject({ hostname: 'desk-user', state: 'used', days_used: 40 });
  expect(body.states).toEqual([
    { state: 'not used', reason: '', devices: 1 },
    { state: 'unknown', reason: 'absent', devices: 1 },
    { state: 'unknown', reason: 'not observed', devices: 1 },
    { state: 'unknown', reason: 'presence not known', devices: 1 },
    { state: 'unknown', reason: 'too new', devices: 1 },
    { state: 'used', reason: '', devices: 1 },
  ]);
});

test('the list is narrowed and searched, and the counts stay those of all devices', async () => {
  const { body } = await get(`${ALL_ONES}/use?state=unknown&search=DESK&sort=observed_share&limit=2`);
  expect([body.total, hostsOf(body)]).toEqual([3, ['desk-half-seen', 'desk-away']]);
  expect(body.rows[0]).toMatchObject({ observed_share: 0.7, reason: 'not observed' });
  expect(body.states).toHaveLength(6);
});

test('pages neither repeat nor skip a device, whatever the order', async () => {
  for (const sort of ['state', 'hostname', 'last_used', 'days_used', 'observed_share', 'interactive_days'])
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      for (let offset = 0; offset < 6; offset += 2) {
        const part = `sort=${sort}&order=${order}&limit=2&offset=${offset}`;
        seen.push(...hostsOf((await get(`${ALL_ONES}/use?${part}`)).body));
      }
      expect([sort, new Set(seen).size]).toEqual([sort, 6]);
    }
});

test('the evidence of a device is its figures and ninety days, each with what makes it count', async () => {
  const { body } = await get(`${ALL_ONES}/use/00000000000000d1`);
  expect(body).toMatchObject({ application_id: ALL_ONES, application: 'edge-tools' });
  expect(body.use).toMatchObject({ hostname: 'desk-user', state: 'used' });
  expect(body.days).toHaveLength(90);
  expect(body.days[1]).toEqual({
    day: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
    ...{ observed_seconds: 36_000, powered_seconds: 36_000, interactive_seconds: 900 },
    ...{ seconds: 1200, launches: 2, launches_by_user: 1, foreground_seconds: -1, counts_by: 'user launch' },
  });
  expect(body.days[2]).toMatchObject({ seconds: 0, launches: 0, counts_by: '' });
});

test('of an application that is never used there the evidence is that it was looked for', async () => {
  const { body } = await get(`${ALL_ONES}/use/00000000000000d2`);
  expect(body.use).toMatchObject({ state: 'not used', last_used: null });
  expect(body.days).toHaveLength(90);
  for (const day of body.days) expect(day).toMatchObject({ observed_seconds: 36_000, counts_by: '' });
});

test('what nobody has is an empty list, and no evidence', async () => {
  expect(await get('00000000deadbeef/use')).toEqual({
    status: 200,
    body: { total: 0, rows: [], states: [] },
  });
  const { status, body } = await get(`${ALL_ONES}/use/00000000deadbeef`);
  expect([status, body.code]).toEqual([404, 'use-unknown']);
});

test.each([
  `${ALL_ONES}/use?state=unused`,
  `${ALL_ONES}/use?sort=reason`,
  `${ALL_ONES}/use?limit=1001`,
  `${ALL_ONES}/use/1%27%20OR%201`,
  'ABC/use',
])('%s is a parameter problem', async (path) => {
  const { status, body } = await get(path);
  expect([status, body.code]).toEqual([400, 'parameter-invalid']);
});
