/** The way to the collector, wherever it is: what was joined, what notices said since, and what of it answers. */
import type { Clock } from '../clock/clock.ts';
import { MoveBook, type MoveBookParts } from '../move/move-book.ts';
import type { FactTable } from '../store/fact-table.ts';
import type { NetworkWays } from './http-exchange.ts';
import type { Notices } from './next-report.ts';
import { MOVED_AUTHORITIES_FILE } from './pinned-authorities.ts';
import { RoutedExchange } from './routed-exchange.ts';
import { TrustingExchange } from './trusting-exchange.ts';

export interface CollectorLinkParts {
  facts: FactTable;
  place: MoveBookParts['place'];
  stateFolder: string;
  clock: Pick<Clock, 'now'>;
  network?: NetworkWays;
  tryBetterAfterMs?: number;
}

export interface CollectorLink {
  exchange: RoutedExchange;
  moves: MoveBook;
  notices: Notices;
}

export function collectorLink(parts: CollectorLinkParts): CollectorLink {
  const { facts, place, stateFolder, clock, network, tryBetterAfterMs } = parts;
  const moves = new MoveBook({ facts, place, nowMs: () => clock.now().wallMs });
  const exchange = new RoutedExchange({
    routes: () => moves.routes(),
    onTaken: ({ moved }) => moves.answered(moved),
    connect: (to, kind) => {
      const file = kind === 'moved' ? MOVED_AUTHORITIES_FILE : undefined;
      return new TrustingExchange(to, stateFolder, file, network);
    },
    clock,
    ...(tryBetterAfterMs !== undefined && { tryBetterAfterMs }),
  });
  const notices = {
    serial: () => moves.serial(),
    receive: (sealed: Uint8Array) => moves.receive(sealed, exchange.lastMoved),
  };
  return { exchange, moves, notices };
}
