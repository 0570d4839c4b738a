import fc from 'fast-check';
import { z } from 'zod';
import { parseJson } from '../../../src/core/base/json.js';
import {
  atOnce,
  boundary,
  bytesOf,
  type Header,
  jsonText,
  type Request,
  toBytes,
  toHead,
  type Wire,
} from './exchange.js';
import { eachRefused, type Hostile, type HostileClass, type Oracle, one, open, type Target } from './hostile.js';

type Mutation = Pick<Hostile, 'variant' | 'judge' | 'wires'>;
type Change = readonly [variant: string, change: (request: Request) => Request];

export interface Strength {
  /** Number of bytes that are sent at one byte a second. In full mode, they exceed the request timeout. */
  readonly slowBytes: number;
  readonly thenRest: boolean;
  readonly crowd: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const badly = ({ bad, request }: Target): Request => request(bad[0]);

const changed = (changes: fc.Arbitrary<Change>, judge: Oracle, request: () => Request): fc.Arbitrary<Mutation> =>
  changes.map(([variant, change]) => ({ variant, judge, wires: () => one(change(request())) }));

const truncated = ({ valid, refusedRequest: judge }: Target): fc.Arbitrary<Mutation> =>
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((share) => ({
    variant: `${share} of it, then disconnected`,
    judge,
    wires() {
      const whole = toBytes(valid());
      return [atOnce(whole.subarray(0, Math.floor(whole.length * share)), 'closes')];
    },
  }));

const fat = 'a'.repeat(64 * kibibyte);

const withHeaders = (count: number, value: string) => (request: Request) => ({
  ...request,
  headers: [...request.headers, ...Array.from({ length: count }, (_, at) => [`X-${at}`, value] as const)],
});

function oversized({ valid, mostBytes, refusedRequest: judge }: Target): fc.Arbitrary<Mutation> {
  const heads = fc.constantFrom<Change[]>(
    ['a head of 64 KB', withHeaders(1, fat)],
    ['three thousand headers', withHeaders(3000, 'a')],
    ['an address of 64 KB', (request) => ({ ...request, path: `${request.path}?${fat}` })],
  );
  const tooLong = fc.maxSafeNat().filter((length) => length > mostBytes);
  const announced = fc.oneof(fc.constantFrom(mostBytes + 1, '9'.repeat(40)), tooLong).map((length) => ({
    variant: `announces ${length} bytes`,
    judge,
    wires() {
      const request = valid();
      const head = toHead(request, [['Content-Length', String(length)]]);
      return [atOnce(Buffer.concat([head, bytesOf(request).subarray(0, 512)]))];
    },
  }));
  const poured = fc.constant({
    variant: 'sends more than allowed',
    judge,
    wires(): readonly Wire[] {
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(64 * kibibyte, 0x20), Buffer.from('\r\n')]);
      const count = Math.min(mostBytes, 14 * mebibyte) / (64 * kibibyte) + 16;
      const head = toHead(valid(), [['Transfer-Encoding', 'chunked']]);
      const all = [head, ...Array.from({ length: count }, () => chunk), Buffer.from('0\r\n\r\n')];
      return [{ pieces: all.map((bytes) => ({ bytes, afterMs: 0 })), afterwards: 'waits' }];
    },
  });
  return fc.oneof(announced, poured, changed(heads, judge, valid));
}

/** Sends slowly with an invalid credential, because an authorized slow sender is eventually served. */
const slow = (target: Target, { slowBytes, thenRest }: Strength): fc.Arbitrary<Mutation> =>
  fc.constantFrom('head', 'end').map((part) => ({
    variant: `a byte of the ${part} a second`,
    judge: target.refusedCaller,
    wires() {
      const whole = toBytes(badly(target));
      const from = part === 'head' ? 8 : Math.max(8, whole.length - slowBytes - 1);
      const last = from + slowBytes;
      const drops = [...whole.subarray(from, last)].map((byte) => ({ bytes: Buffer.of(byte), afterMs: 1000 }));
      const rest = thenRest ? [{ bytes: whole.subarray(last), afterMs: 0 }] : [];
      return [{ pieces: [{ bytes: whole.subarray(0, from), afterMs: 0 }, ...drops, ...rest], afterwards: 'waits' }];
    },
  }));

const crowded = ({ bad, request, refusedCaller: judge }: Target, { crowd }: Strength): fc.Arbitrary<Mutation> =>
  fc.tuple(fc.constantFrom(...bad), fc.integer({ min: 2, max: crowd })).map(([shown, count]) => ({
    variant: `${count} at once: ${shown.variant}`,
    judge,
    wires: () => Array.from({ length: count }, () => one(request(shown))).flat(),
  }));

/** JSON values that no field accepts, and texts that may break parsers, stores, logs and templates. */
const breaking: readonly string[] = [
  '1e400',
  '9007199254740993',
  '{"$ne":null}',
  '{"__proto__":{"isAdmin":true}}',
  '"\\ud800"',
  'NaN',
  '',
  '"a',
  `"${'a'.repeat(mebibyte)}"`,
  '['.repeat(1000),
  '"a","__proto__":{"isAdmin":true}',
  '"a","isAdmin":true',
  '"a\\u0000b"',
  '"../../../../etc/passwd"',
  `"$${'{process.exit()}{{7*7}}<%= 7 %>'}"`,
  '"a\\r\\nX-Admin-Key: a"',
  '"<script>alert(1)</script>"',
  '"\\u202eabc"',
  '"*"',
  '"\' or eq \\"a\\" or (1 eq 1)"',
  '"a:b|c[d]"',
];

const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...breaking),
  fc.json({ stringUnit: 'binary', maxDepth: 3 }),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);

/** Texts that the server must refuse whatever the schema says. */
const unkeepable = /\\u[dD][89a-fA-F]|a{100000}/;

/** Sends random values in a field. The server must refuse values that the field's schema does not allow. */
function wrongField(target: Target): fc.Arbitrary<Mutation> {
  const names = fc.constantFrom(...Object.keys(target.fields));
  return fc.tuple(names, anyJson, fc.boolean()).map(([field, json, asForm]): Mutation => {
    const schema = target.fields[field] ?? null;
    const value = parseJson(json);
    const isKeepable = !unkeepable.test(json);
    const form = asForm && isKeepable && typeof value === 'string' ? target.replaceInForm(field, value) : null;
    // Forms have only texts, so a text may also represent a number or a list of one value.
    const meant = form === null || typeof value !== 'string' ? [value] : [value, [value], parseJson(value)];
    const known = meant.filter((each) => each !== undefined);
    const fits = schema !== null && known.some((each) => z.fromJSONSchema(schema).safeParse(each).success);
    return {
      variant: `${field}${form === null ? '' : ' of a form'}: ${json.slice(0, 80)}`,
      judge: isKeepable && fits ? open : target.refusedRequest,
      wires: () => one(form ?? target.replace(field, json)),
    };
  });
}

const queries = ['__proto__[a]=1', 'a[]=1&a[]=2', 'a=%00', 'a=%ff%fe', '%', '?', 'a=1&'.repeat(1000)];

function wrongTypes(target: Target): fc.Arbitrary<Mutation> {
  if (Object.keys(target.fields).length > 0) return wrongField(target);
  const query = fc.oneof(fc.constantFrom(...queries), fc.webQueryParameters()).map((text): Change => {
    const change = (request: Request) => ({
      ...request,
      path: `${request.path}${request.path.includes('?') ? '&' : '?'}${text}`,
    });
    return [`a query: ${text.slice(0, 80)}`, change];
  });
  const queried = changed(query, target.refusedCaller, () => badly(target));
  if (target.valid().body === null) return queried;
  const body = anyJson
    .filter((json) => !/^\s*(\{\s*\})?\s*$/.test(json))
    .map((json): Change => [`a body: ${json.slice(0, 80)}`, (request) => ({ ...request, body: jsonText(json) })]);
  return fc.oneof(queried, changed(body, target.refusedRequest, target.valid));
}

const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND BREW get'.split(' ');

const types = [
  'text/plain',
  'application/xml',
  'application/octet-stream',
  '',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${boundary}`,
  'multipart/mixed; boundary=a',
  'application/json, multipart/form-data',
];

const starts = ['/', '/.', '/a/..', '/a/%2e%2e', '/a/%252e%252e', '/v3', '/v1/v2', 'http://admin.example.com'];
const ends = ['/', '%00', '%0d%0aX-Admin-Key:%20a', ';a=b', '#a', '%zz', '/é\u{1f600}'];

const spellings: fc.Arbitrary<Change> = fc
  .oneof(
    fc.constantFrom(...starts).map((start) => (path: string) => start + path),
    fc.constantFrom(...ends).map((end) => (path: string) => path + end),
    fc.constantFrom<((path: string) => string)[]>(
      (path) => path.replace(/\//g, '\\'),
      (path) => path.toUpperCase(),
    ),
  )
  .map((spell) => [`the address as ${spell('/…')}`, (request) => ({ ...request, path: spell(request.path) })]);

/** Framings that contradict themselves (request smuggling). */
const framings = [
  ...['5, 0', '+5', '-1', '0x5'].map((length) => [`Content-Length: ${length}`]),
  ['Content-Length: 0', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 3'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding: \x0bchunked', 'Content-Length: 3'],
].map((lines) => lines.map((line): Header => [line.split(': ')[0], line.split(': ')[1]]));

const refused = eachRefused(({ status }) => status < 400);

/** Hides a second request in the body of the first. */
const smuggling = ({ valid }: Target): fc.Arbitrary<Mutation> =>
  fc.constantFrom(...framings).map((framing) => ({
    variant: `framed by ${framing.join(', ')}`,
    judge(exchanges) {
      const double = exchanges.find(({ answers }) => answers > 1);
      return double === undefined ? refused(exchanges) : `${double.answers} answers to one request`;
    },
    wires() {
      const request = valid();
      const head = toHead(request, framing, request.body?.type ?? 'application/json');
      const body = bytesOf(request);
      const chunks = body.length === 0 ? [] : [body, Buffer.from('\r\n0\r\n')];
      const next = Buffer.from('\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      const all = [head, Buffer.from(`${body.length.toString(16)}\r\n`), ...chunks, next];
      return [atOnce(Buffer.concat(all), 'watches')];
    },
  }));

/** Changes single bytes anywhere in a request that the server refuses anyway. */
const changedBytes = (target: Target): fc.Arbitrary<Mutation> => {
  const byte = fc.constantFrom(0, 9, 10, 13, 32, 34, 58, 123, 128, 255);
  const edits = fc.array(fc.tuple(fc.nat(), byte, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 4 });
  return edits.map((all) => ({
    variant: `bytes changed: ${all.join(' ')}`,
    judge: target.refusedCaller,
    wires() {
      const bytes = [...toBytes(badly(target))];
      for (const [at, value, removed] of all) bytes.splice(at % bytes.length, removed, value);
      return [atOnce(Buffer.from(bytes), 'closes')];
    },
  }));
};

function malformed(target: Target, own: ReadonlySet<string>): fc.Arbitrary<Mutation> {
  const { valid, refusedCaller, refusedRequest } = target;
  const method = fc
    .constantFrom(...methods.filter((each) => !own.has(each)))
    .map((each): Change => [`the method ${each}`, (request) => ({ ...request, method: each })]);
  const others = [
    changed(method, refusedCaller, valid),
    changed(spellings, refusedCaller, () => badly(target)),
    smuggling(target),
    changedBytes(target),
  ];
  if (bytesOf(valid()).length <= 2) return fc.oneof(...others);
  // With its own type, a request is valid.
  const wrongTypes = types.filter((each) => each !== valid().body?.type);
  const type = fc.constantFrom(...wrongTypes).map((each): Change => {
    return [`type ${each}`, (request) => ({ ...request, body: { type: each, bytes: bytesOf(request) } })];
  });
  return fc.oneof(...others, changed(type, refusedRequest, valid));
}

/**
 * Returns generators of what is done to the requests of an endpoint, by class.
 * @param own - methods that the path accepts
 */
export const mutationsOf = (
  target: Target,
  own: ReadonlySet<string>,
  strength: Strength,
): Readonly<Partial<Record<HostileClass, fc.Arbitrary<Mutation>>>> => ({
  truncated: truncated(target),
  oversized: oversized(target),
  slow: slow(target, strength),
  duplicated: crowded(target, strength),
  'wrong type': wrongTypes(target),
  malformed: malformed(target, own),
});
