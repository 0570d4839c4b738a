import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';

/** Of keys that tests make. */
export type CertifiedKind = 'ec' | 'p384' | 'p521' | 'secp256k1' | 'rsa';

const pairOf = (kind: CertifiedKind) => {
  const curve = { ec: 'P-256', p384: 'P-384', p521: 'P-521', secp256k1: 'secp256k1', rsa: '' }[kind];
  return curve === ''
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: curve });
};

/** A certificate of a key, which an authority that nobody knows signs. @returns PEM */
export async function certify(
  key: KeyObject,
  { from = '2020-01-01', until = '2040-01-01' }: { readonly from?: string; readonly until?: string } = {},
): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const authority = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    ...{ serialNumber: '01', subject: 'CN=Harbour Clinic', issuer: 'CN=Tests' },
    ...{ notBefore: new Date(from), notAfter: new Date(until) },
    publicKey: new Uint8Array(key.export({ type: 'spki', format: 'der' })),
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
  });
  return certificate.toString('pem');
}

/** `<name>.pem` and `<name>.key` in a folder. @returns their paths */
export async function writeKeyPair(
  folder: string,
  name: string,
  { kind = 'ec', ...validity }: { readonly kind?: CertifiedKind; readonly from?: string; readonly until?: string } = {},
): Promise<{ readonly certificate: string; readonly key: string }> {
  const { publicKey, privateKey } = pairOf(kind);
  const paths = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  writeFileSync(paths.certificate, await certify(publicKey, validity));
  writeFileSync(paths.key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return paths;
}
