import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Returns the private key in PEM form. `null` if it is none, or not that of the certificate. */
export function readKeyOf(certificate: X509Certificate | string, pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return new X509Certificate(certificate.toString()).checkPrivateKey(key) ? key : null;
  } catch {
    return null;
  }
}
