/**
 * A reader who may ask and plays with resources (I10): statements that want all memory, huge exports, KILL and the like
 * are each refused with their code, and paths that lead out of folders lead nowhere.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { EXPORTS, FORBIDDEN, MEMORY, PATHS_OUT } from './resource-statements.ts';

const ENGINE_MIB = 3_072;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({
    recomputeSeconds: 5,
    settings: () => ({ FLEETMETER_ENGINE_MEMORY_MIB: String(ENGINE_MIB) }),
  });
}, 120_000);
afterAll(() => collector?.close());

/** One question, with the path as it is written here. */
function asked(url: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });
}

test('each limit refuses in its own words', async () => {
  const refusal = async (statement: string): Promise<string> => {
    const { status, text } = await asked(collector.sqlUrl, '/', statement);
    return `${status} ${/\(([A-Z_]+)\)\s*$/.exec(text)?.[1]}`;
  };
  for (const statement of MEMORY)
    expect(await refusal(statement), statement).toBe('500 MEMORY_LIMIT_EXCEEDED');
  const [rows = '', bytes = ''] = EXPORTS;
  expect(await refusal(rows)).toBe('500 TOO_MANY_ROWS_OR_BYTES');
  // Its text and its result count as memory of the statement, and may reach that limit first.
  expect(await refusal(bytes)).toMatch(/^500 (?:TOO_MANY_ROWS_OR_BYTES|MEMORY_LIMIT_EXCEEDED)$/);
  for (const statement of FORBIDDEN) expect(await refusal(statement), statement).toBe('403 ACCESS_DENIED');
  const metric = await collector.metrics();
  expect(metric('fleetmeter_engine_refused_total')).toBeGreaterThanOrEqual(FORBIDDEN.length);
}, 120_000);

test(`${PATHS_OUT.length} paths lead out of nothing that is served`, async () => {
  const secret = readFileSync(join(collector.dataDir, 'engine/writer-secret'), 'utf8').trim();
  for (const url of [collector.adminUrl, collector.agentUrl, collector.sqlUrl])
    for (const path of PATHS_OUT) {
      const { status, text } = await asked(url, path);
      expect(text.includes(secret) || /root:[^:]*:0:/.test(text), `${url}${path}: ${status}`).toBe(false);
    }
}, 60_000);
