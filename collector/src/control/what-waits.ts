/** What is kept for devices until they come: requests, evidence that they could send, records of theirs that were put aside. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Acknowledgement, type DirectiveFields, type ExecutableId } from '@fleetmeter/proto';
import type { UntoldRecord } from './contract/receiver-control.ts';
import type { DeviceNews, IdRange, NewsKind } from './device-news.ts';
import { directiveAction, STAYS_UNTIL_RESOLVED } from './directive-action.ts';

/** They mean the sender that is in this very epoch. */
const OF_ONE_EPOCH = STAYS_UNTIL_RESOLVED;

const TABLES: Record<NewsKind, { read: string; of: string }> = {
  directives: {
    read: 'SELECT message FROM directives WHERE device_id = ? ORDER BY queued',
    of: 'directives',
  },
  evidence: {
    read: 'SELECT executable_id FROM evidence_wanted WHERE device_id = ? ORDER BY executable_id LIMIT ?',
    of: 'evidence_wanted',
  },
  quarantine: {
    read: `SELECT number, sequence, reason, detail FROM quarantine
           WHERE device_id = ? AND told = 0 ORDER BY number LIMIT ?`,
    of: '(SELECT device_id FROM quarantine WHERE told = 0)',
  },
};

/** Reads only; whatever the connection, of whatever thread. */
export class WhatWaits {
  readonly #news: DeviceNews;
  readonly #read: Record<NewsKind, StatementSync>;
  readonly #any: Record<NewsKind, StatementSync>;

  constructor(database: DatabaseSync, news: DeviceNews) {
    this.#news = news;
    const prepare = (sql: (kind: NewsKind) => string): Record<NewsKind, StatementSync> => ({
      directives: database.prepare(sql('directives')),
      evidence: database.prepare(sql('evidence')),
      quarantine: database.prepare(sql('quarantine')),
    });
    this.#read = prepare((kind) => TABLES[kind].read);
    this.#any = prepare((kind) => `SELECT 1 FROM ${TABLES[kind].of} WHERE device_id BETWEEN ? AND ? LIMIT 1`);
  }

  /** Oldest first; of those that mean one epoch only those of `epochId`. */
  directives(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[] {
    return this.#of(deviceId, 'directives')
      .flatMap((row): DirectiveFields[] => Acknowledgement.decode(row.message as Uint8Array).directives ?? [])
      .filter((directive) => means(directive, epochId));
  }

  /** What this device is known to have and nobody described, at most `limit`. */
  evidence(deviceId: string, limit: number): ExecutableId[] {
    return this.#of(deviceId, 'evidence', limit).map((row) => row.executable_id as string);
  }

  /** What it was not told of yet, oldest first, at most `limit`. */
  untoldQuarantine(deviceId: string, limit: number): UntoldRecord[] {
    return this.#of(deviceId, 'quarantine', limit) as unknown as UntoldRecord[];
  }

  #of(deviceId: string, kind: NewsKind, ...limit: number[]): Record<string, unknown>[] {
    const read = () => this.#read[kind].all(deviceId, ...limit);
    const anyIn = ({ first, last }: IdRange) => this.#any[kind].get(first, last) !== undefined;
    return this.#news.of(deviceId, kind, read, anyIn);
  }
}

/** At the start, before anybody looks. */
export function noteWhatWaits(database: DatabaseSync, news: DeviceNews): void {
  for (const [kind, { of }] of Object.entries(TABLES) as [NewsKind, { of: string }][])
    for (const row of database.prepare(`SELECT DISTINCT device_id FROM ${of}`).iterate())
      news.note(row.device_id as string, kind);
}

function means(directive: DirectiveFields, epochId: Uint8Array | undefined): boolean {
  const of = directive.epoch ?? new Uint8Array(0);
  if (of.length === 0 || !OF_ONE_EPOCH.has(directiveAction(directive))) return true;
  return epochId !== undefined && Buffer.compare(of, epochId) === 0;
}
