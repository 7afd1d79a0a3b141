import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dashboardIsStale } from './dashboard-build.ts';

let collector: string;
beforeEach(() => {
  collector = mkdtempSync(join(tmpdir(), 'fleetmeter-page-'));
});
afterEach(() => rmSync(collector, { recursive: true }));

function put(path: string, secondsSince1970: number): void {
  const file = join(collector, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  utimesSync(file, secondsSince1970, secondsSince1970);
}

test('a page that was never built is stale', () => {
  put('src/dashboard/main.tsx', 100);
  expect(dashboardIsStale(collector)).toBe(true);
});

test('a page built after its newest source is fresh, whatever folder that lies in', () => {
  put('src/dashboard/main.tsx', 100);
  put('src/dashboard/table/table.tsx', 150);
  put('dist/dashboard/index.html', 200);
  expect(dashboardIsStale(collector)).toBe(false);
  put('src/dashboard/table/table.tsx', 201);
  expect(dashboardIsStale(collector)).toBe(true);
});

test('a built page without sources, as packages have it, is left alone', () => {
  put('dist/dashboard/index.html', 200);
  expect(dashboardIsStale(collector)).toBe(false);
});
