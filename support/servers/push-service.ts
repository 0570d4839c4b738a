import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { importJWK, jwtVerify } from 'jose';
import { Agent, fetch as fetchWith } from 'undici';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { endAfterwards } from '../run/for-file.js';
import { serveForTest } from './serve.js';

/*
 * A push service with browsers, as strict as RFC 8030, RFC 8188, RFC 8291 and RFC 8292 allow. It refuses messages that
 * a browser cannot open or that another server signed.
 */

export type PushServiceSimulator = Awaited<ReturnType<typeof startPushService>>;

const curve = 'prime256v1';

/**
 * @param options.contact - contact that servers must send
 * @param options.now - in milliseconds
 */
export async function startPushService(options: { readonly contact: string; readonly now: () => number }) {
  const tls = await createSelfSigned();
  const browsers = new Map<string, ReturnType<typeof createBrowser>>();
  const statuses = new Map<string, number>();
  const opened: { readonly endpoint: string; readonly text: string; ttlSec: number; bytes: number }[] = [];
  const refused: string[] = [];

  const take = async (request: IncomingMessage, body: Buffer): Promise<number> => {
    const endpoint = `https://${host}${request.url}`;
    const browser = browsers.get(endpoint);
    if (browser === undefined) return 404;
    const status = statuses.get(endpoint);
    if (status !== undefined) return status;
    const { authorization = '', 'content-encoding': encoding } = request.headers;
    const ttl = String(request.headers.ttl ?? '');
    const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
    if (request.method !== 'POST' || encoding !== 'aes128gcm') throw new Error('method or encoding');
    if (!/^\d+$/.test(ttl)) throw new Error('no TTL');
    if (body.length > 4096) throw new Error('too long');
    if (key !== browser.serverKey) throw new Error('another server');
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'), {
      audience: `https://${host}`,
      algorithms: ['ES256'],
      currentDate: new Date(options.now()),
      subject: options.contact,
      requiredClaims: ['exp', 'sub'],
    });
    if (Number(payload.exp) * 1000 > options.now() + 86_400_000) throw new Error('signed for longer than a day');
    opened.push({ endpoint, text: browser.open(body), ttlSec: Number(ttl), bytes: body.length });
    return 201;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = await take(request, await buffer(request)).catch((error: unknown) => {
      refused.push(error instanceof Error ? error.message : String(error));
      return 403;
    });
    const location = status >= 300 && status < 400 ? { location: `https://${host}/elsewhere` } : {};
    response.writeHead(status, location).end();
  };

  const { host } = await serveForTest(createServer(tls, (request, response) => void answer(request, response)));
  const agent = new Agent({ connect: { ca: tls.cert } });
  endAfterwards(() => agent.close());
  return {
    host,
    cert: tls.cert,
    opened,
    refused,
    subscribe(serverKey: string) {
      const endpoint = `https://${host}/send/${randomBytes(12).toString('base64url')}`;
      const browser = createBrowser(serverKey);
      browsers.set(endpoint, browser);
      return { endpoint, p256dh: browser.p256dh, auth: browser.auth };
    },
    /** Sets the status of later answers for that browser. */
    answer: (endpoint: string, status: number) => void statuses.set(endpoint, status),
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const response = await fetchWith(url, { ...(init as object), dispatcher: agent });
      return new Response(null, { status: response.status });
    },
  };
}

function createBrowser(serverKey: string) {
  const pair = createECDH(curve);
  pair.generateKeys();
  const auth = randomBytes(16);
  return {
    serverKey,
    p256dh: pair.getPublicKey().toString('base64url'),
    auth: auth.toString('base64url'),
    /** Decrypts a message of one record (RFC 8291, section 3.4; RFC 8188, section 2). */
    open(message: Buffer): string {
      const salt = message.subarray(0, 16);
      const recordBytes = message.readUInt32BE(16);
      const keyBytes = message.readUInt8(20);
      const sender = message.subarray(21, 21 + keyBytes);
      const record = message.subarray(21 + keyBytes);
      if (record.length > recordBytes) throw new Error('more than one record');
      const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender]);
      const secret = Buffer.from(hkdfSync('sha256', pair.computeSecret(sender), auth, keyInfo, 32));
      const derive = (name: string, bytes: number) =>
        Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, bytes));
      const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
      decipher.setAuthTag(record.subarray(-16));
      const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
      const end = plain.findLastIndex((byte) => byte !== 0);
      if (plain[end] !== 2) throw new Error('no end of the last record');
      return plain.subarray(0, end).toString('utf8');
    },
  };
}
