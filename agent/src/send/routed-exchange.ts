/**
 * Talks to the collector over the one of its addresses that works. A try that brings no answer of a collector makes the
 * next request go elsewhere; an answer of the collector, also a refusal, does not: at another address it would say the
 * same.
 */
import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import type { Clock } from '../clock/clock.ts';
import type { ApiPath, Exchange, HttpAnswer } from './http-exchange.ts';
import { PROBLEM_CONTENT_TYPE, readAnswer } from './read-answer.ts';
import { type Route, RouteChoice } from './route-choice.ts';
import type { TrustedPlace } from './trusting-exchange.ts';

/** An authority proves the collector where it was named and nowhere else, so each kind of place has its own. */
export type PlaceKind = 'joined' | 'moved';

export interface RoutedExchangeParts {
  /** Best first, at least one; asked with each request. */
  routes: () => readonly Route[];
  connect: (place: TrustedPlace, kind: PlaceKind) => Exchange;
  clock: Pick<Clock, 'now'>;
  /** The collector took what was sent there. */
  onTaken?: (route: Route) => void;
  tryBetterAfterMs?: number;
}

/** For `status`. */
export interface RouteState {
  url: string;
  moved: boolean;
  /** Of the last try there; undefined when it was answered, or there was none. */
  failure: string | undefined;
}

/** What only another collector says to a device that this one knows. */
const OF_ANOTHER_COLLECTOR: ReadonlySet<string> = new Set(['collector-mismatch', 'device-mismatch']);

export class RoutedExchange implements Exchange {
  readonly #parts: RoutedExchangeParts;
  readonly #exchanges = new Map<PlaceKind, { exchange: Exchange; at: { route: Route } }>();
  readonly #choice: RouteChoice;
  /** Joining goes to fewer places than reports. */
  readonly #joining: RouteChoice;
  #last: Route | undefined;
  #failures = new Map<string, string>();
  /** Requests that went to another address than the one before. */
  switches = 0;

  constructor(parts: RoutedExchangeParts) {
    this.#parts = parts;
    this.#choice = new RouteChoice(parts.tryBetterAfterMs);
    this.#joining = new RouteChoice(parts.tryBetterAfterMs);
  }

  /** Where the last request went; before it, where the first will go. */
  get url(): string {
    return (this.#last ?? this.#parts.routes()[0])?.url ?? '';
  }

  /** Whether the last request went to an address that a notice named. */
  get lastMoved(): boolean {
    return this.#last?.moved ?? false;
  }

  get sentBytes(): number {
    return [...this.#exchanges.values()].reduce((sum, { exchange }) => sum + exchange.sentBytes, 0);
  }

  states(): RouteState[] {
    const routes = this.#parts.routes();
    return routes.map(({ url, moved }) => ({
      url,
      moved,
      failure: this.#failures.get(nameOf({ url, moved })),
    }));
  }

  /** Rejects, besides what the exchanges say, when another collector answers at an address that a notice named. */
  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const { routes: all, clock } = this.#parts;
    const joins = path === '/v1/enrol';
    const routes = joins ? all().filter(({ mayJoin }) => mayJoin) : all();
    const choice = joins ? this.#joining : this.#choice;
    const route = choice.choose(routes, clock.now().monotonicMs);
    if (this.#last && nameOf(this.#last) !== nameOf(route)) this.switches++;
    this.#last = route;
    const answer = await this.#try(
      choice,
      route,
      () => this.#exchange(route).post(path, envelope, signal),
      signal,
    );
    const fault = faultOf(answer, route, clock.now().wallMs);
    if (fault) this.#failed(choice, route, fault.why);
    else this.#answered(choice, route, answer);
    if (fault?.is === 'another-collector') throw new Error(fault.why);
    return answer;
  }

  async #try(
    choice: RouteChoice,
    route: Route,
    request: () => Promise<HttpAnswer>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    try {
      return await request();
    } catch (error) {
      // The agent itself broke it off: that says nothing about the address.
      if (!signal.aborted) this.#failed(choice, route, (error as Error).message);
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const { exchange } of this.#exchanges.values()) await exchange.close();
  }

  #answered(choice: RouteChoice, route: Route, answer: HttpAnswer): void {
    choice.answered();
    this.#failures.delete(nameOf(route));
    if (answer.status === 200) this.#parts.onTaken?.(route);
  }

  #failed(choice: RouteChoice, route: Route, why: string): void {
    choice.failed(this.#parts.clock.now().monotonicMs);
    // Addresses that are no longer used are forgotten with their failures.
    const names = new Set(this.#parts.routes().map(nameOf));
    for (const name of this.#failures.keys()) if (!names.has(name)) this.#failures.delete(name);
    this.#failures.set(nameOf(route), why);
  }

  #exchange(route: Route): Exchange {
    const kind: PlaceKind = route.moved ? 'moved' : 'joined';
    const known = this.#exchanges.get(kind);
    if (known) {
      known.at.route = route;
      return known.exchange;
    }
    const at = { route };
    const place = { url: () => at.route.url, authorities: () => at.route.authorities };
    const exchange = this.#parts.connect(place, kind);
    this.#exchanges.set(kind, { exchange, at });
    return exchange;
  }
}

interface Fault {
  is: 'no-collector' | 'another-collector';
  why: string;
}

/** Why an answer is none of this device's collector; undefined when it is one, also when it refuses. */
function faultOf(answer: HttpAnswer, route: Route, wallMs: number): Fault | undefined {
  const type = answer.contentType.split(';')[0]?.trim().toLowerCase();
  if (type !== ANSWER_CONTENT_TYPE && type !== PROBLEM_CONTENT_TYPE)
    return {
      is: 'no-collector',
      why: `what answers at ${route.url} is no collector (status ${answer.status}, ${JSON.stringify(type?.slice(0, 60))})`,
    };
  if (!route.moved) return undefined;
  const verdict = readAnswer(answer, wallMs);
  const code = verdict.is === 'refused' ? verdict.code : verdict.is;
  if (code !== 'key-unknown' && !OF_ANOTHER_COLLECTOR.has(code)) return undefined;
  return {
    is: 'another-collector',
    why: `what answers at ${route.url}, where the collector said it moves, does not know this device (${code})`,
  };
}

function nameOf({ url, moved }: Pick<Route, 'url' | 'moved'>): string {
  return `${moved ? 'moved' : 'joined'} ${url}`;
}
