/** The parts of a request that tell whether a browser was tricked into sending it. */
export interface RequestOrigin {
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers set and pages cannot. */
  fetchSite: string | undefined;
}

const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Why a request is refused for where it comes from, or undefined. A name that an attacker's DNS points at
 * 127.0.0.1 shows in `Host`; a page that posts to this port shows in `Origin`. Pure.
 */
export function originRefusal(request: RequestOrigin, port: number): string | undefined {
  if (request.host === undefined || !loopbackHost.test(request.host)) {
    return `The Host header must be 127.0.0.1, localhost or [::1]; it is ${quoted(request.host)}.`;
  }
  const own = [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://[::1]:${port}`];
  if (request.origin !== undefined && !own.includes(request.origin)) {
    return `Pages of ${quoted(request.origin)} may not ask this server.`;
  }
  if (request.fetchSite === 'cross-site' || request.fetchSite === 'same-site') {
    return 'Pages of other sites may not ask this server.';
  }
  return undefined;
}

const quoted = (text: string | undefined) =>
  text === undefined ? 'missing' : JSON.stringify(text.slice(0, 100));
