import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * Server side of SRP-6a as Cognito runs it (RFC 5054's 3,072-bit group, SHA-256, HKDF with "Caldera Derived Key").
 * Client side: amazon-cognito-identity-js, src/AuthenticationHelper.js.
 */

/** The prime of RFC 3526, group 15. */
const N = BigInt(
  '0x' +
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B' +
    '302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6' +
    '49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D' +
    '670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718' +
    '3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D' +
    'B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C' +
    'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
);
const g = 2n;

export interface PasswordVerifier {
  readonly salt: bigint;
  readonly verifier: bigint;
}

export interface SrpExchange {
  readonly username: string;
  readonly clientId: string;
  readonly A: bigint;
  readonly B: bigint;
  readonly b: bigint;
  readonly password: PasswordVerifier;
}

/** Encodes a number as Java does: with a leading zero byte if the first bit is set. */
const toBytes = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex');
};

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

const k = toInteger(sha256(toBytes(N), toBytes(g)));

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = ((base % N) + N) % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

export function createVerifier(poolName: string, username: string, password: string): PasswordVerifier {
  const salt = toInteger(randomBytes(16));
  const x = toInteger(sha256(toBytes(salt), sha256(Buffer.from(`${poolName}${username}:${password}`))));
  return { salt, verifier: power(g, x) };
}

/** @returns `null` for a public value that would make the password irrelevant (RFC 5054, section 2.5.4) */
export function startExchange(
  publicValue: string,
  who: Pick<SrpExchange, 'username' | 'clientId' | 'password'>,
): SrpExchange | null {
  if (!/^[0-9a-f]{1,1024}$/i.test(publicValue)) return null;
  const A = BigInt(`0x${publicValue}`);
  if (A % N === 0n) return null;
  const b = toInteger(randomBytes(32));
  return { ...who, A, b, B: (k * who.password.verifier + power(g, b)) % N };
}

export function isProof(
  { A, B, b, password, username }: SrpExchange,
  poolName: string,
  claim: { readonly secretBlock: string; readonly timestamp: string; readonly signature: string },
): boolean {
  const u = toInteger(sha256(toBytes(A), toBytes(B)));
  const S = power(A * power(password.verifier, u), b);
  const key = Buffer.from(hkdfSync('sha256', toBytes(S), toBytes(u), 'Caldera Derived Key', 16));
  const expected = createHmac('sha256', key)
    .update(poolName)
    .update(username)
    .update(Buffer.from(claim.secretBlock, 'base64'))
    .update(claim.timestamp)
    .digest();
  const signature = Buffer.from(claim.signature, 'base64');
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

export const toHex = (value: bigint): string => value.toString(16);
