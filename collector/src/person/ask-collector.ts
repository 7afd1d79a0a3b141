/** Asks the running collector about persons, as its API is asked from anywhere. */
import { readFileSync } from 'node:fs';
import type { CollectorConfig } from '../config/schema.ts';
import { EnrolCommandError } from '../enrol/command-line.ts';

/** Where the token is looked for; never among the arguments, which every user of the machine can read. */
export const TOKEN_VARIABLE = 'FLEETMETER_PERSON_TOKEN';
const PATIENCE_MS = 90_000;

export interface CollectorQuestion {
  /** Below /api/person/. */
  path: string;
  body: string;
  contentType: string;
  reason: string;
  tokenFile: string | undefined;
}

/** The answer as it came. Throws EnrolCommandError with what the collector says. */
export async function askCollector(
  config: CollectorConfig,
  { path, body, contentType, reason, tokenFile }: CollectorQuestion,
): Promise<Buffer> {
  const { adminHost: host, adminPort } = config;
  if (adminPort === 0)
    throw new EnrolCommandError('the port of the API is chosen at each start: set adminPort');
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${adminPort}/api/person/${path}`;
  const headers = {
    authorization: `Bearer ${tokenOf(tokenFile)}`,
    'content-type': contentType,
    'x-fleetmeter-reason': encodeURIComponent(reason),
  };
  const answer = await fetch(url, {
    ...{ method: 'POST', body, headers },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    throw new EnrolCommandError(`no collector answers at port ${adminPort}: it is what reads about persons`, {
      cause,
    });
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.ok) return bytes;
  throw new EnrolCommandError(problemText(bytes) ?? `the collector answered ${answer.status}`);
}

function tokenOf(file: string | undefined): string {
  const token = (file === undefined ? process.env[TOKEN_VARIABLE] : contentOf(file))?.trim() ?? '';
  if (/^\S{1,200}$/.test(token)) return token;
  throw new EnrolCommandError(
    `a personal token is needed: in ${TOKEN_VARIABLE}, or in a file with --token-file`,
  );
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EnrolCommandError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

function problemText(bytes: Buffer): string | undefined {
  try {
    const { title, detail } = JSON.parse(bytes.toString('utf8')) as { title?: string; detail?: string };
    return detail || title;
  } catch {
    return undefined;
  }
}
