import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { testShare } from '../../test/share.js';
import { createStretch, mostWaiting } from './stretch.js';

test('a flood is refused beyond what may wait, and what waited is done', async () => {
  const stretch = createStretch({ memoryKiB: 8, passes: 1 });
  const salt = randomBytes(16);
  const value = Uint8Array.from([1, 2, 3]);
  const runs = Array.from({ length: mostWaiting + 50 }, () => stretch('message', value, salt, testShare));
  const outcomes = await Promise.allSettled(runs);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(48);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: 'overloaded', detail: { retryAfterSec: expect.any(Number) } });
  }
  await expect(stretch('message', value, salt, testShare)).resolves.toBeDefined();
});
