import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createReceiptVerifier } from '../client/index.js';
import { projectRoot } from './paths.js';

/* docs/journey.md shows a real receipt beside the key it was signed with: the client must find in it what the page says. */

const text = readFileSync(join(projectRoot, 'docs/journey.md'), 'utf8');
const shown = [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, json]) => JSON.parse(json ?? ''));
const find = <Guard extends z.ZodType>(guard: Guard): z.output<Guard> =>
  guard.parse(shown.find((each) => guard.safeParse(each).success));

test('the receipt, the claims and the keys on the page belong together', async () => {
  const { receipt } = find(z.object({ receipt: z.string() }));
  const claims = find(z.looseObject({ iss: z.string(), aud: z.string(), sub: z.string(), iat: z.int() }));
  const { iss: issuer, aud: audience, iat, sub: subject } = claims;
  const keys = find(z.object({ keys: z.array(z.looseObject({})) }));
  const verifier = createReceiptVerifier({ issuer, audience, keys, clock: { now: () => iat * 1000 } });
  const expected = { connection: 'api:default', subject, nonce: String(claims.nonce) };
  for (const value of Object.values(expected)) expect(text).toContain(`'${value}'`);
  expect(await verifier.verify(receipt, expected)).toEqual(claims);
  await expect(verifier.verify(receipt, { ...expected, subject: 'grace@example.com' })).rejects.toMatchObject({
    code: 'subject',
  });
});
