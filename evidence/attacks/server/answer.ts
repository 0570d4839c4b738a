import { z } from 'zod';

export interface Answer {
  readonly status: number;
  /** Header names are in lower case. If a header is repeated, only its last value is kept. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

interface Read {
  readonly answer: Answer;
  readonly end: number;
}

const headEnd = Buffer.from('\r\n\r\n');

export const parseAnswer = (bytes: Buffer): Answer | null => read(bytes, 0)?.answer ?? null;

export function countAnswers(bytes: Buffer): number {
  let count = 0;
  for (let found = read(bytes, 0); found !== null; found = read(bytes, found.end)) count += 1;
  return count;
}

function read(bytes: Buffer, from: number): Read | null {
  const at = bytes.indexOf(headEnd, from);
  if (at === -1) return null;
  const [first = '', ...lines] = bytes.toString('latin1', from, at).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return null;
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = value;
    if (name === 'set-cookie') cookies.push(value);
  }
  const body = readBody(bytes, at + headEnd.length, { status, headers });
  if (body === null) return null;
  return { answer: { status, headers, cookies, text: body.bytes.toString('utf8') }, end: body.end };
}

function readBody(
  bytes: Buffer,
  from: number,
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
): { readonly bytes: Buffer; readonly end: number } | null {
  if (status === 204 || status === 304 || status < 200) return { bytes: Buffer.alloc(0), end: from };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes, from);
  const length = Number(headers['content-length'] ?? 0);
  const end = from + length;
  return end > bytes.length ? null : { bytes: bytes.subarray(from, end), end };
}

function readChunks(bytes: Buffer, from: number): { readonly bytes: Buffer; readonly end: number } | null {
  const chunks: Buffer[] = [];
  for (let at = from; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (Number.isNaN(size) || end > bytes.length) return null;
    if (size === 0) return { bytes: Buffer.concat(chunks), end };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = end;
  }
}

const objectGuard = z.record(z.string(), z.json());

export function bodyOf({ text }: Pick<Answer, 'text'>): z.output<typeof objectGuard> {
  try {
    return objectGuard.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}

export function codeOf(answer: Answer): string | null {
  const { code } = bodyOf(answer);
  return typeof code === 'string' ? code : null;
}
