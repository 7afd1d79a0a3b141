import { expect, test } from 'vitest';
import { twoCosts } from './two-costs.ts';

test('two mixtures of the same work tell what each kind costs', () => {
  const phase = (devices: number, evidence: number) => ({
    devices,
    evidence,
    cost: devices * 1.5 + evidence * 0.2,
  });
  const { perDevice, perEvidence } = twoCosts(phase(100, 20_000), phase(1_900, 5_000));
  expect(perDevice).toBeCloseTo(1.5);
  expect(perEvidence).toBeCloseTo(0.2);
  expect(() => twoCosts(phase(10, 10), phase(20, 20))).toThrow('same mixture');
});
