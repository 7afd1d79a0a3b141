import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { AnswersInFlight } from './answers-in-flight.ts';

class Response extends EventEmitter {
  closed = false;
  destroy(): this {
    this.closed = true;
    this.emit('close');
    return this;
  }
}
const response = () => new Response() as Response & ServerResponse;

test('answers that nobody takes have so many bytes together, and each so much time', () => {
  vi.useFakeTimers();
  try {
    let untaken = 0;
    const answers = new AnswersInFlight(1_000, () => {
      untaken += 1;
    });
    const [first, second] = [response(), response()];
    // One that is larger than all the room there is may have it for itself.
    answers.hold(1_200, first);
    expect(() => answers.hold(1, second)).toThrow(/1200 bytes wait to be taken/);
    first.destroy();
    expect(answers.bytes).toBe(0);
    answers.hold(600, first);
    // Whoever went away before holds nothing.
    expect(answers.bytes).toBe(0);
    answers.hold(600, second);
    expect(() => answers.hold(401, response())).toThrow(/no room for 401 more/);
    answers.hold(400, response());
    vi.advanceTimersByTime(29_999);
    expect({ untaken, bytes: answers.bytes }).toEqual({ untaken: 0, bytes: 1_000 });
    vi.advanceTimersByTime(2);
    expect({ untaken, bytes: answers.bytes, closed: second.closed }).toEqual({
      ...{ untaken: 2, bytes: 0 },
      closed: true,
    });
    // A megabyte more is a second more.
    answers.hold(10 * 1024 ** 2, response());
    vi.advanceTimersByTime(39_999);
    expect(untaken).toBe(2);
    vi.advanceTimersByTime(2);
    expect(untaken).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
