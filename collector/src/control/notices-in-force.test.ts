import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEnrolmentDesk } from './enrolment-desk.ts';
import { type MoveDesk, openMoveDesk } from './move-desk.ts';
import { receiverOf } from './receiver-of.ts';
import type { ReceiverStore } from './receiver-store.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

const DAY_MS = 86_400_000;
const NOW = 1_800_000_000_000;
const PLACE = { addresses: ['https://new:1'], authorities: ['0a'.repeat(32)], validUntil: NOW + 30 * DAY_MS };
const OFF = { ...PLACE, addresses: [], authorities: [] };

let folder: string;
let control: SqliteControlStore;
let receiver: ReceiverStore;
let desk: MoveDesk;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-notices-'));
  open();
  desk = openMoveDesk(folder);
});
afterEach(async () => {
  desk[Symbol.dispose]();
  await receiver.close();
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  receiver = receiverOf(control);
}
async function reopen(): Promise<void> {
  await receiver.close();
  control.close();
  open();
}
const issue = (draft = PLACE, now = NOW) =>
  desk.notices.issue(desk.collectorId, draft, ({ serial }) => Buffer.from(`signed ${serial}`), now);
function newDevice(): string {
  const token = { uses: 1, expiresAt: NOW + DAY_MS, group: 'default', note: '' };
  const { secret } = control.tokens.create(token, 0);
  return control.enrol(crypto.getRandomValues(new Uint8Array(32)), secret, NOW);
}
const told = (serial = 0, now = NOW): string | undefined => {
  const sealed = receiver.noticeFor(serial, now);
  return sealed && Buffer.from(sealed).toString();
};

describe('what a device is told', () => {
  test('nothing before the first notice; the newest soon after another process issued it', async () => {
    expect(told()).toBeUndefined();
    const issuedAt = performance.now();
    const { serial } = issue();
    await vi.waitUntil(() => told() === `signed ${serial}`, { timeout: 10_000, interval: 10 });
    console.log(`seen ${(performance.now() - issuedAt).toFixed(0)} ms after it was issued`);
  });

  test('not what it obeys already, nor anything older, nor what is over', async () => {
    const { serial } = issue();
    await reopen();
    expect(told(serial)).toBeUndefined();
    expect(told(serial + 1)).toBeUndefined();
    expect(told(serial - 1)).toBe(`signed ${serial}`);
    expect(told(0, PLACE.validUntil - 1)).toBe(`signed ${serial}`);
    expect(told(0, PLACE.validUntil)).toBeUndefined();
  });

  test('that a move is off, only when it heard of it', async () => {
    const first = issue();
    const off = issue(OFF);
    await reopen();
    expect(told(0)).toBeUndefined();
    expect(told(first.serial)).toBe(`signed ${off.serial}`);
  });
});

test('serials rise, also within a second, also when the clock was put back', () => {
  const serials = [issue(), issue(), issue(PLACE, NOW - DAY_MS), issue(PLACE, NOW + DAY_MS)].map(
    ({ serial }) => serial,
  );
  const first = NOW / 1000;
  expect(serials).toEqual([first, first + 1, first + 2, first + 86_400]);
});

describe('what devices say', () => {
  test('is counted by serial, also by another process, soon, and after a restart', async () => {
    const devices = Array.from({ length: 5 }, newDevice);
    const { serial } = issue();
    for (const device of devices.slice(0, 3)) receiver.confirmedNotice(device, serial);
    receiver.confirmedNotice(devices[3] as string, serial - 7);
    await vi.waitUntil(() => desk.notices.confirmations().length === 2, { timeout: 5_000 });
    expect(desk.notices.confirmations()).toEqual([
      { serial: serial - 7, devices: 1 },
      { serial, devices: 3 },
    ]);
    await reopen();
    expect(control.notices.counts(5)).toEqual({ newest: 3, earlier: 1, unknown: 0, none: 1 });
  });

  test('is written when it changes, and only then', async () => {
    const device = newDevice();
    const { serial } = issue();
    receiver.confirmedNotice(device, serial);
    await receiver.flush();
    const written = vi.spyOn(control, 'noteFromReceiver');
    for (let report = 0; report < 100; report++) receiver.confirmedNotice(device, serial);
    await receiver.flush();
    expect(written).not.toHaveBeenCalled();
    receiver.confirmedNotice(device, serial + 1);
    await receiver.flush();
    expect(desk.notices.confirmations()).toEqual([{ serial: serial + 1, devices: 1 }]);
  });

  test('of a device that was revoked does not count', async () => {
    const device = newDevice();
    const { serial } = issue();
    receiver.confirmedNotice(device, serial);
    await receiver.flush();
    expect(desk.notices.deviceCount()).toBe(1);
    using enrolment = openEnrolmentDesk(folder);
    enrolment.devices.revoke(device, NOW);
    expect(desk.notices.deviceCount()).toBe(0);
    expect(desk.notices.confirmations()).toEqual([]);
  });

  test('that it obeys a notice which was never issued here is told apart', async () => {
    const device = newDevice();
    const { serial } = issue();
    receiver.confirmedNotice(device, serial + 9);
    await receiver.flush();
    expect(control.notices.counts(1)).toMatchObject({ newest: 0, unknown: 1, none: 0 });
  });
});
