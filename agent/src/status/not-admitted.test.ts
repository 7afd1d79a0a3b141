import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAnswer } from '../send/read-answer.ts';
import { adviceFor } from './not-admitted.ts';

/** Codes that the collector's documentation names, with their statuses. */
const documented = [
  ...readFileSync(new URL('../../../docs/refusals.md', import.meta.url), 'utf8').matchAll(
    /^\| `([a-z-]+)` \| (\d+) \| no \|/gm,
  ),
].map(([, code, status]) => ({ code: code as string, status: Number(status) }));

function verdictOn({ code, status }: { code: string; status: number }) {
  const body = Buffer.from(JSON.stringify({ code, detail: 'in words', permanent: false }));
  return readAnswer({ status, contentType: 'application/problem+json', retryAfter: '600', body } as never, 0);
}

test.each(documented.filter(({ status }) => status === 403 || status === 415))(
  '$code is nothing that a retry at once would mend',
  ({ code, status }) => {
    // What is between agent and collector, or the local port: not for an administrator of the fleet.
    const between = [
      'host-not-loopback',
      'origin-foreign',
      'content-type-unsupported',
      'content-encoding-refused',
    ];
    const verdict = verdictOn({ code, status });
    expect(verdict.is).toBe(between.includes(code) ? 'retry' : 'not-admitted');
    expect(verdict).toMatchObject({ retryAfterMs: 600_000 });
  },
);

test('each comes with what a person can do', () => {
  const advice = (code: string) => adviceFor({ code, detail: '' });
  expect(advice('wire-version-unsupported')).toMatch(/update the older of the two/);
  expect(advice('token-expired')).toMatch(/join string/);
  expect(advice('awaiting-approval')).toMatch(/approve/);
});
