/** What of a code signing certificate's common name says who published the program. Pure. */
import { withoutMailAddress } from '../packages/vendor-name.ts';

/** `Developer ID Application: Example Inc. (ABCDE12345)`: kind of certificate, name, team. */
const PUBLISHER = /^[^:]+: (.+) \([A-Z0-9]{10}\)$/;
/** Given to single developers for their own tests. */
const DEVELOPMENT = /^(Apple Development|Mac Developer|iPhone Developer)(?::|$)/;

/**
 * The publisher's name alone, as signatures of other systems have it; the team has a field of its own. Of a
 * certificate for development only the kind is told: the name in it is whoever tried the program, not who publishes
 * it. Other names stay as they are, without mail addresses.
 */
export function signerName(commonName: string): string | undefined {
  const kind = DEVELOPMENT.exec(commonName)?.[1];
  return kind ?? withoutMailAddress(PUBLISHER.exec(commonName)?.[1] ?? commonName);
}
