import pino from 'pino';
import { expect, test } from 'vitest';
import { StoppedWhileWaitingError } from '../clock/await-answer.ts';
import { awaitServer } from './await-server.ts';

const log = pino({ level: 'silent' });

test('waits until the server answers', async () => {
  const answers = [false, false, true];
  const reach = async (): Promise<boolean> => answers.shift() ?? false;
  await awaitServer({ reach }, log, new AbortController().signal);
  expect(answers).toEqual([]);
});

test('a server that is not trusted is not waited for', async () => {
  const reach = async (): Promise<boolean> => {
    throw new Error('self-signed certificate');
  };
  await expect(awaitServer({ reach }, log, new AbortController().signal)).rejects.toThrow(/certificate/);
});

test('whoever is told to stop waits no longer', async () => {
  const stopping = new AbortController();
  const waiting = awaitServer({ reach: async () => false }, log, stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toThrow(StoppedWhileWaitingError);
});
