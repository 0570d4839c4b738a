import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { readCertificate as parseCertificate } from '../../../client/certificate.js';
import { FaceError } from '../../errors.js';
import type { AwsKmsCalls } from '../../keys/aws-kms-calls.js';
import { readGivenFile } from '../given-file.js';
import { UsageError } from '../usage-error.js';

/** The key that signs PDFs for an organisation, and its certificate. */
export interface OrganisationKey {
  readonly certificate: X509Certificate;
  readonly kind: 'rsa' | 'ec';
  /** Of the certificate: milliseconds since 1970. */
  readonly validity: { readonly notBefore: number; readonly notAfter: number };
  /** @returns of SHA-256 of the data: an RSA signature (PKCS #1 v1.5), or two numbers in DER */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** A certificate in PEM or DER. @throws UsageError: it is none; the system's errors */
export async function readCertificate(file: string): Promise<X509Certificate> {
  const bytes = await readGivenFile(file);
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new UsageError(`${file} holds no certificate`);
  }
}

/** Certificate and private key in PEM. @throws UsageError: they do not fit, or are of another kind */
export async function readKeyPair(certificateFile: string, keyFile: string): Promise<OrganisationKey> {
  const certificate = await readCertificate(certificateFile);
  const key = parseKey(await readGivenFile(keyFile), keyFile);
  if (!certificate.checkPrivateKey(key)) throw new UsageError(`${keyFile} is not the key of ${certificateFile}`);
  return { certificate, ...describe(certificate), sign: async (data) => sign('sha256', data, key) };
}

/**
 * A key that never leaves AWS KMS, and its certificate in a file.
 * @throws UsageError: they do not fit, or it signs nothing; FaceError `key_service_unavailable`
 */
export async function openKmsKey(
  certificateFile: string,
  keyId: string,
  calls: Pick<AwsKmsCalls, 'getPublicKey' | 'sign'>,
): Promise<OrganisationKey> {
  const certificate = await readCertificate(certificateFile);
  const found = await calls.getPublicKey(keyId);
  if (found === null) throw new UsageError(`the key ${keyId} is disabled or deleted`);
  if (!certificate.publicKey.equals(found.key)) throw new UsageError(`${keyId} is not the key of ${certificateFile}`);
  const described = describe(certificate);
  const algorithm = described.kind === 'rsa' ? 'RSASSA_PKCS1_V1_5_SHA_256' : 'ECDSA_SHA_256';
  return {
    certificate,
    ...described,
    async sign(data) {
      const signature = await calls.sign(keyId, algorithm, createHash('sha256').update(data).digest());
      if (signature === null) throw new FaceError('key_service_unavailable', { keyId, reason: 'disabled or deleted' });
      return signature;
    },
  };
}

function describe({ raw }: X509Certificate): Pick<OrganisationKey, 'kind' | 'validity'> {
  try {
    const { key, notBefore, notAfter } = parseCertificate(raw);
    return { kind: key.algorithm.name === 'ECDSA' ? 'ec' : 'rsa', validity: { notBefore, notAfter } };
  } catch {
    throw new UsageError('a signature in a PDF takes a key of RSA, or of the curves P-256, P-384 or P-521');
  }
}

function parseKey(bytes: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch {
    throw new UsageError(`${file} holds no private key that can be read without a passphrase`);
  }
}
