import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { showMeasured, showPlan } from '../evidence/bench/growth/plan.js';
import { readMeasured, readPrices } from '../evidence/bench/growth/stored.js';
import { projectRoot } from './paths.js';

const page = readFileSync(join(projectRoot, 'docs/sizing.md'), 'utf8');
const tables = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .join('\n');

test('the tables of the page are those that the stored results give', () => {
  const [measured, prices] = [readMeasured(), readPrices()];
  for (const table of [showMeasured(measured), showPlan(measured, prices)]) expect(tables).toContain(table.join('\n'));
});
