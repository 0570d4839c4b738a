import { describe, expect, test } from '@jest/globals';
import { messageBitsOf } from '../eval/accuracy/bare-token.js';
import { createDecoderPool } from '../eval/accuracy/decoder-pool.js';
import { measureProtected } from '../eval/accuracy/protected.js';
import { embedPeople } from '../eval/corpus/people.js';
import { toHalf } from '../eval/corpus/split.js';
import { hasFaces } from './faces.js';

/*
 * The error rates of docs/token-format.md, on a fixed sample of the people that nothing was fitted on. The full table:
 * npm run eval -- --pairs all
 */
(hasFaces ? describe : describe.skip)('error rates on a sample of real faces', () => {
  /** Whether the true rate could have given these counts: within four standard deviations of independent trials. */
  const expectRate = (errors: number, trials: number, rate: number): void => {
    expect(trials).toBeGreaterThan(100);
    expect(Math.abs(errors - rate * trials)).toBeLessThanOrEqual(4 * Math.sqrt(rate * (1 - rate) * trials));
  };
  const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);

  test('are those of the design', async () => {
    let several = 0;
    // One genuine pair of each person: several of one would not be independent.
    const people = await embedPeople(
      ({ person, photos }) => {
        if (toHalf(person) === 'fit' || photos !== 2) return false;
        several += 1;
        return several <= 150;
      },
      () => {},
    );
    const settings = ([1, 4, 8] as const).map((level) => messageBitsOf(level, 1));
    const pool = createDecoderPool(() => {});
    const limits = { pairs: 2000, pairsBelow: 2000 };
    const one = { enrolled: 1, live: 1 };
    const [tolerant, usual, strict] = await measureProtected(pool, people, one, settings, settings[1]!, limits).finally(
      () => pool.close(),
    );
    expectRate(tolerant!.impostor.errors.length, tolerant!.impostor.trials, 0.011);
    expectRate(usual!.impostor.errors.length, usual!.impostor.trials, 0.000_095);
    expectRate(strict!.impostor.errors.length, strict!.impostor.trials, 0.000_005);
    expectRate(sum(tolerant!.genuine.errors), sum(tolerant!.genuine.trials), 0.011);
    expectRate(sum(usual!.genuine.errors), sum(usual!.genuine.trials), 0.04);
    expectRate(sum(strict!.genuine.errors), sum(strict!.genuine.trials), 0.124);
  });
});
