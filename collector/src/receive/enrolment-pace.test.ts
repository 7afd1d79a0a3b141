import { expect, test } from 'vitest';
import { Refusal } from '../validate/refusals.ts';
import { EnrolmentPace, Pace } from './enrolment-pace.ts';
import { startReceiving } from './fixtures/receiving-collector.ts';
import { post, TestDevice } from './fixtures/test-device.ts';

const NOW = 1_800_000_000_000;

test('a bucket lets a burst through, then its rate, and never more after a pause', () => {
  const pace = new Pace({ perSecond: 2, burst: 3, remembered: 10 });
  const taken = (count: number, now: number) =>
    Array.from({ length: count }, () => pace.take('a', now)).filter((wait) => wait === 0).length;
  expect(taken(10, NOW)).toBe(3);
  expect(pace.take('a', NOW)).toBe(1);
  expect(taken(10, NOW + 1000)).toBe(2);
  expect(taken(10, NOW + 3_600_000)).toBe(3);
  // Another name, and a clock that was put back.
  expect(pace.take('b', NOW)).toBe(0);
  expect(taken(10, NOW - 1000)).toBe(0);
});

test('what is remembered is bounded, however many addresses ask', () => {
  const pace = new Pace({ perSecond: 1, burst: 1, remembered: 1_000 });
  for (let address = 0; address < 100_000; address++) pace.take(`10.0.${address >> 8}.${address & 255}`, NOW);
  expect(pace.remembered).toBe(1_000);
});

function refused(pace: EnrolmentPace, addresses: readonly string[]): number {
  return addresses.filter((address) => {
    try {
      pace.askedFrom(address, NOW);
      return false;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'joining-too-often') throw error;
      expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(30);
      return true;
    }
  }).length;
}

test('one network of IPv6 addresses is one asker; addresses of IPv4 are each their own', () => {
  const many = (of: (number: number) => string) => Array.from({ length: 100 }, (_, number) => of(number));
  expect(
    refused(
      new EnrolmentPace(1 / 4),
      many((n) => `2001:db8:0:7::${n.toString(16)}`),
    ),
  ).toBe(70);
  expect(
    refused(
      new EnrolmentPace(1 / 4),
      many((n) => `2001:db8:0:${n.toString(16)}::1`),
    ),
  ).toBe(0);
  expect(
    refused(
      new EnrolmentPace(1 / 4),
      many((n) => `192.0.2.${n}`),
    ),
  ).toBe(0);
  expect(
    refused(
      new EnrolmentPace(1 / 4),
      many((n) => `::ffff:192.0.2.${n}`),
    ),
  ).toBe(0);
  expect(
    refused(
      new EnrolmentPace(1 / 4),
      many(() => '192.0.2.1'),
    ),
  ).toBe(70);
});

test('a flood of requests to join is refused and counted, while reports of the same address go on', async () => {
  const collector = await startReceiving();
  const device = await collector.newDevice();
  const { port } = await collector.listen({ enrolments: new EnrolmentPace(1 / 4) });
  let refusals = 0;
  for (let attempt = 0; attempt < 60; attempt++) {
    const code = await new TestDevice().enrol(port, 'AbCdEfGhIjKlMnOpQrStUv').then(
      () => 'joined',
      (error: Error) => (JSON.parse(error.message) as { code: string }).code,
    );
    if (code === 'joining-too-often') refusals++;
    else expect(code).toBe('token-unknown');
  }
  expect(refusals).toBeGreaterThan(20);
  const counted = await collector.metrics.receive.refusals.get();
  expect(counted.values.find(({ labels }) => labels.code === 'joining-too-often')?.value).toBe(refusals);
  expect((await post(port, '/v1/report', device.report())).status).toBe(200);
  await collector.close();
});
