/**
 * A collector with its engine as real processes: what the fleet talks to, what is asked of it, and waiting until it has done
 * what it was given.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../fakes/free-port.ts';
import { CollectorProcess, type CollectorProcessOptions } from './collector-process.ts';

const START_SECONDS = 60;
/** Asking costs the collector a little: soon at first, then not more often than a person would notice. */
const LOOK_AGAIN_MS = { first: 50, growth: 1.5, most: 1_000 };
/** Between two merges of a chain there may be none for a moment. */
const UNMERGED_FOR_MS = 1_000;
/** Of processing, within one wait; more do not pass by themselves. */
const MOST_RETRIES = 5;
const FACTS = 'fleetmeter_facts';
const WRITER = 'fleetmeter_writer';

export class CollectorUnderLoad extends CollectorProcess {
  /** The engine's process id. */
  #enginePid = 0;
  /** How often it was asked for its metrics: that costs it something, and is nobody's report. */
  looks = 0;
  #toleratedRetries = Number.POSITIVE_INFINITY;

  /** Ready when it resolves. */
  static async start(options: CollectorProcessOptions): Promise<CollectorUnderLoad> {
    const [admin, agent, sql] = [await freePort(), await freePort(), await freePort()];
    const collector = new CollectorUnderLoad({ admin, agent, sql }, options);
    try {
      await collector.#ready();
      return collector;
    } catch (error) {
      await collector.close();
      throw error;
    }
  }

  /** Whose CPU time is measured. */
  get pids(): { collector: number; engine: number } {
    return { collector: this.processId, engine: this.#enginePid };
  }

  /** Rows of an administrator's query through the SQL port, 64-bit numbers as numbers. */
  async sql<T extends Record<string, unknown>>(query: string): Promise<T[]> {
    return rowsOf<T>(await this.#ask(query));
  }

  /** The same as the collector's own user, who may also ask about the engine. */
  async writerSql<T extends Record<string, unknown>>(query: string): Promise<T[]> {
    const secret = readFileSync(join(this.folder, 'data/engine/writer-secret'), 'utf8').trim();
    const authorization = `Basic ${Buffer.from(`${WRITER}:${secret}`).toString('base64')}`;
    return rowsOf<T>(await this.#ask(query, { authorization }));
  }

  /** Everything received is in the fact tables. */
  async processed(): Promise<void> {
    this.#toleratedRetries = (await this.backlog()).retries + MOST_RETRIES;
    await this.#eventually('everything is processed', async () => {
      const { head, checkpoint } = await this.backlog();
      return head === checkpoint;
    });
  }

  /** The engine has merged what it wants to merge now. */
  async merged(): Promise<void> {
    let busyAt = performance.now();
    await this.#eventually('the engine has nothing to merge', async () => {
      const [running] = await this.writerSql<{ n: number }>('SELECT count() AS n FROM system.merges');
      if (running?.n !== 0) busyAt = performance.now();
      return performance.now() - busyAt >= UNMERGED_FOR_MS;
    });
  }

  /** Everything received is in the tables, derived and merged. */
  async settled(): Promise<void> {
    await this.processed();
    await this.derived();
    await this.merged();
  }

  /** No day and no inventory waits to be derived. */
  async derived(): Promise<void> {
    await this.#eventually('everything is derived', async () => (await this.backlog()).dirty === 0);
  }

  async backlog(): Promise<{ head: number; checkpoint: number; dirty: number; retries: number }> {
    const metric = await this.metrics();
    const retries = metric('fleetmeter_process_retries_total');
    if (retries > this.#toleratedRetries)
      throw new InVainError(`processing was tried ${retries} times in vain:\n${this.complaints()}`);
    return {
      head: metric('fleetmeter_stream_head'),
      checkpoint: metric('fleetmeter_control_checkpoint'),
      dirty: metric('fleetmeter_control_dirty_marks'),
      retries,
    };
  }

  /** Value of a metric, summed over its labels. */
  async metrics(): Promise<(name: string) => number> {
    this.looks++;
    const answer = await ask(`${this.adminUrl}/metrics`);
    const lines = (await answer.text()).split('\n');
    return (name) => {
      const values = lines
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
      return values.reduce((sum, value) => sum + value, 0);
    };
  }

  /** Resolves once the metric is above zero. */
  async shows(what: string, name: string): Promise<void> {
    await this.#eventually(`the metrics show ${what}`, async () => (await this.metrics())(name) > 0, 120);
  }

  /** Bytes on disk of the engine's tables of facts, by table. */
  async storedBytes(): Promise<Map<string, number>> {
    const rows = await this.writerSql<{ table: string; bytes: number }>(
      `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
       WHERE active AND database = '${FACTS}' GROUP BY table`,
    );
    return new Map(rows.map(({ table, bytes }) => [table, bytes]));
  }

  /** As the engine would in time; for looking at what is left, never within what is measured. */
  async mergeFully(table: string): Promise<void> {
    await this.writerSql(`OPTIMIZE TABLE ${FACTS}.${table} FINAL`);
  }

  /** Bytes of the collector's own store. */
  controlBytes(): number {
    return ['control.db', 'control.db-wal']
      .map(
        (name) => statSync(join(this.folder, 'data/collector', name), { throwIfNoEntry: false })?.size ?? 0,
      )
      .reduce((sum, size) => sum + size, 0);
  }

  async ready(): Promise<void> {
    await this.#ready();
  }

  async #ready(): Promise<void> {
    await this.#eventually(
      'the collector is ready',
      async () => (await ask(`${this.adminUrl}/readyz`)).ok,
      START_SECONDS,
    );
    const pipeline = (await (await ask(`${this.adminUrl}/api/pipeline`)).json()) as {
      engine: { pid: number };
    };
    this.#enginePid = pipeline.engine.pid;
  }

  async #ask(query: string, headers: Record<string, string> = {}): Promise<string> {
    const settings = 'default_format=JSONCompactEachRowWithNames&output_format_json_quote_64bit_integers=0';
    const answer = await ask(`${this.sqlUrl}/?${settings}`, {
      method: 'POST',
      headers,
      body: query,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${text}\n${query}`);
    return text;
  }

  /** Without a limit it waits as long as the collector lives and gets on: a large fleet takes its time. */
  async #eventually(what: string, holds: () => Promise<boolean>, seconds = Number.POSITIVE_INFINITY) {
    const began = performance.now();
    let last: unknown;
    let pause = LOOK_AGAIN_MS.first;
    while (performance.now() - began < seconds * 1000) {
      if (this.hasEnded)
        throw new Error(`the collector ended before ${what}:\n${this.lastWords()}`, { cause: last });
      try {
        if (await holds()) return;
      } catch (error) {
        if (error instanceof InVainError) throw error;
        last = error;
      }
      await sleep(pause);
      pause = Math.min(pause * LOOK_AGAIN_MS.growth, LOOK_AGAIN_MS.most);
    }
    throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
  }
}

class InVainError extends Error {
  override name = 'InVainError';
}

function rowsOf<T extends Record<string, unknown>>(text: string): T[] {
  const [names, ...lines] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[]);
  return lines.map((values) => Object.fromEntries((names ?? []).map((name, n) => [name, values[n]])) as T);
}

/** Once more when the connection had been idle so long that the server was just ending it. Questions change nothing. */
async function ask(url: string, options: RequestInit = {}): Promise<Response> {
  return await fetch(url, options).catch(() => fetch(url, options));
}
