import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../evidence/attacks/attack.js';
import { attacks } from '../../evidence/attacks/attacks.js';

/* The attacks in their quick form: each bound, and the control that shows that it could be missed. */

const run = async (name: string): Promise<Finding> => {
  const finding = await attacks[name]!.run({ size: 'quick', say: () => {} });
  for (const reason of finding.skipped) process.stderr.write(`SKIPPED in ${name}: ${reason}\n`);
  return finding;
};

describe('a quick attack confirms the claims of docs/security-analysis.md', () => {
  test.each(Object.keys(attacks).filter((name) => name !== 'server'))('the attack %s', async (name) => {
    const { claims } = await run(name);
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
    for (const { claim, figure } of claims)
      expect({ claim, figure: Number.isFinite(figure) }).toEqual({ claim, figure: true });
  });
});
