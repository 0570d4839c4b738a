import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

interface RsaPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** More key pairs than any simulated provider has at a time, including keys for later rotations. */
const pairsInTurn = 8;
const pairs: Promise<RsaPair>[] = [];
let taken = 0;

/** Returns a 2,048-bit RSA pair that differs from the previous seven. */
export function takeRsaPair(): Promise<RsaPair> {
  const at = taken++ % pairsInTurn;
  const pair = pairs[at] ?? promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  pairs[at] = pair;
  return pair;
}
