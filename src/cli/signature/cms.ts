import { createHash, type X509Certificate } from 'node:crypto';
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  CMSVersion,
  ContentInfo,
  DigestAlgorithmIdentifier,
  DigestAlgorithmIdentifiers,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignatureAlgorithmIdentifier,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import type { OrganisationKey } from './organisation-key.js';

/*
 * A detached CMS signature (RFC 5652) as PAdES asks for at its level B-B: SHA-256, and the signed attributes content type,
 * message digest and signing certificate (ETSI EN 319 142-1, section 6.3).
 */

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  rsaSha256: '1.2.840.113549.1.1.11',
} as const;

/** The object identifier `data`. */
const derOfData = Buffer.from('06092a864886f70d010701', 'hex');

const derNull = Uint8Array.of(5, 0).buffer;

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

const toBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** A DER value of the contents given; of at most 64 KiB. */
function toDer(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

/** Names the certificate by its SHA-256 (RFC 5035, section 3). */
const toSigningCertificate = (certificate: X509Certificate): Buffer =>
  toDer(0x30, toDer(0x30, toDer(0x30, toDer(0x04, sha256(certificate.raw)))));

/** As the attributes are signed: a set, in the order of DER. */
const toSet = (attributes: readonly Attribute[]): Buffer =>
  toDer(0x31, ...attributes.map((each) => Buffer.from(AsnConvert.serialize(each))).sort(Buffer.compare));

/** Signs the parts of a file, one after the other. @returns DER */
export async function signCms(
  parts: readonly Uint8Array[],
  { certificate, kind, sign }: OrganisationKey,
): Promise<Buffer> {
  const attribute = (attrType: string, value: Uint8Array): Attribute =>
    new Attribute({ attrType, attrValues: [toBuffer(value)] });
  const attributes = [
    attribute(oids.contentType, derOfData),
    attribute(oids.messageDigest, toDer(0x04, sha256(...parts))),
    attribute(oids.signingCertificate, toSigningCertificate(certificate)),
  ].sort((a, b) => Buffer.compare(Buffer.from(AsnConvert.serialize(a)), Buffer.from(AsnConvert.serialize(b))));
  const parsed = AsnConvert.parse(toBuffer(certificate.raw), Certificate);
  const { issuer, serialNumber } = parsed.tbsCertificate;
  const digestAlgorithm = new DigestAlgorithmIdentifier({ algorithm: oids.sha256 });
  const signer = new SignerInfo({
    version: CMSVersion.v1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm,
    signedAttrs: attributes,
    signatureAlgorithm: new SignatureAlgorithmIdentifier(
      kind === 'rsa' ? { algorithm: oids.rsaSha256, parameters: derNull } : { algorithm: oids.ecdsaSha256 },
    ),
    signature: new OctetString(toBuffer(await sign(toSet(attributes)))),
  });
  const signed = new SignedData({
    version: CMSVersion.v1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oids.data }),
    certificates: new CertificateSet([new CertificateChoices({ certificate: parsed })]),
    signerInfos: new SignerInfos([signer]),
  });
  const content = new ContentInfo({ contentType: oids.signedData, content: AsnConvert.serialize(signed) });
  return Buffer.from(AsnConvert.serialize(content));
}
