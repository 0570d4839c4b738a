import { describe, expect, test } from '@jest/globals';
import type { StepReport, StepResult } from '../operations/steps.js';
import { toAppliedLines, toCounts, toFoundLines } from './step-text.js';

const reports = {
  ready: { state: 'ready' },
  missing: { state: 'missing', changes: ['create the attribute', 'hide it from users'] },
  different: { state: 'different', changes: ['change the address'] },
  blocked: { state: 'blocked', reason: 'the rule calls another hook', remedy: 'detach it' },
  manual: { state: 'manual', instructions: ['open the console', 'tick the box'] },
  failed: {
    state: 'failed',
    code: 'provider_refused',
    reason: 'The identity provider refused this request.',
    detail: { status: 403, code: 'E0000006', call: 'createInlineHook' },
  },
} as const satisfies Record<StepReport['state'], StepReport>;

const found = (before: StepReport): StepResult => ({ title: 'Hook', before, applied: false, after: before });
const applied = (after: StepReport): StepResult => ({ title: 'Hook', before: reports.missing, applied: true, after });

describe('a step as it was found', () => {
  test.each([
    [reports.ready, ['3. Hook: ready']],
    [reports.missing, ['3. Hook: missing', '     + create the attribute', '     + hide it from users']],
    [reports.different, ['3. Hook: different', '     + change the address']],
    [reports.blocked, ['3. Hook: blocked', '     the rule calls another hook', '     To do: detach it']],
    [reports.manual, ['3. Hook: by hand', '     - open the console', '     - tick the box']],
    [
      reports.failed,
      [
        '3. Hook: failed',
        '     The identity provider refused this request. (provider_refused)',
        '     {"status":403,"code":"E0000006","call":"createInlineHook"}',
      ],
    ],
  ])('%j', (report, lines) => {
    expect(toFoundLines(3, found(report))).toEqual(lines);
  });
});

describe('a step after its turn', () => {
  test.each([
    [found(reports.ready), ['3. Hook: was ready']],
    [applied(reports.ready), ['3. Hook: done']],
    // What it is has been told with the plan.
    [found(reports.manual), ['3. Hook: by hand']],
    [applied(reports.manual), ['3. Hook: done, the rest by hand']],
    [found(reports.blocked), ['3. Hook: blocked', '     the rule calls another hook', '     To do: detach it']],
    [applied(reports.different), ['3. Hook: still different', '     + change the address']],
    [applied(reports.failed), expect.arrayContaining(['3. Hook: failed'])],
  ])('%j', (result, lines) => {
    expect(toAppliedLines(3, result)).toEqual(lines);
  });
});

test('counts name every state that occurs, what is wrong first', () => {
  expect(toCounts([reports.ready, ...Object.values(reports)])).toBe(
    '1 failed, 1 blocked, 1 missing, 1 different, 2 ready, 1 by hand',
  );
  expect(toCounts([])).toBe('');
});

test('a name at the provider cannot move the cursor or begin a line of its own', () => {
  const name = 'Rule\u001b[2K\r\n2. Hook: ready\u202e\u2028';
  const lines = [
    ...toFoundLines(1, { ...found({ state: 'different', changes: [name] }), title: name }),
    ...toAppliedLines(1, { ...found({ state: 'blocked', reason: name, remedy: name }), title: name }),
  ];
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
});
