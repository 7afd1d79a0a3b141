/** Why the agent does not talk to what answers at the collector's address, in words for people. */
export type AuthorityFault =
  /** No certificate shown there is one whose fingerprint the agent was given. */
  | 'authority-unknown'
  /** The authority is the right one, and the server's certificate does not hold. */
  | 'certificate-wrong'
  /** It speaks no TLS 1.3. */
  | 'tls-too-old'
  /** The proxy on the way cannot be reached, or does not let the agent through. */
  | 'proxy'
  /** Nothing answers, or nothing that speaks TLS. */
  | 'unreachable';

export class AuthorityError extends Error {
  override name = 'AuthorityError';
  readonly fault: AuthorityFault;
  constructor(fault: AuthorityFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const PROXY =
  'Something between this computer and the collector may answer in its place: a proxy that opens TLS, which ' +
  "connections to the collector must pass unopened, or a network's sign-in page.";
const TOO_OLD = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|NO_PROTOCOLS_AVAILABLE/;
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|RECORD_LAYER|UNEXPECTED_MESSAGE/;
/** What the system says of the network, in contrast to what TLS says of certificates. */
const NETWORK = /^E(?!RR_)[A-Z_]+$|^UND_ERR_|^EAI_/;

/**
 * What a failed TLS connection means. `where` is "host:port". Of a connection that verified nothing, whatever is not
 * about versions means that no collector was reached.
 */
export function connectionError(cause: unknown, where: string, verified: boolean): AuthorityError {
  const { code: given, name, message } = cause as NodeJS.ErrnoException;
  // A DOMException's code is a number, and says less than its name.
  const code = typeof given === 'string' ? given : '';
  const said = code || name;
  const error = (fault: AuthorityFault, words: string) => new AuthorityError(fault, words, { cause });
  if (TOO_OLD.test(code))
    return error('tls-too-old', `what answers at ${where} speaks no TLS 1.3 (${said}). ${PROXY}`);
  if (NO_TLS.test(code))
    return error(
      'unreachable',
      `what answers at ${where} does not speak TLS (${said}). Check the address and the port. ${PROXY}`,
    );
  if (!verified || name === 'TimeoutError' || NETWORK.test(code))
    return error(
      'unreachable',
      `the collector at ${where} cannot be reached (${said}). Check the address, that the collector runs, and what is between: a firewall or a proxy.`,
    );
  return error('certificate-wrong', `${certificateProblem(code, message, where)} ${PROXY}`);
}

/** Nothing that was shown is known; `shownBy` names who made it. */
export function unknownAuthority(where: string, shownBy: string): AuthorityError {
  return new AuthorityError(
    'authority-unknown',
    `what answers at ${where} shows a certificate by ${quoted(shownBy)}, and none by an authority of the join string. ${PROXY} ` +
      'If the collector has a new authority, give this computer its new join string.',
  );
}

function certificateProblem(code: string, message: string, where: string): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `the certificate shown at ${where} is not valid now (${code}). Check this computer's clock, then the collector's log.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate shown at ${where} is for other names: ${quoted(message)}. Use a name that the collector's certificate is for, or add this one to the collector's names.`;
  return `the certificate shown at ${where} does not hold (${code || quoted(message)}).`;
}

/** What a stranger says, fit for a log line. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
