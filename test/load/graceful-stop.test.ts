/**
 * A collector that is told to stop while a fleet reports: it ends within the stated time with exit code 0, also with a
 * request that does not come to its end and an engine that hangs; a second signal ends it at once; and whatever was
 * acknowledged before is there after the next start.
 */

import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Acknowledgement } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STOPS_WITHIN_MS } from '../../collector/src/started-stages.ts';
import { generate } from '../bench/ack.ts';
import { FULL } from '../full-run.ts';
import type { StoppedCollector } from './collector-process.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { writePlan } from './planned-reports.ts';
import { reportingFleet } from './reporting-fleet.ts';
import { partToVerify, verify } from './verify.ts';

const [DEVICES, RATE] = FULL ? [400, 100] : [100, 40];
/** Stops of each kind. */
const STOPS = FULL ? 10 : 1;
const FIRST_HOUR = 8;
/** From the second signal on; the machine has other things to do as well. */
const AT_ONCE_MS = 2_000;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({ recomputeSeconds: 1 });
}, 120_000);
afterAll(() => collector?.close());

/** A body that never comes to its end. */
async function slowRequest(): Promise<Socket> {
  const { hostname, port } = new URL(collector.agentUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/report HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/x-fm1\r\nContent-Length: 4000\r\n\r\nab`,
  );
  await sleep(200);
  return socket;
}

type Kind = 'plain' | 'slow request' | 'engine hangs' | 'second signal';
const KINDS: readonly Kind[] = ['plain', 'slow request', 'engine hangs', 'second signal'];

async function stopped(kind: Kind): Promise<StoppedCollector> {
  const socket = kind === 'plain' ? undefined : await slowRequest();
  if (kind === 'engine hangs') process.kill(collector.pids.engine, 'SIGSTOP');
  const end = await collector.stop(kind === 'second signal' ? ['SIGTERM', 'SIGINT'] : ['SIGTERM'], 300);
  socket?.destroy();
  return end;
}

test(`${STOPS * KINDS.length} stops under load: in time, exit code 0, and nothing that was acknowledged is lost`, async () => {
  const seconds = 2.5 * STOPS * KINDS.length;
  const hours = Math.ceil((seconds * RATE) / DEVICES);
  const { fleet, plan } = await reportingFleet(collector, {
    ...{ seed: 4, devices: DEVICES, executables: 100, firstHour: FIRST_HOUR, hours },
  });
  const each = Math.ceil(plan.length / (STOPS * KINDS.length));
  const ends: [Kind, StoppedCollector][] = [];
  let sent = 0;
  let sentAgain = 0;
  let asked = 0;
  for (let stop = 0; stop < STOPS; stop++)
    for (const kind of KINDS) {
      const file = join(collector.folder, `plan-${ends.length}`);
      const part = plan.splice(0, each);
      sent += part.length;
      writeFileSync(file, writePlan(part));
      // Until everything is acknowledged, by this process or by the next one.
      const sending = generate(collector.agentUrl, file, RATE);
      await sleep(1_200);
      const end = await stopped(kind);
      ends.push([kind, end]);
      collector.startAgain();
      const result = await sending;
      await collector.ready();
      sentAgain += result.retries;
      for (const { device, acknowledgement } of result.asking) {
        const decoded = Acknowledgement.decode(Buffer.from(acknowledgement, 'base64'));
        asked += decoded.directives.filter(({ resync, resendUsage }) => resync || resendUsage).length;
        await fleet.obey(device, decoded);
      }
    }
  await collector.settled();
  const line = await verify(
    (query) => collector.sql(query),
    fleet.world,
    partToVerify(fleet.world, FIRST_HOUR + hours, Date.now()),
  );
  const times = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      ends.filter(([of]) => of === kind).map(([, { milliseconds }]) => Math.round(milliseconds)),
    ]),
  );
  console.log('graceful stops', JSON.stringify({ sent, sentAgain, milliseconds: times }));
  console.log(line);
  await fleet.close();

  // The stops were in the middle of work, and no device was asked for what it had said already.
  expect(sentAgain).toBeGreaterThan(0);
  expect(asked).toBe(0);
  for (const [kind, { code, signal, milliseconds }] of ends) {
    if (kind === 'second signal') {
      expect([code, signal]).toEqual([null, 'SIGINT']);
      expect(milliseconds).toBeLessThan(300 + AT_ONCE_MS);
    } else {
      expect([kind, code, signal]).toEqual([kind, 0, null]);
      expect(milliseconds).toBeLessThan(STOPS_WITHIN_MS);
    }
  }
}, 900_000);
