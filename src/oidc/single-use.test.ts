import { afterAll, expect, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { addSec } from '../core/units.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { oidcErrors } from './library.js';
import { createSingleUse, ResumeSignIn } from './storage.js';

const clock = createManualClock();
const state = createSqliteState({ file: ':memory:', clock });
afterAll(() => state.close());

const interactionUrl = (uid: string): string => `https://face.example.com/interaction/${uid}`;

const contextOf = (params: Readonly<Record<string, string>>, running: readonly string[]) =>
  ({
    oidc: {
      params,
      provider: { Interaction: { find: async (uid: string) => (running.includes(uid) ? {} : undefined) } },
    },
  }) as never;

test('of two concurrent requests with the same proof, only one starts a sign-in', async () => {
  const { take } = createSingleUse({ state, interactionUrl });
  const proof = { id: 'proof-1', expiresAt: addSec(clock.now(), 60) };
  await take(proof, contextOf({ nonce: 'n' }, []), 'first');
  await expect(take(proof, contextOf({ nonce: 'n' }, ['first']), 'second')).rejects.toMatchObject({
    location: interactionUrl('first'),
  });
  await expect(take(proof, contextOf({ nonce: 'n' }, ['first']), 'second')).rejects.toBeInstanceOf(ResumeSignIn);
  await expect(take(proof, contextOf({ nonce: 'other' }, ['first']), 'second')).rejects.toBeInstanceOf(
    oidcErrors.AccessDenied,
  );
  await expect(take(proof, contextOf({ nonce: 'n' }, []), 'second')).rejects.toBeInstanceOf(oidcErrors.AccessDenied);
});
