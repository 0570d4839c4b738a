import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign, webcrypto } from 'node:crypto';
import { DeviceResponse, Document, MDoc } from '@auth0/mdl';
import { cborDecode, cborEncode, DataItem } from '@auth0/mdl/lib/cbor/index.js';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import * as x509 from '@peculiar/x509';
import { CompactEncrypt, calculateJwkThumbprint, decodeJwt, importJWK, type JWK } from 'jose';
import { type DocumentsConfig, documentsAddition } from '../../src/extensions/digital-documents/config.js';
import { drawPicture } from './embedded.js';

/*
 * An app with a mobile driving licence, and its issuer. Documents are made and signed by another library than the one that
 * reads them.
 */

x509.cryptoProvider.set(webcrypto as never);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const serial = (): string => Math.floor(Math.random() * 2 ** 40).toString(16);

interface Certified {
  readonly pem: string;
  readonly raw: Buffer;
  readonly key: KeyObject;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Certificate of a signer. Without `issuer`, it is a root that has signed itself. */
export async function certify(
  name: string,
  of: { readonly issuer?: Certified; readonly from?: Date; readonly to?: Date; readonly usage?: string } = {},
): Promise<Certified> {
  const { issuer, from = new Date('2020-01-01'), to = new Date('2090-01-01'), usage = '1.0.18013.5.1.2' } = of;
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${name}, C=UT`,
    issuer: issuer === undefined ? `CN=${name}, C=UT` : new x509.X509Certificate(issuer.pem).subject,
    notBefore: from,
    notAfter: to,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(issuer === undefined, undefined, true),
      ...(issuer === undefined ? [] : [new x509.ExtendedKeyUsageExtension([usage])]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { pem: made.toString('pem'), raw: Buffer.from(made.rawData), key, keys };
}

export const toPem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

export const mdl = { docType: 'org.iso.18013.5.1.mDL', namespace: 'org.iso.18013.5.1' };
export const pid = { docType: 'eu.europa.ec.eudi.pid.1', namespace: 'eu.europa.ec.eudi.pid.1' };

export interface Licence {
  readonly portrait: Uint8Array;
  readonly given: string;
  readonly family: string;
  readonly born?: string;
  readonly kind?: typeof mdl;
  readonly from?: Date;
  readonly to?: Date;
  readonly signer: Certified;
  /** Member `status` of the mobile security object. */
  readonly status?: Map<string, unknown>;
}

/** An issuer of documents, and the section `documents` of a connection that accepts them. */
export async function createIssuer() {
  const root = await certify('Utopia Roads');
  const signer = await certify('Utopia Signer 1', { issuer: root });
  return {
    root,
    signer,
    /** Licence of Ada Lovelace. */
    licence: (more: Partial<Licence> = {}): Licence => ({
      portrait: drawPicture('ada', 9),
      given: 'Ada',
      family: 'Lovelace',
      signer,
      ...more,
    }),
    toConfig(documents: object = {}, kinds: readonly string[] = ['mdl']): DocumentsConfig {
      const issuers = [{ name: 'Utopia Roads', certificate: root.pem, kinds }];
      const config = documentsAddition.sections.documents.parse({ issuers, ...documents });
      if (config === null) throw new Error('no documents');
      return config;
    },
  };
}

type CborMap = Map<string, unknown>;

/** Receiver of a response. */
export type Way =
  | { readonly kind: 'browser'; readonly origin: string }
  | { readonly kind: 'link'; readonly clientId: string; readonly responseUri: string };

interface VpRequest {
  readonly nonce: string;
  readonly client_metadata: { readonly jwks: { readonly keys: readonly JWK[] } };
}

/** Session transcript of OpenID4VP 1.0, appendix B.2.6. */
async function transcriptOf(way: Way, { nonce, client_metadata }: VpRequest): Promise<Buffer> {
  const [key = {}] = client_metadata.jwks.keys;
  const thumbprint = Buffer.from(await calculateJwkThumbprint(key, 'sha256'), 'base64url');
  const info =
    way.kind === 'browser' ? [way.origin, nonce, thumbprint] : [way.clientId, nonce, thumbprint, way.responseUri];
  const name = way.kind === 'browser' ? 'OpenID4VPDCAPIHandover' : 'OpenID4VPHandover';
  const digest = createHash('sha256').update(cborEncode(info)).digest();
  return cborEncode(DataItem.fromData([null, null, [name, digest]]));
}

/** @param call - fetches an address of the server, which tests reach at another origin */
export function createWallet(call: typeof fetch = fetch) {
  const device = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const deviceKey = device.privateKey.export({ format: 'jwk' }) as JWK;

  /** Presents documents for a transcript. Returns the CBOR of the device response. */
  async function present(
    licences: readonly Licence[],
    transcript: Buffer,
    { key = deviceKey, isAttached = false }: { readonly key?: JWK; readonly isAttached?: boolean } = {},
  ): Promise<Buffer> {
    const signed = await Promise.all(
      licences.map(async ({ portrait, given, family, born = '1990-02-03', kind = mdl, signer, ...more }) => {
        const { from = new Date('2025-01-01'), to = new Date('2089-01-01') } = more;
        const values = { family_name: family, given_name: given, birth_date: born, portrait: Buffer.from(portrait) };
        const document = await new Document(kind.docType as 'org.iso.18013.5.1.mDL')
          .addIssuerNameSpace(kind.namespace, values)
          .useDigestAlgorithm('SHA-256')
          .addValidityInfo({ signed: from, validFrom: from, validUntil: to })
          .addDeviceKeyInfo({ deviceKey: { ...device.publicKey.export({ format: 'jwk' }) } as JWK })
          .sign({
            issuerPrivateKey: signer.key.export({ format: 'jwk' }) as JWK,
            issuerCertificate: signer.pem,
            alg: 'ES256',
          });
        const fields = Object.keys(values).map((name) => ({
          path: [`$['${kind.namespace}']['${name}']`],
          intent_to_retain: false,
        }));
        const response = await DeviceResponse.from(new MDoc([document]))
          .usingPresentationDefinition({
            id: 'all',
            input_descriptors: [
              {
                id: kind.docType,
                format: { mso_mdoc: { alg: ['ES256'] } },
                constraints: { limit_disclosure: 'required', fields },
              },
            ],
          })
          .usingSessionTranscriptBytes(transcript)
          .authenticateWithSignature(key, 'ES256')
          .sign();
        const [one] = (cborDecode(response.encode()) as CborMap).get('documents') as [CborMap];
        if (more.status !== undefined) addStatus(one, more.status, signer.key);
        if (isAttached) attachSigned(one, kind.docType, transcript);
        return one;
      }),
    );
    return cborEncode(
      new Map<string, unknown>([
        ['version', '1.0'],
        ['documents', signed],
        ['status', 0],
      ]),
    );
  }

  /** Encrypts a presentation for the request. */
  async function encrypt({ nonce, client_metadata }: VpRequest, presented: object): Promise<string> {
    const [key = {}] = client_metadata.jwks.keys;
    return new CompactEncrypt(Buffer.from(JSON.stringify({ vp_token: presented })))
      .setProtectedHeader({
        alg: 'ECDH-ES',
        enc: 'A256GCM',
        kid: String(key.kid),
        apv: Buffer.from(nonce).toString('base64url'),
      })
      .encrypt(await importJWK(key, 'ECDH-ES'));
  }

  return {
    deviceKey,
    present,
    encrypt,
    transcriptOf,
    /** Answers a request of the browser's API, as the browser of that origin would. */
    async answerBrowser(
      request: { readonly protocol: string; readonly data: object },
      origin: string,
      licence: Licence,
    ): Promise<string> {
      const vp = await readRequest(request.data);
      const presented = await present([licence], await transcriptOf({ kind: 'browser', origin }, vp));
      return encrypt(vp, { [(licence.kind ?? mdl) === mdl ? 'mdl' : 'pid']: [presented.toString('base64url')] });
    },
    /** Reads the request of a link, and sends the response to its address. @returns the status */
    async answerLink(link: string, licence: Licence): Promise<number> {
      const { searchParams } = new URL(link);
      const jwt = await (await call(String(searchParams.get('request_uri')))).text();
      const vp = await readRequest({ request: jwt });
      const { client_id: clientId, response_uri: responseUri } = decodeJwt<{ client_id: string; response_uri: string }>(
        jwt,
      );
      const way = { kind: 'link', clientId, responseUri } as const;
      const presented = await present([licence], await transcriptOf(way, vp));
      const response = await encrypt(vp, { mdl: [presented.toString('base64url')] });
      return (await call(responseUri, { method: 'POST', body: new URLSearchParams({ response }) })).status;
    },
  };
}

/** Lets the other library parse the request, so that one that breaks the specification is noticed. */
export async function readRequest(data: object): Promise<VpRequest> {
  const parsed = 'request' in data ? decodeJwt(String(data.request)) : data;
  const client = new Openid4vpClient({ callbacks: {} as never });
  client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: parsed as never });
  return parsed as unknown as VpRequest;
}

/** Adds a status to a signed document, and signs it again. */
function addStatus(document: CborMap, status: CborMap, key: KeyObject): void {
  const issuerAuth = (document.get('issuerSigned') as CborMap).get('issuerAuth') as [Buffer, CborMap, Buffer, Buffer];
  const mso = (cborDecode(issuerAuth[2], { mapsAsObjects: false } as never) as DataItem).data as CborMap;
  mso.set('status', status);
  issuerAuth[2] = cborEncode(DataItem.fromData(mso));
  issuerAuth[3] = signCose(issuerAuth[0], issuerAuth[2], key);
}

/** Sends what the device has signed as a part of its signature, where it must be absent (ISO/IEC 18013-5, section 9.1.3). */
function attachSigned(document: CborMap, docType: string, transcript: Buffer): void {
  const deviceAuth = (document.get('deviceSigned') as CborMap).get('deviceAuth') as CborMap;
  const session = (cborDecode(transcript) as DataItem).data;
  const signed = ['DeviceAuthentication', session, docType, DataItem.fromData(new Map())];
  (deviceAuth.get('deviceSignature') as unknown[])[2] = cborEncode(DataItem.fromData(signed));
}

/** COSE_Sign1 (RFC 9052, section 4.4). */
function signCose(protectedHeader: Uint8Array, payload: Uint8Array, key: KeyObject): Buffer {
  const signed = cborEncode(['Signature1', Buffer.from(protectedHeader), Buffer.alloc(0), Buffer.from(payload)]);
  return sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' });
}

/** Status list as CWT: of `size` documents, of which some are revoked. */
export function signStatusList(
  uri: string,
  lst: Uint8Array,
  { signer, expiresAt }: { readonly signer: Certified; readonly expiresAt: number },
): Buffer {
  const header = cborEncode(
    new Map<number, unknown>([
      [1, -7],
      [16, 'application/statuslist+cwt'],
    ]),
  );
  const payload = cborEncode(
    new Map<number, unknown>([
      [2, uri],
      [4, expiresAt],
      [
        65533,
        new Map<string, unknown>([
          ['bits', 1],
          ['lst', Buffer.from(lst)],
        ]),
      ],
    ]),
  );
  const unprotected = new Map<number, unknown>([[33, signer.raw]]);
  return Buffer.concat([
    Buffer.from([0xd2]),
    cborEncode([header, unprotected, payload, signCose(header, payload, signer.key)]),
  ]);
}
