import type { Json } from '../../../src/base/json.js';
import { type Answer, atOnce, bodyOf, exchange } from './exchange.js';
import { type FormPart, type Header, type Request, toBytes, toJson, toMultipart } from './request.js';

export interface Caller {
  call(request: Request): Promise<Answer>;
  /** @returns the body; throws on an error status */
  get(path: string, headers: readonly Header[]): Promise<Reply>;
  post(path: string, body: { readonly [name: string]: Json }, headers?: readonly Header[]): Promise<Reply>;
  postForm(path: string, parts: readonly FormPart[], headers?: readonly Header[]): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  text(name: string): string;
  readonly body: Readonly<Record<string, Json>>;
}

const patienceMs = 30_000;

export function createCaller(port: number, from: string, note: (ms: number) => void = () => {}): Caller {
  const call = async (request: Request): Promise<Answer> => {
    const { answer, end, ms } = await exchange(atOnce(toBytes(request)), { port, from, patienceMs });
    if (answer === null) throw new Error(`${request.method} ${request.path}: ${end}`);
    note(ms);
    return answer;
  };
  const succeed = async (request: Request): Promise<Reply> => {
    const answer = await call(request);
    const body = bodyOf(answer);
    if (answer.status >= 400) throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.text}`);
    return {
      status: answer.status,
      body,
      text(name) {
        const value = body[name];
        if (typeof value !== 'string') throw new Error(`${request.path}: no ${name} in ${answer.text}`);
        return value;
      },
    };
  };
  return {
    call,
    get: (path, headers) => succeed({ method: 'GET', path, headers, body: null }),
    post: (path, body, headers = []) => succeed({ method: 'POST', path, headers, body: toJson(body) }),
    postForm: (path, parts, headers = []) => succeed({ method: 'POST', path, headers, body: toMultipart(parts) }),
  };
}
