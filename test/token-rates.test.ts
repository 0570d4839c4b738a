import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { embedSources } from '../evidence/corpus/people.js';
import { shippedEngine } from '../evidence/measure/accuracy/bare-token.js';
import { createDecoderPool } from '../evidence/measure/accuracy/decoder-pool.js';
import { measureProtected } from '../evidence/measure/accuracy/protected.js';
import { type CorpusPerson, readCorpus, toHalf } from '../evidence/measure/corpus/corpus.js';
import type { EmbeddedCorpus } from '../evidence/measure/corpus/embed-corpus.js';
import { facesFolder, hasFaces } from '../support/data/faces.js';
import { projectRoot } from '../support/run/paths.js';

const interval = z.tuple([z.number(), z.number()]);
const rates = z.object({ fmrInterval: interval, fnmrInterval: interval });
const published = z
  .object({ protected: z.object({ 1: rates, 4: rates, 8: rates }) })
  .parse(JSON.parse(readFileSync(join(projectRoot, 'docs/accuracy/accuracy.json'), 'utf8'))).protected;

/* The published error rates (docs/accuracy.md), on a fixed sample of the people that nothing was fitted on. */
(hasFaces ? describe : describe.skip)('error rates on a sample of real faces', () => {
  /** Whether a true rate in the interval could have given these counts: within four standard deviations of independent trials. */
  const expectRate = (errors: number, trials: number, [least, most]: readonly [number, number]): void => {
    const deviation = (rate: number): number => 4 * Math.sqrt(rate * (1 - rate) * trials);
    expect(trials).toBeGreaterThan(100);
    expect(errors).toBeGreaterThanOrEqual(least * trials - deviation(least));
    expect(errors).toBeLessThanOrEqual(most * trials + deviation(most));
  };
  const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);

  test('agree with the published rates at levels 1, 4 and 8', async () => {
    // One genuine pair of each person: several of one would not be independent.
    const corpus = await readCorpus(facesFolder);
    const isPair = ({ person, files }: CorpusPerson) => toHalf(person) === 'judge' && files.length === 2;
    const chosen = { ...corpus, people: corpus.people.filter(isPair).slice(0, 150) };
    const [{ people }] = (await embedSources([chosen], () => {})) as [EmbeddedCorpus];
    const settings = ([1, 4, 8] as const).map((level) => shippedEngine.messageBitsOf(level, 1));
    const pool = createDecoderPool(() => {});
    const limits = { pairs: 2000, pairsBelow: 2000 };
    const one = { enrolled: 1, live: 1 };
    const outcomes = await measureProtected(pool, people, one, settings, settings[1]!, limits).finally(() =>
      pool.close(),
    );
    for (const [at, level] of ([1, 4, 8] as const).entries()) {
      const { impostor, genuine } = outcomes[at]!;
      expectRate(impostor.errors.length, impostor.trials, published[level].fmrInterval);
      expectRate(sum(genuine.errors), sum(genuine.trials), published[level].fnmrInterval);
    }
  });
});
