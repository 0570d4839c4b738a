import { expect, test } from '@jest/globals';
import { measureJourneys } from '../../evidence/journeys/journeys.js';
import { readPage, sectionOf } from '../../support/benches/page.js';

/** Files of work that is sometimes done for several requests at once. */
const tolerated = 15;

test('docs/architecture.md states how many files each journey runs', async () => {
  const rows = sectionOf(readPage('docs/architecture.md'), 'Four journeys').matchAll(/^\| ([^|]+) \| (\d+) \|$/gm);
  const written = new Map([...rows].map(([, name, count]) => [name, Number(count)]));
  const measured = Object.entries(await measureJourneys());
  expect([...written.keys()]).toEqual(measured.map(([name]) => name));
  const differing = measured.filter(([name, files]) => Math.abs((written.get(name) ?? 0) - files.length) > tolerated);
  expect(differing.map(([name, files]) => ({ name, files: files.length }))).toEqual([]);
});
