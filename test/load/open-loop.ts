/**
 * A process that sends what was composed before at the times that were planned before, whether answers come or not
 * ("open loop"), and says how long each took from the time it was planned for. A late answer so never delays, and
 * hides, what should have been sent meanwhile (coordinated omission).
 *
 *   node open-loop.ts COLLECTOR_URL PLAN_FILE RATE CONNECTIONS
 *
 * writes one JSON object, an OpenLoopResult, to standard output.
 */
import { readFileSync } from 'node:fs';
import { Acknowledgement } from '@fleetmeter/proto';
import { type HttpAnswer, HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { readAnswer } from '../../agent/src/send/read-answer.ts';
import { type PlannedReport, readPlan } from './planned-reports.ts';

export interface OpenLoopResult {
  /** Milliseconds from the planned time to the whole answer, one for each report. */
  latenciesMs: number[];
  /** From the first planned time to the last answer. */
  seconds: number;
  /** Reports per second between the first and the last that was sent. */
  sentPerSecond: number;
  /** CPU seconds of this process. */
  cpuSeconds: number;
  /** Sent again because the answer was lost or said so. */
  retries: number;
  /** Acknowledgements that ask for something, as base64, with the device. */
  asking: { device: number; acknowledgement: string }[];
}

const LEAD_MS = 200;
const RETRY_MS = 20;

async function run(
  url: string,
  plan: PlannedReport[],
  rate: number,
  connections: number,
): Promise<OpenLoopResult> {
  const free = Array.from({ length: connections }, () => new HttpExchange(() => url));
  const all = [...free];
  const waiting: (() => void)[] = [];
  const result: OpenLoopResult = {
    latenciesMs: [],
    seconds: 0,
    sentPerSecond: 0,
    cpuSeconds: 0,
    retries: 0,
    asking: [],
  };
  const begin = performance.now() + LEAD_MS;
  /** A device sends nothing newer before its last report is acknowledged. */
  const before = new Map<number, Promise<void>>();

  const post = async (envelope: Uint8Array): Promise<HttpAnswer> => {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const exchange = free.pop() as HttpExchange;
    try {
      return await exchange.post('/v1/report', envelope, new AbortController().signal);
    } finally {
      free.push(exchange);
      waiting.shift()?.();
    }
  };
  const deliver = async ({ device, envelope }: PlannedReport, plannedAt: number): Promise<void> => {
    for (;;) {
      try {
        const verdict = readAnswer(await post(envelope), plannedAt);
        if (verdict.is === 'answer') {
          result.latenciesMs.push(performance.now() - plannedAt);
          const { directives } = Acknowledgement.decode(verdict.body);
          if (directives.length > 0)
            result.asking.push({ device, acknowledgement: Buffer.from(verdict.body).toString('base64') });
          return;
        }
        if (verdict.is !== 'retry') throw new Error(`refused: ${JSON.stringify(verdict)}`);
      } catch (error) {
        if ((error as Error).message.startsWith('refused')) throw error;
      }
      result.retries++;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };

  const sending: Promise<void>[] = [];
  for (let next = 0; next < plan.length; ) {
    const due = Math.floor(((performance.now() - begin) * rate) / 1000);
    for (; next < plan.length && next <= due; next++) {
      const report = plan[next] as PlannedReport;
      const plannedAt = begin + (next * 1000) / rate;
      const after = before.get(report.device) ?? Promise.resolve();
      const sent = after.then(() => deliver(report, plannedAt));
      before.set(report.device, sent);
      sending.push(sent);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  result.sentPerSecond = (plan.length * 1000) / (performance.now() - begin);
  await Promise.all(sending);
  result.seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage();
  result.cpuSeconds = (user + system) / 1_000_000;
  await Promise.all(all.map((exchange) => exchange.close()));
  return result;
}

if (import.meta.main) {
  const [url = '', file = '', rate = '', connections = ''] = process.argv.slice(2);
  const result = await run(url, readPlan(readFileSync(file)), Number(rate), Number(connections));
  process.stdout.write(JSON.stringify(result));
}
