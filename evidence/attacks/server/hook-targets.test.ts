import { expect, test } from '@jest/globals';
import { refusedStranger } from './hook-targets.js';

/** An answer of a hook to a call that is not its provider's. */
const answered = (status: number, text: string) => ({
  ...{ answers: 1, end: 'answered' as const, ms: 1 },
  answer: { status, headers: {}, cookies: [], text },
});

const judge = (fetchesKeys: boolean, status: number, text: string): string | null =>
  refusedStranger({ fetchesKeys, isGranted: (answer) => answer.text === 'granted' })([answered(status, text)]);

test('a grant to a stranger is a finding, whatever its hook fetches', () => {
  for (const fetchesKeys of [true, false]) expect(judge(fetchesKeys, 200, 'granted')).toBe('200 granted');
});

test('a hook that fetches no keys answers a stranger with a refusal', () => {
  expect(judge(false, 401, '')).toBeNull();
  expect(judge(false, 200, 'denied')).toBe('200 denied');
});

test('a hook whose keys come too late answers as in an outage', () => {
  expect(judge(true, 200, 'denied')).toBeNull();
});
