/** The stream on a NATS server instead of the collector's disk: a real server, collector, engine and agent. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNatsServer, NatsServer } from '../../collector/src/stream/jetstream/fixtures/nats-server.ts';
import { FleetOfOne } from './fleet-of-one.ts';

const PROGRAMS = ['true', 'false', 'cat', 'ls', 'cp'];

describe.runIf(hasNatsServer())('with the stream on a NATS server', () => {
  let nats: NatsServer;
  let fleet: FleetOfOne;
  beforeAll(async () => {
    nats = await NatsServer.start();
    fleet = await FleetOfOne.create({ collector: { streamUrl: nats.url, streamReplicas: 1 } });
  });
  afterAll(async () => {
    await fleet?.close();
    await nats?.close();
  });
  const install = (count: number): void => {
    for (const name of PROGRAMS.slice(0, count)) copyFileSync(join('/usr/bin', name), join(fleet.root, name));
  };
  /** Who was refused comes again half a minute later. */
  const installed = (count: number): Promise<number> =>
    fleet.eventually(
      `${count} programs are in the tables`,
      async () => {
        const paths = "SELECT DISTINCT path FROM fleetmeter.executables_seen WHERE path LIKE '%/programs/%'";
        return (await fleet.sql(paths)).length === count;
      },
      80,
    );
  const head = async (): Promise<{ head: number; lag: number; bytes: number }> => {
    const state = await (await fetch(`${fleet.adminUrl}/api/pipeline`)).json();
    const { stream, lag } = state as { stream: { head: number; bytes: number }; lag: number };
    return { ...stream, lag };
  };

  test('what an agent finds comes into the tables, and nothing lies on the disk of the collector', async () => {
    install(2);
    fleet.startCollector();
    await fleet.ready();
    fleet.startAgent();
    await installed(2);
    expect((await head()).head).toBeGreaterThan(0);
    expect(existsSync(join(fleet.folder, 'data/collector/stream'))).toBe(false);
    // What was processed is no longer kept.
    await fleet.eventually(
      'the stream is trimmed',
      async () => (await head()).lag === 0 && (await head()).bytes === 0,
      20,
    );
    const metrics = await (await fetch(`${fleet.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^fleetmeter_stream_head [1-9]/m);
    expect(metrics).toMatch(/^fleetmeter_stream_disk_free_bytes \+Inf$/m);
  }, 120_000);

  test('a server that is killed refuses reports for as long as it is away, and then everything comes', async () => {
    const before = await head();
    await nats.end('SIGKILL');
    install(4);
    await fleet.eventually(
      'a report was refused',
      async () =>
        /^fleetmeter_receive_refusals_total\{[^}]*stream-unavailable[^}]*\} [1-9]/m.test(
          await (await fetch(`${fleet.adminUrl}/metrics`)).text(),
        ),
      40,
    );
    await nats.begin();
    await installed(4);
    expect((await head()).head).toBeGreaterThan(before.head);
  }, 120_000);

  test('a collector that is killed goes on where it was, also when the server comes after it', async () => {
    await fleet.killCollector();
    await nats.end('SIGTERM');
    fleet.startCollector();
    install(5);
    await nats.begin();
    await fleet.ready();
    await installed(5);
    await fleet.eventually('nothing waits', async () => (await head()).lag === 0, 20);
  }, 120_000);
});
