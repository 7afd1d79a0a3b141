import { expect, test } from 'vitest';
import {
  decideRest,
  HEEDLESS_MS,
  LONGEST_REST_MS,
  type MachineState,
  NO_REST,
  type RestState,
} from './rest-decision.ts';

const CALM_MACHINE: MachineState = {
  onBattery: false,
  pressure: { cpu: 0, storage: 0, memory: 0 },
  loadPerCore: 0,
};
const pressure = (more: Partial<NonNullable<MachineState['pressure']>>): MachineState => ({
  ...CALM_MACHINE,
  pressure: { cpu: 0, storage: 0, memory: 0, ...more },
});
const reason = (machine: MachineState, before: RestState = NO_REST) =>
  decideRest(before, machine, 1000).reason;

test.each([
  ['nothing is up', CALM_MACHINE, undefined],
  ['it runs on battery', { ...CALM_MACHINE, onBattery: true }, 'battery'],
  ['programs wait for a processor', pressure({ cpu: 60 }), 'load'],
  ['programs wait for storage', pressure({ storage: 60 }), 'load'],
  ['programs wait for memory', pressure({ memory: 30 }), 'load'],
  ['a few do', pressure({ cpu: 30, storage: 30, memory: 10 }), undefined],
  [
    'no pressure is told and the load is high',
    { ...CALM_MACHINE, pressure: undefined, loadPerCore: 2 },
    'load',
  ],
  [
    'no pressure is told and the load is low',
    { ...CALM_MACHINE, pressure: undefined, loadPerCore: 1 },
    undefined,
  ],
  ['the load is high and yet nobody waits', { ...CALM_MACHINE, loadPerCore: 9 }, undefined],
] as const)('when %s', (_, machine, expected) => {
  expect(reason(machine)).toBe(expected);
});

test('a rest ends well below where it began, so that it does not stop and go', () => {
  const resting = decideRest(NO_REST, pressure({ cpu: 60 }), 0);
  expect(reason(pressure({ cpu: 40 }), resting)).toBe('load');
  expect(reason(pressure({ cpu: 20 }), resting)).toBeUndefined();
  expect(reason(pressure({ cpu: 40 }))).toBeUndefined();
});

/** Looks every minute for so many hours; the share of looks at which it worked. */
function workedFor(hours: number, machine: MachineState): number {
  let state = NO_REST;
  let worked = 0;
  for (let minute = 0; minute < hours * 60; minute++) {
    state = decideRest(state, machine, minute * 60_000);
    if (!state.reason) worked++;
  }
  return worked / (hours * 60);
}

test('a computer that is always busy, or never on a cable, is hashed as well', () => {
  const share = (of: 'load' | 'battery') => HEEDLESS_MS[of] / (HEEDLESS_MS[of] + LONGEST_REST_MS[of]);
  expect(workedFor(24, pressure({ cpu: 90 }))).toBeCloseTo(share('load'), 1);
  expect(workedFor(240, { ...CALM_MACHINE, onBattery: true })).toBeCloseTo(share('battery'), 1);
  expect(workedFor(23, { ...CALM_MACHINE, onBattery: true })).toBe(0);
});

test('plugged in in the middle of a rest it goes on at once', () => {
  const resting = decideRest(NO_REST, { ...CALM_MACHINE, onBattery: true }, 0);
  expect(decideRest(resting, CALM_MACHINE, 5000)).toEqual(NO_REST);
});
