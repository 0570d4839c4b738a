import type { Certificate, CertifiedKey } from './certificate.js';
import { type Der, listDer, membersOf, oidOf, readDer, toHex } from './der.js';

/*
 * A detached CMS signature (RFC 5652) of the form that PAdES asks for at its level B-B: one signer, SHA-256, and the signed
 * attributes content type, message digest and signing certificate (ETSI EN 319 142-1, section 6.3).
 */

/** Object identifiers, in hexadecimal. */
const oids = {
  data: '2a864886f70d010701',
  signedData: '2a864886f70d010702',
  contentType: '2a864886f70d010903',
  messageDigest: '2a864886f70d010904',
  signingCertificate: '2a864886f70d010910022f',
  sha256: '608648016503040201',
  rsaSha256: '2a864886f70d01010b',
  ecdsaSha256: '2a8648ce3d040302',
} as const;

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));

/**
 * Whether a signature is this certificate's, over this content. One of any other form is none.
 * @param cms - DER, perhaps with zeros behind it
 */
export async function isSignedBy(
  cms: Uint8Array<ArrayBuffer>,
  content: Uint8Array<ArrayBuffer>,
  { der, key }: Certificate,
): Promise<boolean> {
  try {
    const { digestAlgorithm, attributes, algorithm, signature } = readSigner(cms);
    const attributeOf = (oid: string): string => {
      const found = listDer(attributes.content).flatMap((attribute) => {
        const [type, values] = membersOf(attribute, 0x30);
        return oidOf(type) === oid ? [membersOf(values, 0x31)] : [];
      });
      const [[value, ...others] = [], ...more] = found;
      return value === undefined || others.length > 0 || more.length > 0 ? '' : toHex(value.whole);
    };
    const isMeant =
      digestAlgorithm === oids.sha256 &&
      algorithm === (key.algorithm.name === 'ECDSA' ? oids.ecdsaSha256 : oids.rsaSha256) &&
      attributeOf(oids.contentType) === `0609${oids.data}` &&
      attributeOf(oids.messageDigest) === `0420${await sha256(content)}` &&
      // RFC 5035, section 3: the certificate by its SHA-256.
      attributeOf(oids.signingCertificate) === `3026302430220420${await sha256(der)}`;
    // As they are signed the attributes are a set, and so tagged.
    const signed = Uint8Array.from(attributes.whole);
    signed[0] = 0x31;
    return isMeant && (await verify(key, signature, signed));
  } catch {
    return false;
  }
}

function readSigner(cms: Uint8Array<ArrayBuffer>) {
  const outer = readDer(cms);
  if (cms.subarray(outer.whole.length).some((byte) => byte !== 0)) throw new TypeError('more than a signature');
  const [type, wrapped] = membersOf(outer, 0x30);
  const [signedData] = membersOf(wrapped, 0xa0);
  const signers = membersOf(membersOf(signedData, 0x30).at(-1), 0x31);
  if (oidOf(type) !== oids.signedData || signers.length !== 1) throw new TypeError('not signed by one');
  const [, , digest, attributes, algorithm, signature] = membersOf(signers[0], 0x30);
  if (attributes?.tag !== 0xa0 || signature?.tag !== 0x04) throw new TypeError('no signed attributes');
  return { digestAlgorithm: nameOf(digest), attributes, algorithm: nameOf(algorithm), signature: signature.content };
}

const nameOf = (algorithm: Der | undefined): string => oidOf(membersOf(algorithm, 0x30)[0]);

async function verify(
  { spki, algorithm }: CertifiedKey,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  const mark = algorithm.name === 'ECDSA' ? toRaw(signature, algorithm.bytes) : signature;
  return crypto.subtle.verify(algorithm, key, mark, data);
}

/** Two numbers of a fixed length, one after the other, of two in DER. */
function toRaw(der: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(2 * bytes);
  for (const [index, { content }] of membersOf(readDer(der), 0x30).entries()) {
    // A number whose first bit is set has a zero before it.
    const digits = content.subarray(Math.max(0, content.length - bytes));
    raw.set(digits, (index + 1) * bytes - digits.length);
  }
  return raw;
}
