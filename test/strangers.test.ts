import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EmbeddedPerson, embedSources } from '../evidence/corpus/people.js';
import { createDecoderPool, type DecoderPool } from '../evidence/measure/accuracy/decoder-pool.js';
import { measureProtected, referenceOf } from '../evidence/measure/accuracy/protected.js';
import { toGroupRates } from '../evidence/measure/accuracy/rates.js';
import { measureEmbeddings } from '../evidence/measure/accuracy/source-strangers.js';
import { everyRun } from '../evidence/measure/accuracy/windows.js';
import { readCorpus } from '../evidence/measure/corpus/corpus.js';
import { createBootstrap } from '../evidence/measure/statistics/bootstrap.js';
import { createSeededRandom } from '../src/core/base/chance.js';
import { groupsFolder } from '../support/data/faces.js';
import { projectRoot } from '../support/run/paths.js';

const hasGroups = existsSync(groupsFolder);

if (!hasGroups)
  process.stderr.write(`SKIPPING tests on strangers of one place: no faces at ${groupsFolder} (set FACESTEP_GROUPS)\n`);

interface Counts {
  readonly falseMatches: number;
  readonly pairs: number;
  readonly falseNonMatches: number;
  readonly genuinePairs: number;
}

/** Holds counts against published ones. Another processor rounds otherwise, which may decide a pair or two. */
function expectCounts(found: Counts, { falseMatches, pairs, falseNonMatches, genuinePairs }: Counts): void {
  expect(found).toMatchObject({ pairs, genuinePairs });
  expect(Math.abs(found.falseMatches - falseMatches)).toBeLessThanOrEqual(3);
  expect(Math.abs(found.falseNonMatches - falseNonMatches)).toBeLessThanOrEqual(1);
}

/*
 * The figures of docs/accuracy/groups.json that README.md and SECURITY.md state, measured again within one source. All of them:
 * npm run eval -- --data DIR
 */
(hasGroups ? describe : describe.skip)('people from one source', () => {
  let people: readonly EmbeddedPerson[];
  let published: Record<string, Record<string, Record<string, Counts>>>;
  let pool: DecoderPool;
  beforeAll(async () => {
    const corpus = await readCorpus(join(groupsFolder, 'casia'));
    const [embedded] = await embedSources([corpus], () => {});
    ({ people } = embedded!);
    published = JSON.parse(await readFile(join(projectRoot, 'docs/accuracy/groups.json'), 'utf8'));
    pool = createDecoderPool(() => {});
  });
  afterAll(() => pool.close());

  test('match level-4 tokens of others at the published rate', async () => {
    const settings = [referenceOf(1)];
    const limits = { pairs: 20_000, pairsBelow: 0 };
    const one = { enrolled: 1, live: 1 };
    const [outcome] = await measureProtected(pool, people, one, settings, settings[0]!, limits, everyRun);
    const rates = toGroupRates(outcome!, createBootstrap(people.length, createSeededRandom('people')), '1x1');
    expectCounts(rates, published.groups!.casia!['4']!);
    // Three times what the level promises of mixed people.
    expect(rates.fmr).toBeLessThanOrEqual(3e-4);
  });

  test('match embeddings of others at the published rate', () => {
    const rates = measureEmbeddings(people, 20_000);
    for (const point of ['1e-3', '1e-4']) expectCounts(rates[point]!, published.embeddings!.casia![point]!);
  });
});
