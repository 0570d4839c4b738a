import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { sendPatiently } from './retry-after.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

interface Given {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

/** Asks a provider that answers so, one after the other, and then with 200. */
async function ask(answers: readonly Given[]): Promise<{ status: number; asked: number }> {
  let asked = 0;
  const answer = sendPatiently(async () => {
    asked += 1;
    const { status, headers = {} } = answers[asked - 1] ?? { status: 200 };
    return { status, headers: new Headers(headers), body: {} };
  });
  await jest.advanceTimersByTimeAsync(60_000);
  return { status: (await answer).status, asked };
}

const later = (status: number, seconds?: string): Given =>
  seconds === undefined ? { status } : { status, headers: { 'retry-after': seconds } };

test.each<[string, readonly Given[], number, number]>([
  ['is asked again after a second', [later(429, '1')], 200, 2],
  ['is asked again at once', [later(429, '0'), later(503, '0')], 200, 3],
  ['is asked three times, no more', [later(429, '1'), later(429, '1'), later(429, '1')], 429, 3],
  ['is not asked again where that is not soon', [later(429, '3')], 429, 1],
  ['is not asked again where it does not say when', [later(429)], 429, 1],
  ['is not asked again where it names a date', [later(429, 'Fri, 31 Dec 1999 23:59:59 GMT')], 429, 1],
  ['is not asked again where it failed', [later(500, '1')], 500, 1],
])('a provider that answers %s', async (_, answers, status, asked) => {
  expect(await ask(answers)).toEqual({ status, asked });
});
