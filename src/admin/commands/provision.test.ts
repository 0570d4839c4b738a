import { expect, test } from '@jest/globals';
import type { StepReport, StepResult } from '../operations/steps.js';
import { toAppliedLines, toPlannedLines } from './provision.js';

const found = (before: StepReport): StepResult => ({ title: 'Hook', before, applied: false, after: before });

test('provisioning removes cursor controls and line breaks from names of the provider', () => {
  const name = 'Rule\u001b[2K\r\n2. Hook: ready\u202e\u2028';
  const lines = [
    ...toPlannedLines(1, { ...found({ state: 'different', changes: [name] }), title: name }),
    ...toAppliedLines(1, { ...found({ state: 'blocked', reason: name, remedy: name }), title: name }),
  ];
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
});
