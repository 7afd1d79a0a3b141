import pino from 'pino';
import { expect, test } from 'vitest';
import { awaitServer, StoppedWhileWaitingError } from './await-server.ts';

const log = pino({ level: 'silent' });

test('waits until the server answers', async () => {
  const answers = [false, new Error('connect ECONNREFUSED'), true];
  const ping = async (): Promise<boolean> => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? false;
  };
  await awaitServer({ ping }, log, new AbortController().signal);
  expect(answers).toEqual([]);
});

test('whoever is told to stop waits no longer', async () => {
  const stopping = new AbortController();
  const waiting = awaitServer({ ping: async () => false }, log, stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toThrow(StoppedWhileWaitingError);
});
