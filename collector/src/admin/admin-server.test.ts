import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL_ONES, HOSTILE_PROGRAMS, MARKUP, OVERRIDE, TERMINAL } from './fixtures/hostile-programs.ts';
import { FleetUnderTest } from './fleet-under-test.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ pageFolder: '/nonexistent/dashboard' });
}, 60_000);

afterAll(async () => {
  await fleet?.close();
});

async function get(path: string, init?: RequestInit) {
  const answer = await fetch(`${fleet.url}${path}`, init);
  const type = answer.headers.get('content-type') ?? '';
  const text = await answer.text();
  return {
    status: answer.status,
    type,
    headers: answer.headers,
    text,
    body: type.includes('json') ? JSON.parse(text) : undefined,
  };
}

describe('before anything is reported', () => {
  test('lists are empty and figures are zero', async () => {
    for (const list of ['applications', 'executables', 'devices'])
      expect((await get(`/api/${list}`)).body).toEqual({ total: 0, rows: [] });
    expect((await get('/api/fleet')).body).toMatchObject({
      devices: 0,
      applications: 0,
      inventory_computed_at: null,
    });
  });

  test('a page that is not built says what to run', async () => {
    const { status, text } = await get('/');
    expect(status).toBe(503);
    expect(text).toContain('npm run build -w @fleetmeter/collector');
  });
});

describe('with a fleet', () => {
  beforeAll(async () => {
    await fleet.report('host-one', HOSTILE_PROGRAMS);
    const more = Array.from({ length: 30 }, (_, index) => ({
      id: (0x1000 + index).toString(16).padStart(16, '0'),
      path: `/usr/bin/tool-${index}`,
      application: `tool-${String(index).padStart(2, '0')}`,
      applicationId: (0x2000 + index).toString(16).padStart(16, '0'),
      version: '1.0',
    }));
    const newer = { ...more[0], id: '0000000000009999', version: '2.0' } as (typeof more)[0];
    await fleet.report('host-one', [...more, newer]);
  });

  test('figures of the fleet count applications once and every installed executable', async () => {
    const { body } = await get('/api/fleet');
    expect(body).toMatchObject({ devices: 1, applications: 34, executables: 36, seconds_today: 4_625 });
    expect(body.used_today).toBe(3);
    expect(new Date(body.inventory_computed_at).getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test("applications carry names as reported and today's use", async () => {
    const { body } = await get('/api/applications?sort=seconds_today&order=desc');
    expect(body.rows[0]).toMatchObject({
      application_id: ALL_ONES,
      name: 'edge-tools',
      version: '9.1',
      publisher: 'Edge Ltd',
      recognised: 1,
      devices: 1,
      executables: 1,
      versions: 1,
      last_used: new Date().toISOString().slice(0, 10),
      seconds_today: 4_520,
      launches_today: 4,
    });
    const names = body.rows.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining([MARKUP, TERMINAL, OVERRIDE]));
  });

  test('an application with two versions is one row that says so, and two in its detail', async () => {
    const { body } = await get('/api/applications?search=tool-00');
    expect(body).toMatchObject({ total: 1, rows: [{ versions: 2, devices: 1, executables: 2 }] });
    const detail = (await get('/api/applications/0000000000002000')).body;
    expect(detail.versions.map(({ version }: { version: string }) => version)).toEqual(['2.0', '1.0']);
    expect(detail.devices).toMatchObject({ total: 1, rows: [{ hostname: 'host-one', installed: 1 }] });
  });

  test('pages of a list neither repeat nor skip a row', async () => {
    const seen: string[] = [];
    for (let offset = 0; offset < 35; offset += 7) {
      const { body } = await get(`/api/applications?sort=devices&order=desc&limit=7&offset=${offset}`);
      expect(body.total).toBe(35);
      seen.push(...body.rows.map((row: Record<string, unknown>) => `${row.application_id}`));
    }
    expect(new Set(seen).size).toBe(35);
    expect(seen).toHaveLength(35);
  });

  test.each(['name', 'version', 'publisher', 'devices', 'executables', 'last_used', 'seconds_today'])(
    'applications can be sorted by %s both ways',
    async (sort) => {
      for (const order of ['asc', 'desc'])
        expect((await get(`/api/applications?sort=${sort}&order=${order}`)).body.total).toBe(35);
    },
  );

  test.each([`'; DROP TABLE x; --`, '%', '\\', '{search:String}', '\u0000', '\t\n', 'a\'b"c', '\u202e'])(
    'a search for %j is a value, never SQL',
    async (search) => {
      for (const list of ['applications', 'executables', 'devices']) {
        const { status, body } = await get(`/api/${list}?search=${encodeURIComponent(search)}`);
        expect([status, typeof body.total]).toEqual([200, 'number']);
      }
    },
  );

  test('a search finds the hostile name itself', async () => {
    const { body } = await get(`/api/applications?search=${encodeURIComponent(OVERRIDE)}`);
    expect(body.rows.map(({ name }: { name: string }) => name)).toEqual([OVERRIDE]);
  });

  test('the id of 64 ones arrives as 16 hex digits, in the list and in the detail', async () => {
    expect((await get(`/api/executables?search=${ALL_ONES}`)).body.rows).toMatchObject([
      {
        ...{ executable_id: ALL_ONES, path: '/opt/edge/all-ones', sha256: '01'.repeat(32) },
        ...{ devices: 1, in_container: 1 },
      },
    ]);
    const { body } = await get(`/api/applications/${ALL_ONES}`);
    expect(body).toMatchObject({
      application: { application_id: ALL_ONES },
      versions: [{ version: '9.1', devices: 1, executables: 1 }],
      executables: { total: 1, rows: [{ executable_id: ALL_ONES }] },
      days: [{ seconds: 4_520, launches: 4, devices_used: 1, users: '< 5' }],
      // Of one device nobody is told when.
      at_once: [
        {
          ...{ peak_devices: 1, peak_devices_at: null, peak_users: '< 5', devices_in_order: 1 },
          ...{ devices_used: 1, stale_since: null, devices_excluded: 0 },
        },
      ],
    });
    expect((await get('/api/applications/0000000000002000')).body.at_once).toEqual([]);
  });

  test('figures that records in quarantine hold or leave out say so, also where there are none yet', async () => {
    const since = Date.now() - 3_600_000;
    const excluded = { publisher: '', devices: 400 };
    const never = { applicationId: '00000000000000ee', application: 'never-right' };
    await fleet.leaveOut([
      {
        ...excluded,
        applicationId: ALL_ONES,
        application: 'edge-tools',
        devicesExcluded: 4,
        staleSince: since,
      },
      { ...excluded, ...never, devicesExcluded: 5, staleSince: since },
      { ...excluded, applicationId: '0000000000002000', application: 'tool-00', devicesExcluded: 1 },
    ]);
    const stale_since = new Date(since).toISOString();
    const held = { application_id: ALL_ONES, seconds_today: 4_520, devices_excluded: 4, stale_since };
    const { body } = await get('/api/applications?sort=seconds_today&order=desc&limit=100');
    expect(body.total).toBe(36);
    expect(body.rows[0]).toMatchObject(held);
    const named = (name: string) => body.rows.find((row: { name: string }) => row.name === name);
    expect(named('never-right')).toMatchObject({ devices_excluded: 5, stale_since, usage_computed_at: null });
    expect(named('tool-00')).toMatchObject({ devices_excluded: 1, stale_since: null });
    expect((await get(`/api/applications/${ALL_ONES}`)).body).toMatchObject({
      application: held,
      days: [{ seconds: 4_520, devices_excluded: 4, stale_since }],
    });
    expect((await get('/api/applications/00000000000000ee')).body).toMatchObject({
      application: { name: 'never-right', devices: 0 },
      days: [{ seconds: 0, users: 'not known', computed_at: null, devices_excluded: 5, stale_since }],
    });
    const usage = (await get('/api/usage')).body.rows;
    expect(usage[0]).toMatchObject({ application: 'edge-tools', stale_since, devices_excluded: 4 });
    expect(usage.at(-1)).toMatchObject({ application: 'never-right', computed_at: null, stale_since });
    expect((await get('/api/fleet')).body).toMatchObject({ held: 2, held_since: stale_since });
    expect((await get('/api/pipeline')).body.derived).toMatchObject({ held: 2, held_since: stale_since });
    await fleet.leaveOut([]);
    expect((await get('/api/fleet')).body).toMatchObject({ held: 0, held_since: null });
  });

  test('an executable of which only the id is known shows, without a hash', async () => {
    // It may lie in somebody's home, so its id is not shown either while few have it.
    expect((await get('/api/executables?search=fffffffffffffffe')).body.total).toBe(0);
    const { body } = await get('/api/executables?sort=path&order=asc&limit=1');
    expect(body.rows).toMatchObject([{ sha256: '', path: '', devices: 1, in_container: 0 }]);
  });

  test('devices say what they are and what the agent costs them', async () => {
    expect((await get('/api/devices?search=HOST')).body.rows).toMatchObject([
      {
        device_id: '00000000000000a1',
        hostname: 'host-one',
        agent_cpu_ms: 1250,
        skipped_files: 2,
        executables: 36,
      },
    ]);
  });
});

describe('refusals', () => {
  test.each([
    '/api/applications?sort=name;DROP',
    '/api/applications?order=sideways',
    '/api/applications?limit=1001',
    '/api/applications?limit=0',
    '/api/applications?offset=-1',
    '/api/applications?serach=x',
    `/api/applications?search=${'x'.repeat(201)}`,
    '/api/applications/FFFFFFFFFFFFFFFF',
    '/api/applications/1%27%20OR%201',
    '/api/applications/00000000000000001',
  ])('%s is a parameter problem', async (path) => {
    const { status, type, body } = await get(path);
    expect([status, body.code]).toEqual([400, 'parameter-invalid']);
    expect(type).toContain('application/problem+json');
  });

  test('an id that nobody has is not found', async () => {
    const { status, body } = await get('/api/applications/00000000deadbeef');
    expect([status, body.code]).toEqual([404, 'application-unknown']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is refused on every address', async (method) => {
    for (const path of ['/', '/api/applications', '/metrics', '/nowhere']) {
      const { status, body, headers } = await get(path, { method });
      expect([status, body.code, headers.get('allow')]).toEqual([405, 'method-not-allowed', 'GET, HEAD']);
    }
  });

  test('pages of other origins are refused', async () => {
    const { status, body } = await get('/api/fleet', { headers: { origin: 'http://evil.example' } });
    expect([status, body.code]).toEqual([403, 'origin-foreign']);
  });

  test.each(['/nowhere', '/api/', '/assets/missing.js', '/assets/..%2f..%2fpackage.json', '/assets/%00'])(
    '%s is not an address of this server',
    async (path) => {
      expect((await get(path)).status).toBeGreaterThanOrEqual(400);
      expect((await get(path)).status).toBeLessThan(500);
    },
  );

  test("nothing may be loaded or run but the page's own files", async () => {
    const policy = (await get('/')).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});

// The last block: it ends the engine.
describe('without an engine', () => {
  test('questions get a clear 503, and the pipeline still answers', async () => {
    await fleet.engine.stop();
    for (const path of [
      '/api/applications',
      `/api/applications/${ALL_ONES}`,
      '/api/devices',
      '/api/fleet',
      '/api/executables',
    ]) {
      const { status, body } = await get(path);
      expect([status, body.code]).toEqual([503, 'engine-unavailable']);
    }
    expect((await get('/api/pipeline')).body).toMatchObject({ lag: 0, engine: { up: true } });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/metrics')).text).toContain('up 1');
  });
});
