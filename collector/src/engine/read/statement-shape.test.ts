import { expect, test } from 'vitest';
import { senderShape, statementShape } from './statement-shape.ts';

test('other values are the same statement, other names and calls are not', () => {
  const shape = statementShape("SELECT a FROM v WHERE (day > '2026-11-01') AND (a IN (1, 2, 3)) LIMIT 10");
  for (const same of [
    "SELECT a FROM v WHERE (day > '2025-01-01') AND (a IN (1, 2, 3)) LIMIT 1000",
    "SELECT a FROM v WHERE (day > 'it\\'s 1, ''2''') AND (a IN (7)) LIMIT 10",
    'SELECT a FROM v WHERE (day > 1.5) AND (a IN (1, 2, 3, 4, 5, 6, 7, 8)) LIMIT 10',
  ]) {
    expect(statementShape(same), same).toBe(shape);
  }
  for (const other of [
    "SELECT b FROM v WHERE (day > '2026-11-01') AND (a IN (1, 2, 3)) LIMIT 10",
    "SELECT a FROM w WHERE (day > '2026-11-01') AND (a IN (1, 2, 3)) LIMIT 10",
    "SELECT a FROM v WHERE (day > '2026-11-01') AND (a IN (1, 2, 3))",
    "SELECT `1` FROM v WHERE (day > '2026-11-01') AND (a IN (1, 2, 3)) LIMIT 10",
  ]) {
    expect(statementShape(other), other).not.toBe(shape);
  }
  expect(shape).toMatch(/^[0-9a-f]{16}$/);
});

test('a sender is what it calls itself', () => {
  const grafana = { 'user-agent': 'Grafana/12.1', 'x-grafana-user': 'ann', host: 'a' };
  expect(senderShape({ ...grafana, host: 'b' })).toBe(senderShape(grafana));
  expect(senderShape({ ...grafana, 'x-grafana-user': 'bob' })).not.toBe(senderShape(grafana));
  expect(senderShape({ 'user-agent': 'a', 'x-grafana-user': 'b' })).not.toBe(
    senderShape({ 'user-agent': 'ab' }),
  );
});
