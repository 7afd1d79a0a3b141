import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { boundedRead, scrapedGauge } from './metrics.ts';

test('a value that does not come is left out in time, and asked for once however often somebody scrapes', async () => {
  const registry = new Registry();
  let asked = 0;
  let answer: (value: number) => void = () => {};
  const read = boundedRead(() => {
    asked++;
    return new Promise<number>((resolve) => {
      answer = resolve;
    });
  }, 50);
  scrapedGauge(registry, 'fleetmeter_test_hanging_seconds', 'Asks an engine that hangs', read);
  scrapedGauge(registry, 'fleetmeter_test_well_seconds', 'Asks something else', () => 7);
  const began = performance.now();
  for (let scrape = 0; scrape < 3; scrape++) {
    const text = await registry.metrics();
    expect(text).not.toMatch(/^fleetmeter_test_hanging_seconds \d/m);
    expect(text).toContain('fleetmeter_test_well_seconds 7\n');
  }
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(asked).toBe(1);
  answer(3);
  await new Promise((resolve) => setImmediate(resolve));
  const next = registry.metrics();
  await new Promise((resolve) => setImmediate(resolve));
  answer(4);
  expect(await next).toContain('fleetmeter_test_hanging_seconds 4\n');
  expect(asked).toBe(2);
});

test('what is thrown at once is left out too', async () => {
  const registry = new Registry();
  scrapedGauge(registry, 'fleetmeter_test_failing_seconds', 'Fails at once', () => {
    throw new Error('closed');
  });
  expect(await registry.metrics()).not.toMatch(/^fleetmeter_test_failing_seconds \d/m);
});
