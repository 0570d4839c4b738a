import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { CoseKey, type MdocContext, type Sign1 } from '@owf/mdoc';
import { type EpochMs, fromIso, toDate } from '../../core/units.js';
import type { DocumentsConfig } from './config.js';

/* Cryptography for the reader of documents, by Node. */

const refuse = (): never => {
  throw new Error('not used here');
};

/** Hash of each signature algorithm. `null`: the algorithm hashes itself. */
const hashes: Readonly<Record<string, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: null,
};

const isSigned = (sign1: Sign1, key: CoseKey): boolean => {
  const { signatureAlgorithmName: algorithm } = sign1;
  if (!Object.hasOwn(hashes, algorithm)) return false;
  const publicKey = createPublicKey({ key: key.jwk, format: 'jwk' });
  if ((publicKey.asymmetricKeyType === 'ed25519') !== (algorithm === 'EdDSA')) return false;
  return verify(hashes[algorithm], sign1.toBeSigned, { key: publicKey, dsaEncoding: 'ieee-p1363' }, sign1.signature);
};

/** Values of a field of a distinguished name, which Node writes on a line each. */
const fieldsOf = (name: string, field: string): string[] =>
  name.split('\n').flatMap((line) => (line.startsWith(`${field}=`) ? [line.slice(field.length + 1)] : []));

export const mdocCrypto: MdocContext = {
  crypto: {
    random: refuse,
    digest: ({ digestAlgorithm, bytes }) => createHash(digestAlgorithm.replace('-', '')).update(bytes).digest(),
    calculateEphemeralMacKey: refuse,
  },
  cose: {
    sign1: { sign: refuse, verify: ({ key, sign1 }) => isSigned(sign1, key) },
    // Devices sign. A MAC would need a key agreement that this protocol does not have.
    mac0: { sign: refuse, verify: () => false },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) => fieldsOf(new X509Certificate(certificate).issuer, field),
    getPublicKey: ({ certificate }) =>
      CoseKey.fromJwk({ ...new X509Certificate(certificate).publicKey.export({ format: 'jwk' }) }),
    verifyCertificateChain: refuse,
    getCertificateData({ certificate }) {
      const read = new X509Certificate(certificate);
      return {
        issuerName: read.issuer,
        subjectName: read.subject,
        serialNumber: read.serialNumber,
        thumbprint: read.fingerprint256,
        notBefore: toDate(fromIso(read.validFrom)),
        notAfter: toDate(fromIso(read.validTo)),
        pem: read.toString(),
      };
    },
  },
};

const isValidAt = ({ validFrom, validTo }: X509Certificate, now: EpochMs): boolean =>
  fromIso(validFrom) <= now && now <= fromIso(validTo);

/**
 * Finds the issuer whose root certificate has signed a certificate. A longer chain is not followed, and revocation lists of
 * certificates are not read.
 * @param isSigner - returns true for the extended key usage of such certificates
 */
export function findIssuer(
  raw: Uint8Array | undefined,
  isSigner: (keyUsage: readonly string[]) => boolean,
  { issuers }: Pick<DocumentsConfig, 'issuers'>,
  now: EpochMs,
): DocumentsConfig['issuers'][number] | null {
  if (raw === undefined) return null;
  const signer = new X509Certificate(raw);
  if (signer.ca || !isValidAt(signer, now)) return null;
  if (!isSigner(signer.keyUsage ?? [])) return null;
  const isOf = ({ certificate: root }: DocumentsConfig['issuers'][number]): boolean =>
    isValidAt(root, now) && signer.checkIssued(root) && signer.verify(root.publicKey);
  return issuers.find(isOf) ?? null;
}
