import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { planFor, showMeasured, showPlan } from '../evidence/bench/growth/plan.js';
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

test('the page names the region, the time and each price that it counts with', () => {
  const { region, asOf, machine, kms, dynamodb } = readPrices();
  const told = [machine.dollarsAnHour, kms.dollarsPer10000, ...Object.values(dynamodb)].map((price) => `$${price}`);
  for (const text of [region, asOf, machine.name, ...told]) expect(page).toContain(text);
});

test('twice the people cost twice the memory and the units', () => {
  const [one, two] = [1_000_000, 2_000_000].map((people) => planFor(people, readMeasured(), readPrices()));
  for (const name of ['redisGiB', 'dynamodbGB', 'writtenMillions', 'keyCallsAMonth'] as const)
    expect(two![name]).toBeCloseTo(2 * one![name]);
});
