import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPlan, planMessage } from './plan-command.ts';
import { PLAN_INPUTS, type PlanInputName, planFlag } from './plan-inputs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-plan-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function plan(...args: string[]): Promise<string> {
  let printed = '';
  const program = new Command('fleetmeter-collector').exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => {},
  });
  const print = (text: string) => {
    printed += text;
  };
  addPlan(program, { print, say: () => {}, now: () => 1_790_000_000_000 });
  await program.parseAsync(['plan', ...args], { from: 'user' });
  return printed;
}

const refusal = async (...args: string[]) =>
  planMessage(await plan(...args).catch((error: unknown) => error));

test('the text shows each figure with its calculation, the constants and what it comes to', async () => {
  const text = await plan('--devices', '20000', '--change', '5%');
  expect(text).toMatch(
    / {2}requests, mean +5\.556 requests \/ s\n {6}= 20,000 × 24 \/ 86,400\n {6}= devices × reportsPerDay \/ 86,400\n/,
  );
  expect(text).toMatch(/\nConstants \(measured on .+\)\n {2}\w+ +[\d,.]+ bytes/);
  expect(text).toMatch(/\nIn short\n {2}5\.556 requests a second/);
});

test('JSON holds inputs, lines with calculations, and constants with their sources', async () => {
  const { inputs, lines, constants, notes } = JSON.parse(await plan('--json', '--change', '0.1'));
  expect(inputs).toMatchObject({ devices: 1_000_000, change: 0.1 });
  expect(lines[0]).toMatchObject({
    section: 'Load',
    name: 'requests, mean',
    unit: 'requests / s',
    names: 'devices × reportsPerDay / 86,400',
    numbers: '1,000,000 × 24 / 86,400',
    constants: [],
  });
  expect(constants.httpUs).toMatchObject({
    unit: 'CPU µs / request',
    source: expect.stringMatching(/^measured on/),
  });
  expect(constants.rangeReports.source).toBe('fixed by the code');
  expect(notes).toEqual([]);
});

test('constants that were saved are used again, and say where they come from', async () => {
  const file = join(folder, 'constants.json');
  await plan('--save-constants', file);
  const saved = JSON.parse(readFileSync(file, 'utf8'));
  saved.machine = 'a slow machine';
  saved.values.httpUs = 7777;
  writeFileSync(file, JSON.stringify(saved));
  const { constants } = JSON.parse(await plan('--constants', file, '--json'));
  expect(constants.httpUs).toMatchObject({ value: 7777, source: 'measured on a slow machine, 2026-09-21' });
});

test('what was asked wrongly is one line', async () => {
  expect(await refusal('--devices', '-5')).toBe('--devices must be a whole number of 1 or more, not "-5"');
  expect(await refusal('--measure', '--constants', 'x')).toMatch(
    /^--constants and --measure exclude each other/,
  );
  expect(await refusal('--constants', join(folder, 'none.json'))).toMatch(
    /none\.json cannot be read: ENOENT/,
  );
  writeFileSync(join(folder, 'part.json'), '{"values": {"httpUs": 1}}');
  expect(await refusal('--constants', join(folder, 'part.json'))).toMatch(
    /does not hold tcpUs, .*; measure again$/,
  );
  expect(await refusal('--save-constants', join(folder, 'no/such/file'))).toMatch(
    /cannot be written \(ENOENT\)$/,
  );
  expect(await refusal('--from-live', 'nowhere')).toMatch(/must be the address of a collector's page/);
});

test('--help names every input with its default, and gives examples', async () => {
  let help = '';
  const program = new Command('fleetmeter-collector').exitOverride().configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  addPlan(program, { print: () => {}, say: () => {}, now: () => 0 });
  await expect(program.parseAsync(['plan', '--help'], { from: 'user' })).rejects.toMatchObject({
    exitCode: 0,
  });
  for (const name of Object.keys(PLAN_INPUTS) as PlanInputName[]) expect(help).toContain(planFlag(name));
  expect(help).toMatch(/--change <value> +Part of them that changes in a day \(default\s+5%\)/);
  expect(help).toContain('$ fleetmeter-collector plan --from-live http://127.0.0.1:8710');
});
