import { describe, expect, test } from '@jest/globals';
import { embedPeople } from '../eval/people.js';
import type { Proportion } from '../eval/proportion.js';
import { toHalf } from '../eval/split.js';
import { createRates } from '../eval/token.js';
import { hasFaces } from './faces.js';

/*
 * The error rates of docs/token-format.md, on a fixed sample of the people that nothing was fitted on. The full table
 * takes a quarter of an hour: npm run eval -- token
 */
(hasFaces ? describe : describe.skip)('error rates on a sample of real faces', () => {
  /** Whether the true rate could have given these counts: within four standard deviations of independent trials. */
  const expectRate = ({ hits, trials }: Proportion, rate: number): void => {
    expect(trials).toBeGreaterThan(100);
    expect(Math.abs(hits - rate * trials)).toBeLessThanOrEqual(4 * Math.sqrt(rate * (1 - rate) * trials));
  };

  test('are those of the design', async () => {
    let several = 0;
    const sample = await embedPeople(
      ({ person, photos }) => {
        if (toHalf(person) === 'fit' || photos !== 2) return false;
        several += 1;
        return several <= 150;
      },
      () => {},
    );
    // One pair of each person: several of one would not be independent.
    const people = sample.map(({ embeddings }) => embeddings);
    const [tolerant, usual, strict] = [createRates(1, people), createRates(4, people), createRates(8, people)];
    expectRate(tolerant.falseMatch(4000), 0.011);
    expectRate(tolerant.falseNonMatch(2), 0.011);
    expectRate(usual.falseMatch(2000), 0.000_095);
    expectRate(usual.falseNonMatch(2), 0.04);
    expectRate(strict.falseNonMatch(2), 0.124);
  });
});
