/**
 * Mutual TLS: clients must show a certificate by the organisation's authority for clients, in addition to what they sign.
 * The file is looked at each minute; one that does not fit changes nothing and is said once, since the old one works.
 */
import { statSync } from 'node:fs';
import { type Authority, AuthorityError } from './authority.ts';
import { certificatesIn, isValidAt, readIfThere } from './pem-files.ts';

const LOOK_EVERY_MS = 60_000;

/** The same authority towards clients, which asks for theirs as well. Throws AuthorityError when the file is wrong. */
export function demandingClients(authority: Authority, caFile: string, now: () => number): Authority {
  let stamp = stampOf(caFile);
  let ca = load(caFile, now());
  return {
    get fingerprints() {
      return authority.fingerprints;
    },
    get certificateExpiresAtMs() {
      return authority.certificateExpiresAtMs;
    },
    lookEveryMs: Math.min(authority.lookEveryMs, LOOK_EVERY_MS),
    secureContext: () => ({ ...authority.secureContext(), ca }),
    renewIfDue: async () => {
      const renewed = await authority.renewIfDue();
      const seen = stampOf(caFile);
      if (seen === stamp) return renewed;
      stamp = seen;
      ca = load(caFile, now());
      return true;
    },
  };
}

function load(caFile: string, nowMs: number): string {
  const text = readIfThere(caFile);
  if (text === undefined) throw new AuthorityError('unreadable', `${caFile} is not there`);
  const authorities = certificatesIn(text, caFile);
  for (const authority of authorities) {
    const name = JSON.stringify(authority.subject?.replaceAll('\n', ', ') ?? '');
    if (!authority.ca)
      throw new AuthorityError('unfit', `${caFile} must hold authorities only; ${name} is none`);
    if (!isValidAt(authority, nowMs))
      throw new AuthorityError('not-valid-now', `${name} in ${caFile} is valid until ${authority.validTo}`);
  }
  return authorities.map((authority) => authority.toString()).join('');
}

/** Changes when the file does. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : 'absent';
}
