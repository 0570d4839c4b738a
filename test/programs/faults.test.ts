import { describe, expect, test } from '@jest/globals';
import { holds } from '../../evidence/faults/fault.js';
import { faults } from '../../evidence/faults/faults.js';

/* Some of the faults in their quick form; `npm run faults` does all of them. They need Linux and redis-server. */

describe('the invariants hold during the fault', () => {
  test.each(['kill', 'redis', 'disk-full', 'idp'])('%s', async (name) => {
    const finding = await faults[name]!.run({ size: 'quick', seed: 'test', say: () => {} });
    expect(finding.skipped).toEqual([]);
    expect(finding.invariants.filter((invariant) => !holds(invariant))).toEqual([]);
    expect(finding.seen.length).toBeGreaterThan(5);
  });
});
