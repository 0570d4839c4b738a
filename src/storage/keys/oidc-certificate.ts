import type { KeyObject } from 'node:crypto';
import { type EpochMs, toDate } from '../../core/units.js';

interface CertifiedKey {
  readonly publicKey: KeyObject;
  sign(data: Uint8Array, algorithm: 'RS256'): Promise<Uint8Array>;
}

/** Returns where the content of a DER value begins and ends (X.690, section 8.1.3). */
export function contentAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const [first = 0] = bytes.subarray(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : Buffer.from(bytes.subarray(at + 2, start)).readUIntBE(0, lengthBytes);
  return { start, end: start + length };
}

/**
 * Creates a self-signed certificate (DER), which Entra's external method requires. It is deterministic, so that
 * replicas agree.
 */
export async function createCertificate(
  { publicKey, sign }: CertifiedKey,
  {
    serialNumber,
    notBefore,
    notAfter,
  }: {
    /** A positive number of at most 20 bytes (RFC 5280, section 4.1.2.2). */
    readonly serialNumber: string;
    readonly notBefore: EpochMs;
    readonly notAfter: EpochMs;
  },
): Promise<Uint8Array> {
  const { X509CertificateGenerator } = await loadLibrary();
  const render = async (signature: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
    const name = 'CN=facestep OpenID provider';
    const { rawData } = await X509CertificateGenerator.create({
      serialNumber,
      subject: name,
      issuer: name,
      notBefore: toDate(notBefore),
      notAfter: toDate(notAfter),
      publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
      signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5' },
      signature,
    });
    return new Uint8Array(rawData);
  };
  const unsigned = await render(new Uint8Array());
  return render(new Uint8Array(await sign(signedPartOf(unsigned), 'RS256')));
}

/** Loaded only when needed, because the library has two hundred files. */
async function loadLibrary() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

function signedPartOf(certificate: Uint8Array): Uint8Array {
  const from = contentAt(certificate, 0).start;
  return certificate.subarray(from, contentAt(certificate, from).end);
}
