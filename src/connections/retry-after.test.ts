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
  ['is asked again after a second', [later(429, '1')], 200, 2],
  ['is asked three times, no more', [later(429, '1'), later(429, '1'), later(429, '1')], 429, 3],
  ['is not asked again where that is not soon', [later(429, '3')], 429, 1],
  ['is not waited for over and over', [later(429, '1'), later(429, '2')], 429, 2],
  ['is not asked again where it failed', [later(500, '1')], 500, 1],
])('a provider that answers %s', async (_, answers, status, asked) => {
  expect(await ask(answers)).toEqual({ status, asked });
});

const many = (count: number, seconds: string): readonly Given[] =>
  Array.from({ length: count }, () => later(429, seconds));

test.each<[string, readonly Given[], number, number]>([
  ['asks for as much as there is', [later(429, '300')], 200, 2],
  ['asks for more than that', [later(429, '301')], 429, 1],
  ['asks for more than that, bit by bit', many(7, '61'), 429, 5],
])('while an administrator looks on, a provider that %s', async (_, answers, status, asked) => {
  expect(await ask(answers, whileAdministering)).toEqual({ status, asked });
});
