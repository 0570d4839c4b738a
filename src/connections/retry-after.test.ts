import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { whileAdministering, whileSigningIn, withRetryAfter } from '../core/resilience.js';
import { readRetryAfterMs } from './rest-call.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

interface Given {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

/** Asks a provider that answers so, one after the other, and then with 200. */
async function ask(answers: readonly Given[], patience = whileSigningIn): Promise<{ status: number; asked: number }> {
  let asked = 0;
  const send = async () => {
    asked += 1;
    const { status, headers = {} } = answers[asked - 1] ?? { status: 200 };
    return { status, headers: new Headers(headers), body: {} };
  };
  const answer = withRetryAfter(send, readRetryAfterMs, patience);
  await jest.advanceTimersByTimeAsync(600_000);
  return { status: (await answer).status, asked };
}

const later = (status: number, seconds?: string): Given =>
  seconds === undefined ? { status } : { status, headers: { 'retry-after': seconds } };

test.each<[string, readonly Given[], number, number]>([
  ['is repeated after the requested second', [later(429, '1')], 200, 2],
  ['is sent at most three times', [later(429, '1'), later(429, '1'), later(429, '1')], 429, 3],
  ['is not repeated if the requested wait is longer than two seconds', [later(429, '3')], 429, 1],
  ['is not repeated if the waits add up to more than two seconds', [later(429, '1'), later(429, '2')], 429, 2],
  ['is not repeated after status 500', [later(500, '1')], 500, 1],
])('a call to a provider %s', async (_, answers, status, asked) => {
  expect(await ask(answers)).toEqual({ status, asked });
});

const many = (count: number, seconds: string): readonly Given[] =>
  Array.from({ length: count }, () => later(429, seconds));

test.each<[string, readonly Given[], number, number]>([
  ['is repeated after a requested wait of 300 seconds', [later(429, '300')], 200, 2],
  ['is not repeated if the requested wait is longer than 300 seconds', [later(429, '301')], 429, 1],
  ['is not repeated once the waits add up to more than 300 seconds', many(7, '61'), 429, 5],
])('a call on behalf of a waiting administrator %s', async (_, answers, status, asked) => {
  expect(await ask(answers, whileAdministering)).toEqual({ status, asked });
});
