import { type Der, membersOf, oidOf, readDer } from './der.js';
import { parseUtc } from './utc.js';

/** What of an X.509 certificate (RFC 5280) a signature is checked by. */
export interface Certificate {
  readonly der: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: CertifiedKey;
}

/** A public key, and how a signature of SHA-256 by it is checked. */
export interface CertifiedKey {
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly algorithm:
    | { readonly name: 'RSASSA-PKCS1-v1_5'; readonly hash: 'SHA-256' }
    | {
        readonly name: 'ECDSA';
        readonly hash: 'SHA-256';
        readonly namedCurve: string;
        /** Of each of the two numbers of a signature. */
        readonly bytes: number;
      };
}

/** By object identifier, in hexadecimal. */
const rsaKey = '2a864886f70d010101';
const ecKey = '2a8648ce3d0201';
const curves: Readonly<Record<string, { readonly namedCurve: string; readonly bytes: number }>> = {
  '2a8648ce3d030107': { namedCurve: 'P-256', bytes: 32 },
  '2b81040022': { namedCurve: 'P-384', bytes: 48 },
  '2b81040023': { namedCurve: 'P-521', bytes: 66 },
};

/**
 * Reads a certificate. Who issued it is not asked: whoever names it trusts it.
 * @param given - PEM (the first certificate in it) or DER
 * @throws TypeError: it is none, or its key is neither RSA nor of P-256, P-384 or P-521
 */
export function readCertificate(given: string | Uint8Array): Certificate {
  const whole = readDer(typeof given === 'string' ? fromPem(given) : Uint8Array.from(given));
  const [body] = membersOf(whole, 0x30);
  const fields = membersOf(body, 0x30);
  // The version stands before the serial number where it is not the first.
  const [validity, , spki] = fields.slice(fields[0]?.tag === 0xa0 ? 4 : 3);
  const [notBefore, notAfter] = membersOf(validity, 0x30);
  if (spki === undefined) throw new TypeError('no certificate');
  return { der: whole.whole, notBefore: toTime(notBefore), notAfter: toTime(notAfter), key: readKey(spki) };
}

function readKey(spki: Der): CertifiedKey {
  const [algorithm] = membersOf(spki, 0x30);
  const [kind, curve] = membersOf(algorithm, 0x30);
  const known = curves[oidOf(curve)];
  if (oidOf(kind) === rsaKey) return { spki: spki.whole, algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } };
  if (oidOf(kind) !== ecKey || known === undefined) throw new TypeError('a key of another kind');
  return { spki: spki.whole, algorithm: { name: 'ECDSA', hash: 'SHA-256', ...known } };
}

function fromPem(text: string): Uint8Array<ArrayBuffer> {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text) ?? [];
  return Uint8Array.from(atob(base64.replace(/\s/g, '')), (letter) => letter.charCodeAt(0));
}

/** UTCTime, whose years are those from 1950 to 2049, or GeneralizedTime (RFC 5280, section 4.1.2.5). */
function toTime(value: Der | undefined): number {
  const text = new TextDecoder().decode(value?.content);
  const century = value?.tag === 0x17 ? (text < '5' ? '20' : '19') : '';
  const time = parseUtc(`${century}${text.replace(/Z$/, '')}`);
  if (Number.isNaN(time)) throw new TypeError('no time');
  return time;
}
