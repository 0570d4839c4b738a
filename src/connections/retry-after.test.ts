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

test('a date in Retry-After is measured by the Date of the reply', async () => {
  const at = (sec: number) => new Date(sec * 1000).toUTCString();
  const dated = (waitSec: number) => ({ status: 429, headers: { date: at(1e9), 'retry-after': at(1e9 + waitSec) } });
  expect(await ask([dated(1), dated(-60)])).toEqual({ status: 200, asked: 3 });
  expect(await ask([dated(3)])).toEqual({ status: 429, asked: 1 });
  for (const text of ['soon', '-1', '1.5', '2001']) expect((await ask([later(429, text)])).asked).toBe(1);
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
