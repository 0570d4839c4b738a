import { describe, expect, test } from '@jest/globals';
import { attacks } from '../../evidence/attacks/attacks.js';

/* The attacks in their quick form: each bound, and the control that shows that it could be missed. */

describe('a quick attack confirms the claims of docs/security-analysis.md', () => {
  test.each(Object.keys(attacks).filter((name) => name !== 'server'))('the attack %s', async (name) => {
    const { claims, skipped } = await attacks[name]!.run({ size: 'quick', say: () => {} });
    for (const reason of skipped) process.stderr.write(`SKIPPED in ${name}: ${reason}\n`);
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
    for (const { claim, figure } of claims)
      expect({ claim, figure: Number.isFinite(figure) }).toEqual({ claim, figure: true });
  });
});
