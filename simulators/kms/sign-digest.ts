import { constants, createECDH, createHash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto';

/* Signs a given digest. Node can only sign whole messages. */

/** The order of P-256 (SP 800-186, section 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % order, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % order) {
    if (rest & 1n) result = (result * square) % order;
  }
  return result;
}

/** Signs with ECDSA on P-256 (FIPS 186-5, section 6.4.1). */
export function signWithP256(digest: Uint8Array, key: KeyObject): Buffer {
  const secret = toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const once = createECDH('prime256v1');
  const nonce = randomBytes(32);
  once.setPrivateKey(nonce);
  const r = toNumber(once.getPublicKey().subarray(1, 33)) % order;
  const s = (power(toNumber(nonce), order - 2n) * (toNumber(digest) + r * secret)) % order;
  const numbers = Buffer.concat([toDer(r), toDer(s)]);
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

/** Encodes a positive number as DER, with a zero byte before a set first bit. */
function toDer(value: bigint): Buffer {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}

/** Prefix of a SHA-256 digest in an RSA signature (RFC 8017, section 9.2, note 1). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** Signs with RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.1). */
export const signWithRsa = (digest: Uint8Array, key: KeyObject): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest]));

/** Signs with RSASSA-PSS, a 2,048-bit key, SHA-256 and a salt as long as the digest (RFC 8017, section 8.1.1). */
export function signWithRsaPss(digest: Uint8Array, key: KeyObject): Buffer {
  const salt = randomBytes(32);
  const hash = sha256(Buffer.alloc(8), digest, salt);
  const data = Buffer.concat([Buffer.alloc(256 - 2 * 32 - 2), Buffer.from([1]), salt]);
  const mask = Buffer.concat(
    [...Array(Math.ceil(data.length / 32)).keys()].map((counter) => sha256(hash, Buffer.from([0, 0, 0, counter]))),
  );
  const masked = data.map((byte, index) => byte ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.concat([masked, hash, Buffer.from([0xbc])]));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
