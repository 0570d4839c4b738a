import { generateKeyPair, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';

export type SigningKey = Awaited<ReturnType<typeof createSigningKey>>;

/** More key pairs than any simulated provider has at a time, including keys for later rotations. */
const pairsInTurn = 8;
const pairs: Promise<KeyPairKeyObjectResult>[] = [];
let taken = 0;

/** Creates a 2,048-bit RSA key that differs from the previous seven. */
export async function createSigningKey(kid: string) {
  const at = taken++ % pairsInTurn;
  const pair = pairs[at] ?? promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  pairs[at] = pair;
  const { privateKey, publicKey } = await pair;
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } };
}

export const signJwt = (
  { kid, privateKey }: Pick<SigningKey, 'kid' | 'privateKey'>,
  claims: JWTPayload,
  header = {},
): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey);
