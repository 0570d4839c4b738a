import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { auditDetails } from '../src/core/audit-events.js';
import { projectRoot } from './paths.js';

test('the page on the audit trail lists every action once, and none that is not written', () => {
  const page = readFileSync(join(projectRoot, 'docs/audit.md'), 'utf8');
  const rows = page.slice(page.indexOf('| action '), page.indexOf('## What outlives a crash')).split('\n').slice(2);
  const listed = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, action]) => action));
  expect(listed.toSorted()).toEqual(Object.keys(auditDetails).toSorted());
});
