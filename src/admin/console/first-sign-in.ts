import type { KeyPorts } from '../../access/administrators.js';
import type { Ports } from '../../core/deps.js';
import { type Credential, digestOf } from '../../core/secrets.js';
import { newSecret } from '../../core/tickets.js';
import { addSec } from '../../core/units.js';

/** Life of the code that the first start prints. */
const lifeSec = 60 * 60;

/** A code belongs to the key that was made with it, and ends with this key. */
const keyOf = (code: Credential, adminKeyDigest: Uint8Array): string => {
  const key = Buffer.from(adminKeyDigest).toString('hex');
  return `first-sign-in:${code.use((text) => digestOf(`${text} ${key}`).toString('base64url'))}`;
};

/** Creates a code that signs the first owner in to the console once, which replaces typing a key. */
export async function createFirstCode(
  adminKeyDigest: Uint8Array,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<Credential> {
  const code = newSecret(deps);
  await deps.state.write(keyOf(code, adminKeyDigest), true, {
    when: 'absent',
    expiresAt: addSec(deps.clock.now(), lifeSec),
  });
  return code;
}

/** Uses a code. @returns false if it is unknown, used or expired */
export async function useFirstCode(
  code: Credential,
  { state, clock, adminKeyDigest }: Pick<KeyPorts, 'state' | 'clock' | 'adminKeyDigest'>,
): Promise<boolean> {
  const key = keyOf(code, adminKeyDigest);
  const found = await state.read(key);
  if (found?.value !== true) return false;
  const { revision } = found;
  return state.write(key, false, { when: { revision }, expiresAt: addSec(clock.now(), lifeSec) });
}
