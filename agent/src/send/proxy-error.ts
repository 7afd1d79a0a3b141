/** Why the proxy on the way does not let the agent through, in words for people. */
import { AuthorityError } from './authority-error.ts';
import type { WebProxy } from './proxy-choice.ts';

const WHERE_IT_IS_SET = 'proxyUrl, or HTTPS_PROXY without it';

/** The proxy answered CONNECT with something else than a tunnel. Nothing of it is an answer of the collector. */
export function proxyRefusal(
  proxy: WebProxy,
  to: string,
  status: number,
  headers: { location?: unknown } = {},
): AuthorityError {
  return new AuthorityError('proxy', `the proxy ${proxy.place} ${refusal(proxy, to, status, headers)}`);
}

function refusal(
  { origin, authorization }: WebProxy,
  to: string,
  status: number,
  headers: { location?: unknown },
): string {
  if (status === 407) {
    const [scheme, rest] = origin.split('//');
    return authorization === undefined
      ? `refuses: 407, it wants a name and a password. Set them in ${WHERE_IT_IS_SET}: ${scheme}//NAME:PASSWORD@${rest}`
      : `refuses: 407, it does not accept the name and password that it was given. Check those in ${WHERE_IT_IS_SET}.`;
  }
  if (status === 511 || (status >= 300 && status < 400)) {
    const target =
      typeof headers.location === 'string' ? ` to ${JSON.stringify(headers.location.slice(0, 200))}` : '';
    return `answers ${status}${target} instead of connecting: something answers in its place, such as a network's sign-in page. Sign in, or check ${WHERE_IT_IS_SET}.`;
  }
  if (status === 403 || status === 405) return `refuses: ${status}. Its rules must allow CONNECT to ${to}.`;
  if (status >= 500 && status < 600)
    return `cannot reach the collector: ${status}. Check that it may connect to ${to}, and that the collector runs.`;
  return `refuses to connect to ${to}: ${status}. Check its rules, and ${WHERE_IT_IS_SET}.`;
}

/** No answer to CONNECT. */
export function proxyUnreachable({ place }: WebProxy, cause: unknown): AuthorityError {
  const { code, name } = cause as NodeJS.ErrnoException;
  const said = (typeof code === 'string' && code) || name;
  return new AuthorityError(
    'proxy',
    `the proxy ${place} cannot be reached (${said}). Check ${WHERE_IT_IS_SET}; none as proxyUrl means no proxy.`,
    { cause },
  );
}
