import * as undici from 'undici';
import { expect, test } from 'vitest';
import { Agent, buildConnector, Client, connect, request } from './undici-parts.ts';

test('the parts that are taken from files of their own are those that undici exports', () => {
  expect(Agent).toBe(undici.Agent);
  expect(Client).toBe(undici.Client);
  expect(buildConnector).toBe(undici.buildConnector);
  expect(request).toBe(undici.Dispatcher.prototype.request);
  expect(connect).toBe(undici.Dispatcher.prototype.connect);
});
