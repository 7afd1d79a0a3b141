/** What `--authority` takes: a fingerprint as tools print it, or a file of certificates. */
import { AuthorityError } from '../authority/authority.ts';
import { certificatesIn, fingerprintOf, readIfThere } from '../authority/pem-files.ts';
import { EnrolCommandError } from '../enrol/command-line.ts';

/** Throws AuthorityError for a file that cannot be used, EnrolCommandError for what is neither. */
export function fingerprintsIn(argument: string): string[] {
  const digits = argument.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return [digits];
  const text = readIfThere(argument);
  if (text === undefined)
    throw new EnrolCommandError(
      `--authority takes the SHA-256 of a certificate or a PEM file, and ${JSON.stringify(argument.slice(0, 80))} is neither`,
    );
  const certificates = certificatesIn(text, argument);
  const other = certificates.find(({ ca }) => !ca);
  if (other)
    throw new AuthorityError(
      'unfit',
      `${argument} holds a certificate that is not of an authority (${JSON.stringify(other.subject.slice(0, 80))}); agents trust authorities only`,
    );
  return certificates.map(fingerprintOf);
}
