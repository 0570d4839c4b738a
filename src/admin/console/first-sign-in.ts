import type { Ports } from '../../core/deps.js';
import { type Credential, digestOf } from '../../core/secrets.js';
import { newSecret } from '../../core/tickets.js';
import { addSec } from '../../core/units.js';

/** Life of the code that the first start prints. */
const lifeSec = 60 * 60;

const keyOf = (code: Credential): string => `first-sign-in:${code.use((text) => digestOf(text).toString('base64url'))}`;

/** Creates a code that signs the first owner in to the console once, which replaces typing a key. */
export async function createFirstCode(deps: Ports<'state' | 'clock' | 'random'>): Promise<Credential> {
  const code = newSecret(deps);
  await deps.state.write(keyOf(code), true, { when: 'absent', expiresAt: addSec(deps.clock.now(), lifeSec) });
  return code;
}

/** Uses a code. @returns false if it is unknown, used or expired */
export async function useFirstCode(code: Credential, { state, clock }: Ports<'state' | 'clock'>): Promise<boolean> {
  const found = await state.read(keyOf(code));
  if (found?.value !== true) return false;
  const { revision } = found;
  return state.write(keyOf(code), false, { when: { revision }, expiresAt: addSec(clock.now(), lifeSec) });
}
