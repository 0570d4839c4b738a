import { expect, test } from '@jest/globals';
import { auditDetails } from '../src/core/audit-events.js';
import { readPage } from './page.js';

test('the page on the audit trail lists every action once, and none that is not written', () => {
  const listed = [...readPage('docs/reference/audit-events.md').matchAll(/^## (\w+)$/gm)].map(([, action]) => action);
  expect(listed).toEqual(Object.keys(auditDetails));
  const missing = Object.entries(auditDetails).filter(([, guard]) => guard.description === undefined);
  expect(missing.map(([action]) => action)).toEqual([]);
});
