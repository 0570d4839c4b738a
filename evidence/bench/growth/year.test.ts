import { expect, test } from '@jest/globals';
import { hasRedis } from '../../../test/redis.js';
import { type StoreKind, storeKinds, yearGuard } from './stored.js';
import { simulateYear } from './year.js';

/* The year in a quick form: what it counts, not how long it takes. */

const people = 10;

const canRun = (kind: StoreKind): boolean => kind === 'sqlite' || (kind === 'redis' && hasRedis);

test.each(storeKinds.filter(canRun))(
  'a year on %s is reported under stable names, and everybody has it',
  async (kind) => {
    const report = await simulateYear(kind, people, () => {});
    const { costs, sizes } = yearGuard.parse(report);
    expect(costs.enrolment.count).toBe(2 * people);
    expect(costs.leaver.count).toBe(1);
    expect(costs.check.count).toBeGreaterThan(28 * people);
    expect(costs.hook).toMatchObject({ count: costs.check.count, stateCalls: 2, keyUses: 0 });
    expect(costs.check.keyUses).toBe(2);
    const trail = sizes.map(({ trailBytes }) => trailBytes);
    // Retention is ninety days: what the autumn leaves is less than what the summer had.
    expect(trail.at(-1)).toBeLessThan(Math.max(...trail));
  },
);
