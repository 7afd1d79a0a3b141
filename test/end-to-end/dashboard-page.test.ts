/**
 * The page in a real browser, before a real engine with real facts: what an administrator sees, also when names are
 * hostile, when figures change and when the engine is gone. FLEETMETER_SCREENSHOTS=folder keeps pictures.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageRecord } from '@fleetmeter/proto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALL_ONES, HOSTILE_PROGRAMS, MARKUP } from '../../collector/src/admin/fixtures/hostile-programs.ts';
import { FleetUnderTest } from '../../collector/src/admin/fleet-under-test.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking'];
const REPOSITORY = join(import.meta.dirname, '../..');
const SCREENSHOTS = process.env.FLEETMETER_SCREENSHOTS;
/** A refresh comes every two seconds; an answer takes a moment. */
const A_FEW_REFRESHES = { timeout: 15_000 };

const present = existsSync(CHROMIUM);
if (!present)
  console.warn(
    'Skipped: the page in a browser. Install it with: apt-get install -y --no-install-recommends chromium fonts-dejavu-core',
  );

test.runIf(process.env.CI === 'true')('CI has a browser to look at the page with', () => {
  expect(present, `${CHROMIUM} is missing`).toBe(true);
});

describe.runIf(present)('the page', () => {
  let fleet: FleetUnderTest;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    execFileSync('npm', ['run', 'build', '--silent', '-w', '@fleetmeter/collector'], { cwd: REPOSITORY });
    fleet = await FleetUnderTest.start();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await fleet?.close();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  });

  afterEach(async () => {
    await page.close();
  });

  const open = async (hash = ''): Promise<void> => {
    await page.goto(`${fleet.url}/${hash}`);
    await page.getByText('Updated just now').waitFor();
  };
  const picture = async (name: string): Promise<void> => {
    if (SCREENSHOTS)
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: name.endsWith('detail') });
  };

  test('before the first report says what is going on, and fills by itself when it comes', async () => {
    await open();
    await page.getByText('Waiting for the first report').waitFor();
    await picture('empty');
    await fleet.report('build-server-01', HOSTILE_PROGRAMS);
    await page.getByRole('link', { name: 'edge-tools' }).waitFor(A_FEW_REFRESHES);
    expect(complaints).toEqual([]);
  });

  test('hostile names are text: nothing runs, and what cannot be seen is written out', async () => {
    await open();
    const rows = page.locator('tbody');
    await rows.getByText(MARKUP, { exact: true }).waitFor();
    expect(await page.locator('img, tbody script').count()).toBe(0);
    const text = await rows.textContent();
    expect(text).toContain('invoice\\u202Efdp.exe');
    expect(text).toContain('clear\\x1B[2Jscreen');
    for (const unseen of ['\u001b', '\u202e']) expect(text).not.toContain(unseen);
    expect(await rows.getByText('unrecognised').count()).toBe(4);
    expect(complaints).toEqual([]);
  });

  test('the id of 64 ones is on the page, in the detail of its application', async () => {
    await open();
    await page.getByRole('link', { name: 'edge-tools' }).click();
    await page.getByRole('heading', { name: 'edge-tools' }).waitFor();
    const executables = page.getByRole('region', { name: 'Executables' });
    expect(await executables.getByText(ALL_ONES).count()).toBe(1);
    await executables.getByText('01'.repeat(32)).waitFor();
    await executables.getByText('/opt/edge/all-ones').waitFor();
    await page.getByRole('region', { name: 'Devices' }).getByText('build-server-01').waitFor();
    await page.getByText('As a table').click();
    const byDay = page.getByRole('region', { name: 'Use by day' });
    await byDay.getByText('1 h 15 min', { exact: true }).waitFor();
    await byDay.getByText('< 5', { exact: true }).waitFor();
    const atOnce = page.getByRole('region', { name: 'Used at once' });
    expect(await atOnce.locator('tbody tr').textContent()).toMatch(/^today1not shown< 51 of 1/);
    await picture('detail');
    expect(complaints).toEqual([]);
  });

  test('an application that quarantine holds says so, in the list, in its detail and in the headline', async () => {
    await fleet.leaveOut([
      {
        ...{
          applicationId: ALL_ONES,
          application: 'edge-tools',
          publisher: '',
          devicesExcluded: 4,
          devices: 400,
        },
        staleSince: Date.now() - 7_200_000,
      },
    ]);
    await open('#/applications?search=edge-tools');
    await page.locator('tbody').getByText('held: 4 devices in quarantine').waitFor();
    await page.getByText('Held at earlier figures: 1 application day.').waitFor();
    await page.getByRole('link', { name: 'edge-tools' }).click();
    await page.getByRole('note').getByText('Records of 4 devices are in quarantine').waitFor();
    await page.getByText('As a table').click();
    const days = page.getByRole('region', { name: 'Use by day' });
    await days.getByText('held: 4 devices in quarantine').waitFor();
    await picture('held-detail');
    await open('#/pipeline');
    await page.getByText('1 application day, the oldest 2 h ago').waitFor();
    await fleet.leaveOut([]);
    expect(complaints).toEqual([]);
  });

  test('an executable of which only the id is known shows, and says so', async () => {
    await open(`#/executables?search=${ALL_ONES}`);
    await page.getByText('in a container').waitFor();
    await open('#/executables?sort=path&order=asc');
    await page.getByText('path not received yet').waitFor();
    await picture('executables');
  });

  test('refreshes keep what is typed, the focus, the selection and the place, and bring new rows', async () => {
    await fleet.report('build-server-01', manyTools(250));
    await open('#/applications?sort=name&order=asc');
    await page.getByText('1–200 of').waitFor();
    await picture('light');
    await page.getByLabel('Search name, version or publisher').focus();
    await page.evaluate(`window.scrollTo(0, 1500);
      getSelection().selectAllChildren(document.querySelector('tbody tr:nth-child(30) .name'))`);
    const selected = await page.evaluate('String(getSelection())');
    expect(selected).not.toBe('');
    const total = await page.locator('.total').textContent();
    await fleet.report('build-server-01', [tool(9_001)]);
    await expect.poll(() => page.locator('.total').textContent(), A_FEW_REFRESHES).not.toBe(total);
    expect(await page.evaluate('String(getSelection())')).toBe(selected);
    expect(await page.evaluate('scrollY')).toBe(1500);
    expect(await page.evaluate('document.activeElement.className')).toBe('search');
    expect(complaints).toEqual([]);
  });

  test('can be searched, sorted and paged by keyboard alone', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('tool-0042');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    expect(page.url()).toContain('search=tool-0042');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('nothing has this name');
    await page.getByRole('button', { name: 'Show all applications' }).press('Enter');
    await page.getByRole('button', { name: 'Name' }).press('Enter');
    await expect.poll(() => page.locator('th[aria-sort="ascending"]').textContent()).toContain('Name');
    await page.getByRole('button', { name: 'Next' }).press('Enter');
    await page.getByText(/^201–25\d of 25\d$/).waitFor();
    await page.getByRole('link', { name: 'tool-0240' }).press('Enter');
    await page.getByRole('heading', { name: 'tool-0240' }).waitFor();
    await page.getByRole('link', { name: '← Applications' }).press('Enter');
    await page.getByText(/^201–25\d of 25\d$/).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a tab that is not seen asks nothing, and catches up when it is', async () => {
    await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await hide(true);
    await page.waitForTimeout(3_000);
    asked.length = 0;
    await page.waitForTimeout(3_000);
    expect(asked).toEqual([]);
    await hide(false);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
  });

  test('devices and pipeline say what an operator asks', async () => {
    await open('#/devices');
    await page.getByRole('link', { name: 'build-server-01' }).waitFor();
    await picture('devices');
    await page.getByRole('link', { name: 'build-server-01' }).click();
    await page.getByText('What the agent costs').waitFor();
    await picture('device');
    setAside(fleet, MARKUP);
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByRole('link', { name: 'usage-seconds-out-of-range' }).waitFor();
    await page.getByText('Nothing is set aside').waitFor({ state: 'detached' });
    await page.getByText('up to date').waitFor();
    await picture('pipeline');
    await page.getByRole('link', { name: 'usage-seconds-out-of-range' }).click();
    await page.getByRole('link', { name: '1', exact: true }).click();
    await page.getByText('executable_id').waitFor();
    // As sent, in the list and in the record; and inert.
    expect(await page.getByText(MARKUP, { exact: true }).count()).toBe(2);
    expect(await page.getByText(`${MARKUP}7`, { exact: true }).count()).toBe(1);
    expect(await page.getByText('90000', { exact: true }).count()).toBe(1);
    await picture('quarantine');
    await page.getByRole('link', { name: 'Pipeline' }).click();
    const { processing } = fleet.pipeline;
    fleet.pipeline.lag = 4_200;
    fleet.pipeline.processing = {
      ...processing,
      ...{ paused: { since: Date.now() - 7_200_000, by: 'ada', reason: MARKUP }, records: 4_200 },
      ...{ oldestReceivedAt: Date.now() - 7_000_000, catchUpSeconds: 95 },
    };
    await page.getByText('paused, 4,200 waiting').waitFor(A_FEW_REFRESHES);
    for (const words of ['2 h ago by ada', MARKUP, 'received 1 h ago', '1 min'])
      expect(await page.getByText(words, { exact: true }).count(), words).toBe(1);
    fleet.pipeline.lag = 0;
    fleet.pipeline.processing = processing;
    expect(complaints).toEqual([]);
  });

  test('the list shows the fleet with state and group, and those that left it when asked', async () => {
    await fleet.join([
      { number: 0xb2, hostname: 'in-a-drawer', group: 'finance', silentDays: 40 },
      { number: 0xb3, hostname: 'gone-for-good', silentDays: 100 },
      { number: 0xb4, hostname: 'build-runner', ephemeral: true },
      { number: 0xb5, hostname: 'put-out', revoked: true },
      { number: 0xb6, hostname: 'before-its-new-disk', supersededBy: '00000000000000a1' },
    ]);
    await open('#/devices');
    await page.getByText('3 devices').waitFor(A_FEW_REFRESHES);
    const row = page.locator('tbody tr', { hasText: 'in-a-drawer' });
    expect(await row.locator('[data-column=state]').textContent()).toBe('stale');
    expect(await row.locator('[data-column=group]').textContent()).toBe('finance');
    await picture('devices-states');
    await page.getByLabel('State').selectOption('archived');
    await page.getByRole('link', { name: 'gone-for-good' }).waitFor();
    expect(page.url()).toContain('state=archived');
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.getByLabel('State').selectOption('all');
    await page.getByText('6 devices').waitFor(A_FEW_REFRESHES);
    await page.getByLabel('Search host name, group or system').fill('finance');
    await page.getByText('1 device').waitFor(A_FEW_REFRESHES);
    await page.goto(`${fleet.url}/#/devices/00000000000000b6`);
    await page.getByText('is now').waitFor();
    await page.getByRole('link', { name: '00000000000000a1' }).click();
    await page.getByText('was before-its-new-disk').waitFor();
    await picture('device-with-former');
    expect(complaints).toEqual([]);
  });

  test('an application says which devices do not use it, of which nothing is known, and on what that rests', async () => {
    await fleet.watch([
      { number: 0xd1, hostname: 'desk-user', uses: [ALL_ONES] },
      { number: 0xd2, hostname: 'desk-idle' },
      { number: 0xd3, hostname: 'desk-half-seen', observed: 0.7 },
    ]);
    await open(`#/applications/${ALL_ONES}`);
    const list = page.getByRole('region', { name: 'Who uses it' });
    const rows = list.locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.first().textContent()).toContain('desk-idle');
    expect(await rows.last().textContent()).toContain('desk-user');
    await list.getByText('1 not observed: less than 80 % of the time').waitFor();
    expect(await list.locator('.facts').textContent()).toMatch(/^Not used1Used1Unknown\d+$/);
    await picture('use-detail');
    await list.getByLabel('Devices that are').selectOption('unknown');
    await expect.poll(() => rows.first().textContent()).toContain('unknown');
    expect(page.url()).toContain('state=unknown');
    await list.getByLabel('Devices that are').selectOption('all');
    await list.getByRole('link', { name: 'Evidence of desk-user' }).press('Enter');
    await page.getByRole('heading', { name: 'Day by day' }).waitFor();
    await page.getByText('Updated just now').waitFor();
    const days = page.getByRole('region', { name: 'Day by day' }).locator('tbody tr');
    expect(await days.count()).toBe(90);
    expect(await days.nth(1).textContent()).toContain('yes, a person started it');
    expect(await days.nth(1).textContent()).toContain('10 h of 10 h on');
    await picture('evidence-detail');
    await page.getByRole('link', { name: '← Application', exact: true }).press('Enter');
    await list.getByRole('link', { name: 'Evidence of desk-idle' }).press('Enter');
    await page.locator('.detail-head').getByText('not used').waitFor();
    expect(await days.getByText('yes', { exact: true }).count()).toBe(90);
    expect(await days.locator('[data-column=counts_by]').getByText('yes').count()).toBe(0);
    await page.goto(`${fleet.url}/#/applications/${ALL_ONES}?device=00000000deadbeef`);
    await page.getByText('Of this application on this device nothing is known.').waitFor();
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test.each([400, 768, 1280])('at %d pixels nothing has to be scrolled sideways', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const hash of [
      '',
      `#/applications/${ALL_ONES}`,
      '#/executables',
      '#/devices',
      '#/pipeline',
      `#/applications/${ALL_ONES}?device=00000000000000d1`,
    ]) {
      await open(hash);
      await page.locator('h1').waitFor();
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(overflow), hash).toBe(0);
      if (width === 400)
        await picture(`narrow-${hash.split('/')[1] ?? 'first'}${hash.length > 20 ? '-detail' : ''}`);
    }
  });

  test('follows the reader to dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    await page.getByRole('link', { name: 'edge-tools' }).waitFor();
    const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(20, 23, 28)');
    await picture('dark');
    await page.getByRole('link', { name: 'edge-tools' }).click();
    await page.getByRole('heading', { name: 'edge-tools' }).waitFor();
    await picture('dark-detail');
  });

  test('an unknown application says so instead of loading for ever', async () => {
    await page.goto(`${fleet.url}/#/applications/00000000deadbeef`);
    await page.getByText('No application has this id.').waitFor();
  });

  test('a collector that cannot be reached is said, and the figures stay', async () => {
    await open();
    await page.getByRole('link', { name: 'edge-tools' }).waitFor();
    await page.context().setOffline(true);
    await page.getByText('The collector is not reachable.').waitFor(A_FEW_REFRESHES);
    expect(await page.getByRole('link', { name: 'edge-tools' }).count()).toBe(1);
    await page.context().setOffline(false);
    await page
      .getByText('The collector is not reachable.')
      .waitFor({ state: 'detached', ...A_FEW_REFRESHES });
  });

  // The last one: it ends the engine.
  test('an engine that is down is said, and the figures stay', async () => {
    await open();
    await page.getByRole('link', { name: 'edge-tools' }).waitFor();
    await fleet.engine.stop();
    fleet.pipeline.engine = { up: false, restarts: 1, pid: undefined, unjailed: undefined };
    await page.getByText('The database engine does not answer').waitFor(A_FEW_REFRESHES);
    expect(await page.getByRole('link', { name: 'edge-tools' }).count()).toBe(1);
    await picture('engine-down');
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByText('Not answering').waitFor(A_FEW_REFRESHES);
  });
});

/** One usage record, put aside for `text`, of an agent whose version is no better. */
function setAside({ control }: FleetUnderTest, text: string): void {
  const executableId = new Uint8Array(8).fill(1);
  const aside = {
    ...{ reason: 'usage-seconds-out-of-range' as const, detail: text, kind: 'usage' as const, offset: 1 },
    ...{ deviceId: '00000000000000a1', epochNo: 1, sequence: 7, agentVersion: `${text}7`, at: Date.now() },
    bytes: UsageRecord.encode({ executableId, day: 20_000, seconds: 90_000 }).finish(),
  };
  control.commitProcessed({
    ...{ checkpoint: 1, dirty: [], directives: [], resolved: [], superseded: [] },
    ...{ evidenceProcessed: [], undescribedUse: [], quarantined: [aside], now: Date.now() },
  });
}

function manyTools(count: number) {
  return Array.from({ length: count }, (_, index) => tool(index));
}

function tool(index: number) {
  const number = String(index).padStart(4, '0');
  return {
    id: (0x100000 + index).toString(16).padStart(16, '0'),
    path: `/usr/bin/tool-${number}`,
    application: `tool-${number}`,
    applicationId: (0x200000 + index).toString(16).padStart(16, '0'),
    publisher: index % 3 === 0 ? '' : 'Debian Maintainers <maintainers@lists.example>',
    version: `1:${index % 20}.${index % 7}-2+deb12u1`,
    secondsToday: index % 9 === 0 ? 40 + index * 37 : 0,
  };
}
