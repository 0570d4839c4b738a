import { expect, test } from '@jest/globals';
import type { Finding } from '../../adapters/provisioning.js';
import { type CheckResult, toFindingLines, toVerdictCounts } from './finding-text.js';

const toResult = (verdict: Finding['verdict'], remedy: string | null = null): CheckResult => ({
  ...{ title: 'Hook token', verdict, found: 'answers 401', remedy },
});

test.each([
  [toResult('pass'), ['pass    Hook token: answers 401']],
  [toResult('warn', 'move it nearer'), ['warn    Hook token: answers 401', '        To do: move it nearer']],
  [toResult('fail', 'start it'), ['FAIL    Hook token: answers 401', '        To do: start it']],
  [toResult('manual', 'look there'), ['manual  Hook token: answers 401', '        To do: look there']],
])('%j', (result, lines) => {
  expect(toFindingLines(result)).toEqual(lines);
});

test('counts name every verdict that occurs', () => {
  const results = [toResult('pass'), toResult('manual'), toResult('fail'), toResult('pass'), toResult('warn')];
  expect(toVerdictCounts(results)).toBe('2 passed, 1 failed, 1 to look at, 1 to check by hand');
  expect(toVerdictCounts([toResult('pass')])).toBe('1 passed');
});

test('what a provider calls its things cannot move the cursor or begin a line of its own', () => {
  const name = 'Hook\u001b[1A\npass  all';
  const lines = toFindingLines({ title: name, verdict: 'fail', found: name, remedy: name });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});
