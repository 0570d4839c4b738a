import { expect, test } from '@jest/globals';
import type { CheckResult } from '../operations/checks/in-turn.js';
import { toFindingLines, toVerdictCounts } from './finding-text.js';

const toResult = (verdict: CheckResult['verdict'], remedy: string | null = null): CheckResult => ({
  ...{ title: 'Hook token', verdict, found: 'answers 401', remedy, cause: verdict === 'skipped' ? 'Server' : null },
});

test.each([
  [toResult('pass'), ['pass    Hook token: answers 401']],
  [toResult('warn', 'move it nearer'), ['warn    Hook token: answers 401', '        To do: move it nearer']],
  [toResult('fail', 'start it'), ['FAIL    Hook token: answers 401', '        To do: start it']],
  [toResult('manual', 'look there'), ['manual  Hook token: answers 401', '        To do: look there']],
  [toResult('skipped'), ['          not checked: Hook token']],
])('%j', (result, lines) => {
  expect(toFindingLines(result)).toEqual(lines);
});

test('counts name every verdict that occurs', () => {
  const results = [toResult('pass'), toResult('manual'), toResult('fail'), toResult('pass'), toResult('warn')];
  const counts = '2 passed, 1 failed, 1 with a warning, 1 to check by hand';
  expect(toVerdictCounts(results)).toBe(counts);
  expect(toVerdictCounts([...results, toResult('skipped')])).toBe(`${counts}, 1 not checked`);
  expect(toVerdictCounts([toResult('pass')])).toBe('1 passed');
});

test('what a provider calls its things cannot move the cursor or begin a line of its own', () => {
  const name = 'Hook\u001b[1A\npass  all';
  const lines = toFindingLines({ title: name, verdict: 'fail', found: name, remedy: name, cause: null });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});
