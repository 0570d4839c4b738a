import fc from 'fast-check';
import { z } from 'zod';
import { atOnce, type Wire } from './exchange.js';
import { eachRefused, type Hostile, type HostileClass, type Oracle, one, open, type Target } from './hostile.js';
import { boundary, type Header, jsonText, type Request, toBytes, toHead } from './request.js';

type Mutation = Pick<Hostile, 'variant' | 'judge' | 'wires'>;

export interface Strength {
  /** Number of bytes that are sent at one byte a second. In full mode, they exceed the request timeout. */
  readonly slowBytes: number;
  readonly thenRest: boolean;
  readonly crowd: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const bytesOf = ({ body }: Request): Buffer => body?.bytes ?? Buffer.alloc(0);
const badly = ({ bad, valid }: Target): Request => bad[0]?.request() ?? valid();

/** Cuts a request off. A request without a body is cut within its head. */
const truncated = ({ valid, refusedRequest: judge }: Target): fc.Arbitrary<Mutation> =>
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({
    ...{ variant: `${share} of it, then gone`, judge },
    wires() {
      const request = valid();
      const whole = toBytes(request);
      const length = request.body === null ? whole.length : bytesOf(request).length;
      const sent = Math.min(length - 1, Math.floor(length * share));
      return [atOnce(whole.subarray(0, whole.length - length + sent), 'closes')];
    },
  }));

const headOf = (request: Request, framing: readonly Header[], type = request.body?.type): Buffer =>
  toHead({ ...request, body: null }, [...(type === undefined ? [] : [['Content-Type', type] as const]), ...framing]);

function pour(request: Request, bytes: number): Wire {
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(64 * kibibyte, 0x20), Buffer.from('\r\n')]);
  const chunks = Array.from({ length: Math.ceil(bytes / (64 * kibibyte)) }, () => chunk);
  const all = [headOf(request, [['Transfer-Encoding', 'chunked']]), ...chunks, Buffer.from('0\r\n\r\n')];
  return { pieces: all.map((piece) => ({ bytes: piece, afterMs: 0 })), afterwards: 'waits' };
}

function oversized({ valid, mostBytes, refusedRequest: judge }: Target): fc.Arbitrary<Mutation> {
  const fat = 'a'.repeat(64 * kibibyte);
  const withHeaders = (request: Request, headers: readonly Header[]): Wire =>
    atOnce(toBytes({ ...request, headers: [...request.headers, ...headers] }));
  const makers: Readonly<Record<string, (request: Request) => Wire>> = {
    'pours out more than it may': (request) => pour(request, Math.min(mostBytes, 14 * mebibyte) + mebibyte),
    'a head of 64 KB': (request) => withHeaders(request, [['X-Fat', fat]]),
    'an address of 64 KB': (request) => atOnce(toBytes({ ...request, path: `${request.path}?${fat}` })),
    'three thousand headers': (request) =>
      withHeaders(
        request,
        Array.from({ length: 3000 }, (_, at) => [`X-${at}`, 'a'] as const),
      ),
  };
  const announced = fc
    .oneof(
      fc.constantFrom(mostBytes + 1, '9'.repeat(40)),
      fc.maxSafeNat().filter((length) => length > mostBytes),
    )
    .map((length) => ({
      ...{ variant: `announces ${length} bytes`, judge },
      wires() {
        const request = valid();
        const head = headOf(request, [['Content-Length', String(length)]]);
        return [atOnce(Buffer.concat([head, bytesOf(request).subarray(0, 512)]))];
      },
    }));
  const made = fc.constantFrom(...Object.entries(makers)).map(([variant, make]) => ({
    ...{ variant, judge },
    wires: () => [make(valid())],
  }));
  return fc.oneof(announced, made);
}

/** Sends slowly with an invalid credential, because an authorized slow sender is eventually served. */
const slow = (target: Target, { slowBytes, thenRest }: Strength): fc.Arbitrary<Mutation> =>
  fc.constantFrom('head', 'body').map((part) => ({
    ...{ variant: `a byte of the ${part} a second`, judge: target.refusedCaller },
    wires() {
      const request = badly(target);
      const whole = toBytes(request);
      const inBody = request.body === null ? whole.length - 3 : whole.length - bytesOf(request).length + 1;
      const from = part === 'head' ? 8 : inBody;
      const last = Math.min(whole.length, from + slowBytes);
      const drops = [...whole.subarray(from, last)].map((byte) => ({ bytes: Buffer.of(byte), afterMs: 1000 }));
      const rest = thenRest ? [{ bytes: whole.subarray(last), afterMs: 0 }] : [];
      return [{ pieces: [{ bytes: whole.subarray(0, from), afterMs: 0 }, ...drops, ...rest], afterwards: 'waits' }];
    },
  }));

const crowded = ({ bad, refusedCaller: judge }: Target, { crowd }: Strength): fc.Arbitrary<Mutation> =>
  fc.tuple(fc.constantFrom(...bad), fc.integer({ min: 2, max: crowd })).map(([{ variant, request }, count]) => ({
    ...{ variant: `${count} at once: ${variant}`, judge },
    wires: () => Array.from({ length: count }, () => one(request())).flat(),
  }));

/** JSON values that no field accepts, and texts that may break parsers, stores, logs and templates. */
const breaking: readonly string[] = [
  ...['1e400', '9007199254740993', '{"$ne":null}', '{"__proto__":{"isAdmin":true}}', '"\\ud800"', 'NaN', '', '"a'],
  ...[`"${'a'.repeat(mebibyte)}"`, '['.repeat(1000), '"a","__proto__":{"isAdmin":true}', '"a","isAdmin":true'],
  ...['"a\\u0000b"', '"../../../../etc/passwd"', `"$${'{process.exit()}{{7*7}}<%= 7 %>'}"`, '"a\\r\\nX-Admin-Key: a"'],
  ...['"<script>alert(1)</script>"', '"\\u202eabc"', '"*"', '"\' or eq \\"a\\" or (1 eq 1)"', '"a:b|c[d]"'],
];

const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...breaking),
  fc.json({ stringUnit: 'binary', maxDepth: 3 }),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);

/** Texts that the server must refuse whatever the schema says. */
const unkeepable = /\\u[dD][89a-fA-F]|a{100000}/;

const parsed = (json: string): readonly unknown[] => {
  try {
    return [JSON.parse(json)];
  } catch {
    return [];
  }
};

/** Sends random values in a field. The server must refuse values that the field's schema does not allow. */
function wrongField(target: Target): fc.Arbitrary<Mutation> {
  const judgeOf = (field: string, values: readonly unknown[]): Oracle => {
    const schema = target.fields[field] ?? null;
    const takes = schema !== null && values.some((value) => z.fromJSONSchema(schema).safeParse(value).success);
    return takes ? open : target.refusedRequest;
  };
  const names = fc.constantFrom(...Object.keys(target.fields));
  return fc.tuple(names, anyJson, fc.boolean()).map(([field, json, asForm]): Mutation => {
    const [value] = parsed(json);
    const isKeepable = !unkeepable.test(json);
    const form = asForm && isKeepable && typeof value === 'string' ? target.replaceInForm(field, value) : null;
    if (form !== null && typeof value === 'string') {
      // Forms have only texts, so a text may also represent a number or a list of one value.
      const judge = judgeOf(field, [value, [value], ...parsed(value)]);
      return { variant: `${field} of a form: ${json.slice(0, 80)}`, judge, wires: () => one(form) };
    }
    const judge = isKeepable ? judgeOf(field, parsed(json)) : target.refusedRequest;
    return { variant: `${field}: ${json.slice(0, 80)}`, judge, wires: () => one(target.replace(field, json)) };
  });
}

const queries = ['?__proto__[a]=1', '?a[]=1&a[]=2', '?a=%00', '?a=%ff%fe', '?%', '??', `?${'a=1&'.repeat(1000)}`];

const anyQuery: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...queries),
  fc.webQueryParameters().map((text) => `?${text}`),
);

function wrongTypes(target: Target): fc.Arbitrary<Mutation> {
  if (Object.keys(target.fields).length > 0) return wrongField(target);
  const query = anyQuery.map((text) => ({
    ...{ variant: `a query: ${text.slice(0, 80)}`, judge: target.refusedCaller },
    wires() {
      const request = badly(target);
      const { path } = request;
      return one({ ...request, path: path.includes('?') ? `${path}&${text.slice(1)}` : path + text });
    },
  }));
  if (target.valid().body === null) return query;
  const body = anyJson
    .filter((json) => !/^\s*(\{\s*\})?\s*$/.test(json))
    .map((json) => ({
      ...{ variant: `a body: ${json.slice(0, 80)}`, judge: target.refusedRequest },
      wires: () => one({ ...target.valid(), body: jsonText(json) }),
    }));
  return fc.oneof(query, body);
}

const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND BREW get'.split(' ');

const types = [
  ...['text/plain', 'application/xml', 'application/octet-stream', '', 'multipart/form-data; boundary='],
  ...[
    `multipart/form-data; boundary=${boundary}`,
    'multipart/mixed; boundary=a',
    'application/json, multipart/form-data',
  ],
];

const starts = ['/', '/.', '/a/..', '/a/%2e%2e', '/a/%252e%252e', '/v3', '/v1/v2', 'http://admin.example.com'];
const ends = ['/', '%00', '%0d%0aX-Admin-Key:%20a', ';a=b', '#a', '%zz', '/é\u{1f600}'];

const spelling: fc.Arbitrary<(path: string) => string> = fc.oneof(
  fc.constantFrom(...starts).map((start) => (path: string) => start + path),
  fc.constantFrom(...ends).map((end) => (path: string) => path + end),
  fc.constantFrom(
    (path: string) => path.replace(/\//g, '\\'),
    (path: string) => path.toUpperCase(),
  ),
);

/** Second request, hidden in the body of the first. */
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

const refusedAsOne =
  (oracle: Oracle): Oracle =>
  (exchanges) => {
    const double = exchanges.find(({ answers }) => answers > 1);
    return double === undefined ? oracle(exchanges) : `${double.answers} answers to one request`;
  };

const refusedWhole = refusedAsOne(eachRefused(({ status }) => status < 400));

const chunked = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    ...(body.length === 0 ? [] : [body, Buffer.from('\r\n0\r\n')]),
    Buffer.from(`\r\n${smuggled}`),
  ]);
const withRest = (body: Buffer): Buffer => Buffer.concat([body, Buffer.from(smuggled)]);

const framings: readonly (readonly [framing: readonly Header[], body: (body: Buffer) => Buffer])[] = [
  ...['5, 0', '+5', '-1', '0x5'].map((value) => [[['Content-Length', value]], withRest] as const),
  ...[
    ['Content-Length: 0', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 3'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: \x0bchunked', 'Content-Length: 3'],
  ].map((lines) => [lines.map((line): Header => [line.split(': ')[0], line.split(': ')[1]]), chunked] as const),
];

/** Requests with conflicting lengths (request smuggling). */
const smuggling = ({ valid }: Target): fc.Arbitrary<Mutation> =>
  fc.constantFrom(...framings).map(([framing, body]) => ({
    ...{ variant: `framed by ${framing.flat().join(' ')}`, judge: refusedWhole },
    wires() {
      const request = valid();
      const head = headOf(request, framing, request.body?.type ?? 'application/json');
      return [atOnce(Buffer.concat([head, body(bytesOf(request))]), 'watches')];
    },
  }));

/** Changes single bytes anywhere in a request that the server refuses anyway. */
const changedBytes = (target: Target): fc.Arbitrary<Mutation> => {
  const byte = fc.constantFrom(0, 9, 10, 13, 32, 34, 58, 123, 128, 255);
  const edits = fc.array(fc.tuple(fc.nat(), byte, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 4 });
  return edits.map((all) => ({
    ...{ variant: `bytes changed: ${all.join(' ')}`, judge: target.refusedCaller },
    wires() {
      const bytes = [...toBytes(badly(target))];
      for (const [at, value, removed] of all) bytes.splice(at % bytes.length, removed, value);
      return [atOnce(Buffer.from(bytes), 'closes')];
    },
  }));
};

function malformed(target: Target, own: ReadonlySet<string>): fc.Arbitrary<Mutation> {
  const { valid, refusedCaller, refusedRequest } = target;
  const to = (variant: string, judge: Oracle, change: () => Request): Mutation => ({
    ...{ variant, judge },
    wires: () => one(change()),
  });
  const method = fc
    .constantFrom(...methods.filter((each) => !own.has(each)))
    .map((each) => to(`the method ${each}`, refusedCaller, () => ({ ...valid(), method: each })));
  const address = spelling.map((spell) =>
    to(`the address as ${spell(target.endpoint.path)}`, refusedCaller, () => {
      const request = badly(target);
      return { ...request, path: spell(request.path) };
    }),
  );
  const others = [method, address, smuggling(target), changedBytes(target)];
  const { body } = valid();
  if (body === null || body.bytes.length <= 2) return fc.oneof(...others);
  const type = fc.constantFrom(...types).map((each) =>
    to(`type ${each}`, refusedRequest, () => {
      const request = valid();
      return { ...request, body: { type: each, bytes: bytesOf(request) } };
    }),
  );
  return fc.oneof(...others, type);
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
