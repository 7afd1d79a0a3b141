/** Searches that take their time, or never end. */
import { expect, test } from 'vitest';
import type { XServer } from './x-server.linux.ts';
import { XServerSearch } from './x-server-search.ts';

const display = (number: number) => ({ name: `:${number}`, uid: 1000 });
/** `released`: notes that it was let go of. */
function server(released = (): void => undefined): XServer {
  const socket = { path: '/proc/self/fd/9', uid: 1000, [Symbol.dispose]: released };
  return { socket: socket as unknown as XServer['socket'], cookie: undefined };
}
const NOT_ABORTED = new AbortController().signal;

test('searches come one after the other, also after one that found nothing', async () => {
  const begun: string[] = [];
  const open: PromiseWithResolvers<XServer>[] = [];
  const search = new XServerSearch(({ name }) => {
    begun.push(name);
    open.push(Promise.withResolvers<XServer>());
    return (open.at(-1) as PromiseWithResolvers<XServer>).promise;
  });
  const found = [0, 1].map((number) => search.find(display(number), NOT_ABORTED));
  await new Promise(setImmediate);
  expect(begun).toEqual([':0']);
  open[0]?.reject(new Error('nothing there'));
  await expect(found[0]).rejects.toThrow('nothing there');
  await expect.poll(() => begun).toEqual([':0', ':1']);
  const second = server();
  open[1]?.resolve(second);
  expect(await found[1]).toBe(second);
});

test('who waits for a search that does not end is told in time, and nobody begins another one until it has', async () => {
  const stuck = Promise.withResolvers<XServer>();
  const second = server();
  const begun: string[] = [];
  const search = new XServerSearch(({ name }) => {
    begun.push(name);
    return begun.length === 1 ? stuck.promise : Promise.resolve(second);
  });
  for (const number of [0, 1]) {
    const late = new AbortController();
    const found = search.find(display(number), late.signal);
    setTimeout(() => late.abort(new Error('too late')), 20);
    await expect(found).rejects.toThrow('too late');
  }
  expect(begun).toEqual([':0']);
  let released = 0;
  stuck.resolve(server(() => released++));
  expect(await search.find(display(2), NOT_ABORTED)).toBe(second);
  expect(released, 'what nobody waits for any more').toBe(1);
});
