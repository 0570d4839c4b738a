import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

interface RsaPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** More than one provider has at a time, its next ones included. */
const pairsInTurn = 8;
const pairs: Promise<RsaPair>[] = [];
let taken = 0;

/**
 * An RSA pair of 2048 bits that differs from the seven before it. Making one takes a sixth of a second, and a process may
 * start hundreds of simulated providers, whose keys protect nothing.
 */
export function takeRsaPair(): Promise<RsaPair> {
  const at = taken++ % pairsInTurn;
  const pair = pairs[at] ?? promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  pairs[at] = pair;
  return pair;
}
