import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:https';
import { serve } from './serve.js';

/** Encodes one DER value: tag, length, content (X.690, section 8.1). */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 128
      ? Buffer.from([body.length])
      : body.length < 256
        ? Buffer.from([0x81, body.length])
        : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);
const ecdsaWithSha256 = sequence(der(0x06, hex('2a8648ce3d040302')));

const rsaWithSha256 = sequence(der(0x06, hex('2a864886f70d01010b')), der(0x05));

export function createSelfSigned(): { cert: string; key: string } {
  return toCertificate(generateKeyPairSync('ec', { namedCurve: 'P-256' }), ecdsaWithSha256);
}

/** Creates a certificate like `createSelfSigned`, but with an RSA key, for callers that support only RSA. */
export function createRsaCertificate(): { cert: string; key: string } {
  return toCertificate(generateKeyPairSync('rsa', { modulusLength: 2048 }), rsaWithSha256);
}

function toCertificate(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  algorithm: Uint8Array,
): { cert: string; key: string } {
  const commonName = sequence(der(0x06, hex('550403')), der(0x0c, Buffer.from('facestep test')));
  const name = sequence(der(0x31, commonName));
  const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const addresses = sequence(der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = sequence(der(0x06, hex('551d11')), der(0x04, addresses));
  const content = sequence(
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, hex('01')),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Starts a server with a self-signed certificate. It answers every request with success. */
export async function startSelfSignedServer() {
  const selfSigned = createSelfSigned();
  let requests = 0;
  const server = createServer(selfSigned, (request, response) => {
    requests += 1;
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"ok":true,"authenticated":true}');
  });
  const { port, host, close } = await serve(server);
  return { port, cert: selfSigned.cert, url: `https://${host}`, requests: () => requests, close };
}
