import { expect, test } from '@jest/globals';
import { toFindingLines } from './doctor.js';

test('the doctor removes cursor controls and line breaks from names of the provider', () => {
  const name = 'Hook\u001b[1A\npass  all';
  const lines = toFindingLines({ title: name, verdict: 'fail', found: name, remedy: name, cause: null });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});
