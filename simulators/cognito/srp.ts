import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * Server side of SRP-6a as Cognito runs it (RFC 5054's 3,072-bit group, SHA-256, HKDF with "Caldera Derived Key").
 * Client side: amazon-cognito-identity-js, src/AuthenticationHelper.js.
 */

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** The prime of RFC 3526, group 15. */
const N = toInteger(getDiffieHellman('modp15').getPrime());
const g = 2n;

export type PasswordVerifier = ReturnType<typeof toVerifier>;
export type SrpExchange = NonNullable<ReturnType<typeof startExchange>>;

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

function toVerifier(poolName: string, username: string, password: string, salt: bigint) {
  const x = toInteger(sha256(toBytes(salt), sha256(Buffer.from(`${poolName}${username}:${password}`))));
  return { salt, verifier: power(g, x) };
}

export const createVerifier = (poolName: string, username: string, password: string): PasswordVerifier =>
  toVerifier(poolName, username, password, toInteger(randomBytes(16)));

/** Returns true if this is the password of a verifier, for sign-ins that send the password itself. */
export const isPassword = (
  poolName: string,
  username: string,
  password: string,
  { salt, verifier }: PasswordVerifier,
): boolean => toVerifier(poolName, username, password, salt).verifier === verifier;

/** @returns `null` for a public value that would make the password irrelevant (RFC 5054, section 2.5.4) */
export function startExchange(
  publicValue: string,
  who: { readonly username: string; readonly clientId: string; readonly password: PasswordVerifier },
) {
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
