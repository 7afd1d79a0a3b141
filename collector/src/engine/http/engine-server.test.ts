import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest, withSampleData } from '../engine-under-test.ts';
import { writerUser } from '../writer-secret.ts';

let engine: EngineUnderTest;
let writer: ClickHouseClient;
let reader: ClickHouseClient;

beforeAll(async () => {
  engine = await withSampleData(await engineUnderTest({ readers: 3 }));
  const compression = { request: true, response: true };
  const log = { level: 127 as const };
  writer = createClient({ url: engine.url, username: writerUser, password: engine.secret, compression, log });
  reader = createClient({ url: engine.url, compression: { response: true }, log });
}, 60_000);

afterAll(async () => {
  await writer?.close();
  await reader?.close();
  await engine?.remove();
});

const curl = async (...args: string[]) => (await promisify(execFile)('curl', ['-s', ...args])).stdout;

describe('the official client', () => {
  test('pings', async () => {
    expect(await writer.ping()).toEqual({ success: true });
    expect(await reader.ping({ select: true })).toEqual({ success: true });
  });

  test('creates, inserts and queries, compressed both ways', async () => {
    await writer.command({
      query: 'CREATE TABLE fleetmeter_facts.c (a UInt64, s String) ENGINE = MergeTree ORDER BY a',
    });
    await writer.command({ query: 'CREATE VIEW fleetmeter.c AS SELECT * FROM fleetmeter_facts.c' });
    const inserted = await writer.insert({
      table: 'fleetmeter_facts.c',
      values: [
        { a: '18446744073709551615', s: 'x\n\ny' },
        { a: '2', s: "it's" },
      ],
      format: 'JSONEachRow',
    });
    expect(inserted.summary?.written_rows).toBe('2');
    const result = await reader.query({
      query:
        'SELECT toString(c.a) AS a, s FROM c WHERE c.a > {least:UInt64} AND s != {not:String} ORDER BY c.a',
      query_params: { least: 1, not: "it's" },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ a: '18446744073709551615', s: 'x\n\ny' }]);
  });

  test('inserts Native blocks through exec with a stream of values', async () => {
    const block = Buffer.from([
      1,
      2,
      1,
      0x61,
      6,
      ...Buffer.from('UInt64'),
      10,
      10,
      0,
      0,
      0,
      0,
      0,
      0,
      11,
      0,
      0,
      0,
      0,
      0,
      0,
      10,
    ]);
    const done = await writer.exec({
      query: 'INSERT INTO fleetmeter_facts.c (a) FORMAT Native',
      values: Readable.from([block.subarray(0, 9), block.subarray(9)], { objectMode: false }),
    });
    done.stream.resume();
    expect(done.summary?.written_rows).toBe('2');
    const count = await reader.query({ query: 'SELECT count() AS n FROM c', format: 'JSONEachRow' });
    expect(await count.json()).toEqual(
      [{ n: 4 }].map(({ n }) => ({ n: expect.toSatisfy((v) => Number(v) === n) })),
    );
  });

  test('sees the engine’s error codes', async () => {
    await expect(reader.query({ query: 'SELEC 1' })).rejects.toMatchObject({
      code: '62',
      type: 'SYNTAX_ERROR',
    });
    await expect(reader.query({ query: 'SELECT nothing FROM c' })).rejects.toMatchObject({ code: '47' });
    await expect(writer.command({ query: 'DROP TABLE fleetmeter.none' })).rejects.toMatchObject({
      code: '60',
    });
    await expect(reader.command({ query: 'DROP VIEW fleetmeter.c' })).rejects.toMatchObject({ code: '497' });
  });

  test('an aborted query is killed in the engine', async () => {
    const abort = new AbortController();
    const asked = reader.query({
      query: 'SELECT sum(cityHash64(number)) FROM numbers(1000000000000)',
      abort_signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 300);
    await expect(asked).rejects.toThrow();
    await expect.poll(async () => JSON.parse(await stats()).running, { timeout: 5_000 }).toBe(0);
  });
});

const stats = () => curl('-u', `${writerUser}:${engine.secret}`, `${engine.url}/engine/stats`);

describe('curl and other plain clients', () => {
  test('GET, POST, pipes and headers', async () => {
    expect(await curl(`${engine.url}/ping`)).toBe('Ok.\n');
    expect(await curl(`${engine.url}/?query=SELECT+1`)).toBe('1\n');
    expect(await curl(engine.url, '-d', 'SELECT 1 FORMAT JSONEachRow')).toBe('{"1":1}\n');
    expect(await curl(engine.url, '-H', 'Transfer-Encoding: chunked', '-d', 'SELECT 2')).toBe('2\n');
    expect(await curl(engine.url, '-H', 'X-ClickHouse-Format: JSONEachRow', '-d', 'SELECT 3 AS n')).toBe(
      '{"n":3}\n',
    );
    expect(await curl(engine.url, '-d', 'SELECT count() FROM v')).toBe('4\n');
    const head = await curl('-i', `${engine.url}/?query_id=mine&query=SELECT+1+1`);
    expect(head).toMatch(/^HTTP\/1.1 400/);
    expect(head).toMatch(/x-clickhouse-exception-code: 62/i);
    expect(head).toMatch(/x-clickhouse-query-id: mine/i);
    expect(head).toMatch(/Code: 62\. DB::Exception: .*\(SYNTAX_ERROR\)\n$/s);
    expect(head).not.toContain('formatQuery');
  });

  test('compressed answers when asked for', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
      const answer = await fetch(
        `${engine.url}/?enable_http_compression=1&query=SELECT+number+FROM+numbers(1000)`,
        {
          headers: { 'accept-encoding': encoding },
        },
      );
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect((await answer.text()).split('\n').length).toBe(1001);
    }
  });

  test('a GET of the writer changes nothing', async () => {
    const search = new URLSearchParams({
      user: writerUser,
      password: engine.secret,
      query: 'CREATE DATABASE by_get',
    });
    expect(await curl(`${engine.url}/?${search}`)).toContain('ACCESS_DENIED');
  });
});

describe('who may ask', () => {
  test('wrong credentials are refused and not silently a reader', async () => {
    for (const args of [
      ['-u', 'x:y'],
      ['-u', `${writerUser}:wrong`],
      ['-u', 'default:x'],
      ['-H', 'Authorization: Bearer x'],
      ['-H', `X-ClickHouse-User: ${writerUser}`],
    ]) {
      const answer = await curl('-i', ...args, engine.url, '-d', 'SELECT 1');
      expect(answer).toMatch(/^HTTP\/1.1 403/);
      expect(answer).toContain('AUTHENTICATION_FAILED');
    }
    expect(await curl('-u', 'default:', engine.url, '-d', 'SELECT 1')).toBe('1\n');
    expect(await curl(`${engine.url}/engine/stats`)).toContain('ACCESS_DENIED');
  });

  test('names and pages that are not this computer are refused', async () => {
    for (const header of [
      'Host: evil.example',
      'Host: 127.0.0.1.evil.example',
      'Origin: http://evil.example',
      'Origin: null',
      'Origin: https://127.0.0.1',
      'Sec-Fetch-Site: cross-site',
    ]) {
      expect(await curl('-i', '-H', header, engine.url, '-d', 'SELECT 1')).toMatch(/^HTTP\/1.1 403/);
      expect(await curl('-i', '-H', header, `${engine.url}/ping`)).toMatch(/^HTTP\/1.1 403/);
    }
    expect(await curl('-H', `Origin: ${engine.url}`, engine.url, '-d', 'SELECT 1')).toBe('1\n');
    const preflight = await curl('-i', '-X', 'OPTIONS', '-H', 'Origin: http://evil.example', engine.url);
    expect(preflight.toLowerCase()).not.toContain('access-control');
  });

  test('long URLs, endless headers and slow heads do not stay', async () => {
    expect((await fetch(`${engine.url}/?query=${'x'.repeat(120_000)}`)).status).toBe(404);
    const tooLong = await fetch(engine.url, { headers: { 'x-a': 'x'.repeat(140_000) } });
    expect(tooLong.status).toBe(431);
    const slow = connect(engine.port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const closed = await new Promise((resolve) => {
      slow.on('error', () => undefined);
      slow.once('close', () => resolve(true));
      slow.resume();
    });
    expect(closed).toBe(true);
  }, 20_000);

  test('a query that is both in the URL and the body is one text, and repeated names are refused', async () => {
    expect(await curl(`${engine.url}/?query=SELECT`, '-d', ' 1 + 1')).toBe('2\n');
    expect(await curl(`${engine.url}/?query=SELECT+1&query=SELECT+2`)).toContain('given twice');
  });

  test('a client that goes away in the middle of its body harms nobody', async () => {
    const request = httpRequest(`${engine.url}/?query=INSERT+INTO+fleetmeter_facts.t+FORMAT+CSV`, {
      method: 'POST',
      headers: { 'x-clickhouse-user': writerUser, 'x-clickhouse-key': engine.secret },
    });
    request.on('error', () => undefined);
    request.write('7,x\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await engine.must('SELECT count() FROM fleetmeter_facts.t')).toBe('4\n');
  });
});
