import { request as read } from 'node:http';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { z } from 'zod';
import { type JsonObject, parseJsonAs } from '../../../src/core/base/json.js';

export type Header = readonly [name: string, value: string];

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Body | null;
}

export interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

export type FormPart = readonly [name: string, value: string | Uint8Array];

/** @param framing - headers that say where the body ends */
export function toHead(
  { method, path, headers, body }: Request,
  framing: readonly Header[] = body === null ? [] : [['Content-Length', String(body.bytes.length)]],
  type = body?.type,
): Buffer {
  const typed: readonly Header[] = type === undefined ? [] : [['Content-Type', type]];
  const all: readonly Header[] = [['Host', '127.0.0.1'], ['Connection', 'close'], ...typed, ...framing, ...headers];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'utf8');
}

export const bytesOf = ({ body }: Pick<Request, 'body'>): Buffer => body?.bytes ?? Buffer.alloc(0);

export const toBytes = (request: Request): Buffer => Buffer.concat([toHead(request), bytesOf(request)]);

export const jsonText = (text: string): Body => ({ type: 'application/json', bytes: Buffer.from(text) });

export const toJson = (value: unknown): Body => jsonText(JSON.stringify(value));

export const toUrlencoded = (fields: Readonly<Record<string, string>>): Body => ({
  type: 'application/x-www-form-urlencoded',
  bytes: Buffer.from(new URLSearchParams(fields).toString()),
});

export const boundary = 'siege-boundary-3f1c';

export function toMultipart(parts: readonly FormPart[]): Body {
  const pieces = parts.flatMap(([name, value]) => {
    const file = typeof value === 'string' ? '' : '; filename="photo.jpg"\r\nContent-Type: image/jpeg';
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ];
  });
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

export const toPhotoParts = (photos: readonly Uint8Array[]): readonly FormPart[] =>
  photos.map((photo) => ['photo', photo]);

export const toPhotos = (challenge: string, ...photos: readonly Uint8Array[]): Body =>
  toMultipart([['challenge', challenge], ...toPhotoParts(photos)]);

export const get = (path: string, headers: readonly Header[] = []): Request => toRequest('GET', path, null, headers);

export const post = (path: string, body: Body | null, headers: readonly Header[] = []): Request =>
  toRequest('POST', path, body, headers);

const toRequest = (method: string, path: string, body: Body | null, headers: readonly Header[]): Request => ({
  method,
  path,
  headers,
  body,
});

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** Returns the request that follows a redirect, with the cookies that the redirect set. */
export function toRedirected({ headers, cookies }: Answer): Request {
  const path = (headers.location ?? '').replace(/^https?:\/\/[^/]+/, '');
  return get(path, [['Cookie', cookies.map((line) => line.split(';')[0]).join('; ')]]);
}

export interface Wire {
  readonly pieces: readonly { readonly bytes: Buffer; readonly afterMs: number }[];
  /**
   * Action of the sender after its last byte. `waits`: waits for one answer. `closes`: closes the connection.
   * `watches`: waits for further answers after the first.
   */
  readonly afterwards: 'waits' | 'closes' | 'watches';
}

export interface Exchange {
  readonly answer: Answer | null;
  readonly answers: number;
  /** `left`: the sender closed the connection before an answer. */
  readonly end: 'answered' | 'cut' | 'left' | 'hung';
}

export const atOnce = (bytes: Buffer, afterwards: Wire['afterwards'] = 'waits'): Wire => ({
  pieces: [{ bytes, afterMs: 0 }],
  afterwards,
});

const watchedMs = 400;

const lingersMs = 20;

/**
 * Sends bytes that Node’s client would refuse to send, and reads the answer with Node’s parser.
 * @param from - source address in 127.0.0.0/8
 */
export function exchange(
  wire: Wire,
  { port, from, patienceMs }: { readonly port: number; readonly from: string; readonly patienceMs: number },
): Promise<Exchange> {
  return new Promise((resolve) => {
    const came: Buffer[] = [];
    const timers: NodeJS.Timeout[] = [];
    let answer: Answer | null = null;
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    const inlet = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
    const settle = (end: Exchange['end']): void => {
      for (const timer of timers) clearTimeout(timer);
      socket.removeAllListeners().on('error', () => {});
      socket.destroy();
      inlet.destroy();
      const heads = Buffer.concat(came)
        .toString('latin1')
        .matchAll(/^HTTP\/1\.1 [2-5]\d\d/gm);
      resolve({
        answer,
        answers: [...heads].length,
        end: answer === null ? end : 'answered',
      });
    };
    const later = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms));
    const send = (at: number): void => {
      const piece = wire.pieces[at];
      if (piece !== undefined) later(piece.afterMs, () => socket.write(piece.bytes, () => send(at + 1)));
      else if (wire.afterwards === 'closes') later(lingersMs, () => settle('left'));
      else later(patienceMs, () => settle('hung'));
    };
    read({ createConnection: () => inlet }, (response) => {
      const parts: Buffer[] = [];
      response.on('error', () => {});
      response.on('data', (bytes: Buffer) => parts.push(bytes));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const { 'set-cookie': cookies = [] } = headers;
        const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
        answer = { status, headers: plain, cookies, text: Buffer.concat(parts).toString() };
        if (wire.afterwards === 'watches') later(watchedMs, () => settle('answered'));
        else settle('answered');
      });
    })
      .on('error', () => {})
      .end();
    socket.setNoDelay(true);
    socket.once('connect', () => send(0));
    socket.on('data', (bytes) => {
      came.push(bytes);
      inlet.push(bytes);
    });
    // A server that refuses a body may reset the connection after its answer.
    socket.on('error', () => {});
    // The parser may still hold the last bytes.
    socket.once('close', () => setImmediate(() => settle('cut')));
  });
}

const objectGuard = z.record(z.string(), z.json());

export const bodyOf = ({ text }: Pick<Answer, 'text'>) => parseJsonAs(text, objectGuard) ?? {};

export function codeOf(answer: Answer): string | null {
  const { code } = bodyOf(answer);
  return typeof code === 'string' ? code : null;
}

const callPatienceMs = 30_000;

/**
 * Creates a client of the server for calls that are in order.
 * @param credential - of calls without headers of their own
 */
export function createCaller(port: number, from: string, credential: readonly Header[] = []) {
  const call = async (request: Request): Promise<Answer> => {
    const { answer, end } = await exchange(atOnce(toBytes(request)), { port, from, patienceMs: callPatienceMs });
    if (answer === null) throw new Error(`${request.method} ${request.path}: ${end}`);
    return answer;
  };
  /** @throws Error on an error status */
  const succeed = async (request: Request) => {
    const answer = await call(request);
    const body = bodyOf(answer);
    if (answer.status >= 400) throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.text}`);
    return {
      body,
      text(name: string): string {
        const value = body[name];
        if (typeof value !== 'string') throw new Error(`${request.path}: no ${name} in ${answer.text}`);
        return value;
      },
    };
  };
  return {
    call,
    succeed,
    get: (path: string, headers = credential) => succeed(get(path, headers)),
    post: (path: string, body: JsonObject, headers = credential) => succeed(post(path, toJson(body), headers)),
    patch: (path: string, body: JsonObject) => succeed(toRequest('PATCH', path, toJson(body), credential)),
    delete: (path: string) => succeed(toRequest('DELETE', path, null, credential)),
    postForm: (path: string, parts: readonly FormPart[], headers = credential) =>
      succeed(post(path, toMultipart(parts), headers)),
  };
}

export type Caller = ReturnType<typeof createCaller>;
