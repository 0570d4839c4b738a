import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const lifeMs = 86_400_000;

/**
 * Creates a verifier's certificate and its authority, both new and valid for a day. In production, use an authority
 * that your wallets trust.
 * @param name - name that wallets show
 */
export async function certifyVerifier(name: string) {
  const notBefore = new Date();
  const notAfter = new Date(Date.now() + lifeMs);
  const authority = await newKeys();
  const verifier = await newKeys();
  const signed = {
    issuer: 'CN=Authority of the demonstration',
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
  };
  const validity = { notBefore, notAfter };
  const root = await X509CertificateGenerator.create({
    ...signed,
    ...validity,
    serialNumber: '01',
    subject: signed.issuer,
    publicKey: authority.publicKey,
  });
  const leaf = await X509CertificateGenerator.create({
    ...signed,
    ...validity,
    serialNumber: '02',
    subject: [{ CN: [name] }],
    publicKey: verifier.publicKey,
  });
  return {
    authority: new X509Certificate(root.toString('pem')),
    certified: { chain: [leaf.toString('pem')], key: KeyObject.from(verifier.privateKey) },
  };
}

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
