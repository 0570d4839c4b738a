import fc from 'fast-check';
import { z } from 'zod';
import { eachRefused, type Hostile, type Oracle, one, open, type Target } from './hostile.js';
import { boundary, type FormPart, type Header, type Request, toBytes, toHead, toMultipart } from './request.js';
import { atOnce, type Piece, type Wire } from './socket.js';
import type { Schema } from './surface.js';

export type Mutation = Pick<Hostile, 'variant' | 'judge'> & { wires(): readonly Wire[] };

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const bytesOf = ({ body }: Request): Buffer => body?.bytes ?? Buffer.alloc(0);
const withHeaders = (request: Request, headers: readonly Header[]): Request => ({
  ...request,
  headers: [...request.headers, ...headers],
});

const badly = ({ bad, valid }: Target): Request => bad[0]?.request() ?? valid();

// Attacks with truncated, oversized and slow bodies.

const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1] as const;

/** Cuts a request off. A request without a body is cut within its head. */
export const truncated = ({ valid, alternatives, refusedRequest }: Target): readonly Mutation[] =>
  [valid, ...alternatives].flatMap((make, way) =>
    shares.map((share) => ({
      variant: `way ${way}: ${Math.round(share * 100)} % of it, then gone`,
      judge: refusedRequest,
      wires() {
        const request = make();
        const whole = toBytes(request);
        const length = request.body === null ? whole.length : bytesOf(request).length;
        const sent = Math.min(length - 1, Math.floor(length * share));
        return [atOnce(whole.subarray(0, whole.length - length + sent), 'closes')];
      },
    })),
  );

const headOf = (request: Request, framing: readonly Header[], type = request.body?.type): Buffer =>
  toHead({ ...request, body: null }, [...(type === undefined ? [] : [['Content-Type', type] as const]), ...framing]);

function pour(request: Request, bytes: number): Wire {
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(64 * kibibyte, 0x20), Buffer.from('\r\n')]);
  const pieces = Array.from(
    { length: Math.ceil(bytes / (64 * kibibyte)) },
    (): Piece => ({ bytes: chunk, afterMs: 0 }),
  );
  const head = { bytes: headOf(request, [['Transfer-Encoding', 'chunked']]), afterMs: 0 };
  return { pieces: [head, ...pieces, { bytes: Buffer.from('0\r\n\r\n'), afterMs: 0 }], afterwards: 'waits' };
}

export function oversized({ valid, mostBytes, refusedRequest }: Target): readonly Mutation[] {
  const fat = 'a'.repeat(64 * kibibyte);
  const all: Readonly<Record<string, (request: Request) => Wire>> = {
    ...Object.fromEntries(
      [mostBytes + 1, 4 * 1024 ** 3, Number.MAX_SAFE_INTEGER, '9'.repeat(40)].map((length) => [
        `announces ${length} bytes`,
        (request: Request) => {
          const head = headOf(request, [['Content-Length', String(length)]]);
          return atOnce(Buffer.concat([head, bytesOf(request).subarray(0, 512)]));
        },
      ]),
    ),
    'pours out more than it may': (request) => pour(request, Math.min(mostBytes, 14 * mebibyte) + mebibyte),
    'a head of 64 KB': (request) => atOnce(toBytes(withHeaders(request, [['X-Fat', fat]]))),
    'an address of 64 KB': (request) => atOnce(toBytes({ ...request, path: `${request.path}?${fat}` })),
    'three thousand headers': (request) =>
      atOnce(
        toBytes(
          withHeaders(
            request,
            Array.from({ length: 3000 }, (_, at) => [`X-${at}`, 'a'] as const),
          ),
        ),
      ),
  };
  return Object.entries(all).map(([variant, make]) => ({
    variant,
    judge: refusedRequest,
    wires: () => [make(valid())],
  }));
}

export interface Slowness {
  readonly bytes: number;
  readonly thenRest: boolean;
}

/** Sends slowly with an invalid credential, because an authorized slow sender is eventually served. */
export const slow = (target: Target, { bytes, thenRest }: Slowness): readonly Mutation[] =>
  ['head', 'body'].map((part) => ({
    variant: `a byte of the ${part} a second`,
    judge: target.refusedCaller,
    wires() {
      const request = badly(target);
      const whole = toBytes(request);
      const from =
        part === 'head' ? 8 : request.body === null ? whole.length - 3 : whole.length - bytesOf(request).length + 1;
      const last = Math.min(whole.length, from + bytes);
      const drops = Array.from({ length: last - from }, (_, at) => ({
        bytes: whole.subarray(from + at, from + at + 1),
        afterMs: 1000,
      }));
      const rest = thenRest ? [{ bytes: whole.subarray(last), afterMs: 0 }] : [];
      return [{ pieces: [{ bytes: whole.subarray(0, from), afterMs: 0 }, ...drops, ...rest], afterwards: 'waits' }];
    },
  }));

export const crowded = ({ bad, refusedCaller }: Target, most: number): readonly Mutation[] =>
  bad.map(({ variant, request }, at) => {
    const count = 2 + ((at * 7) % (most - 1));
    return {
      variant: `${count} at once: ${variant}`,
      judge: refusedCaller,
      wires: () => Array.from({ length: count }, () => one(request())).flat(),
    };
  });

/** JSON values that no field accepts, and texts that may break parsers, stores, logs and templates. */
const breaking: readonly string[] = [
  ...['1e400', '-0', '9007199254740993', '{"$ne":null}', '{"__proto__":{"isAdmin":true}}'],
  ...['"\\ud800"', '"a\\udfff"', `"${'a'.repeat(mebibyte)}"`, `"${'é'.repeat(3000)}"`, '['.repeat(1000)],
  ...['"a', 'NaN', '', '/* */ 1', '"a","__proto__":{"isAdmin":true}', '"a","isAdmin":true'],
  ...['"a","constructor":{"prototype":{}}', '""', '"a\\u0000b"', '"__proto__"', '"../../../../etc/passwd"'],
  ...[`"$${'{process.exit()}{{7*7}}<%= 7 %>'}"`, '"<script>alert(1)</script>"', '"a\\r\\nX-Admin-Key: a"'],
  ...['"\\u202eabc"', '"*"', '"\' or eq \\"a\\" or (1 eq 1)"', '"a:b|c[d]"'],
];

const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...breaking),
  fc.json({ stringUnit: 'binary', maxDepth: 3 }),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc
    .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())
    .map((value) => JSON.stringify(value)),
);

/** Texts that the server must refuse whatever the schema says. */
const unkeepable = /\\u[dD][89a-fA-F]|a{100000}/;

function takes(schema: Schema, values: readonly unknown[]): boolean {
  const guard = z.fromJSONSchema(schema);
  return values.some((value) => guard.safeParse(value).success);
}

const parsed = (json: string): readonly unknown[] => {
  try {
    return [JSON.parse(json)];
  } catch {
    return [];
  }
};

/** Sends random values in a field. The server must refuse values that the field's schema does not allow. */
function wrongField(target: Target): fc.Arbitrary<Mutation> | null {
  const names = Object.keys(target.fields);
  if (names.length === 0) return null;
  const judgeOf = (field: string, values: readonly unknown[]): Oracle => {
    const schema = target.fields[field] ?? null;
    return schema !== null && takes(schema, values) ? open : target.refusedRequest;
  };
  return fc.tuple(fc.constantFrom(...names), anyJson, fc.boolean()).map(([field, json, asForm]): Mutation => {
    const [value] = parsed(json);
    const form =
      asForm && typeof value === 'string' && !unkeepable.test(json) ? target.replaceInForm(field, value) : null;
    if (form !== null && typeof value === 'string') {
      // Forms have only texts, so a text may also represent a number or a list of one value.
      const judge = judgeOf(field, [value, [value], ...parsed(value)]);
      return { variant: `${field} of a form: ${json.slice(0, 80)}`, judge, wires: () => one(form) };
    }
    const judge = unkeepable.test(json) ? target.refusedRequest : judgeOf(field, parsed(json));
    return { variant: `${field}: ${json.slice(0, 80)}`, judge, wires: () => one(target.replace(field, json)) };
  });
}

const queries = ['?__proto__[a]=1', '?a[]=1&a[]=2', '?a=%00', '?a=%ff%fe', '?%', '??', `?${'a=1&'.repeat(1000)}`];

function unasked(target: Target): fc.Arbitrary<Mutation> {
  const query = fc
    .oneof(
      fc.constantFrom(...queries),
      fc.webQueryParameters().map((text) => `?${text}`),
    )
    .map(
      (text): Mutation => ({
        variant: `a query: ${text.slice(0, 80)}`,
        judge: target.bad.length > 0 ? target.refusedCaller : open,
        wires() {
          const request = badly(target);
          const { path } = request;
          return one({ ...request, path: path.includes('?') ? `${path}&${text.slice(1)}` : path + text });
        },
      }),
    );
  const { method, body } = target.valid();
  if (method === 'GET' && body === null) return query;
  const sent = anyJson.filter((json) => !/^\s*(\{\s*\})?\s*$/.test(json));
  return fc.oneof(
    query,
    sent.map((json) => ({
      variant: `a body: ${json.slice(0, 80)}`,
      judge: target.refusedRequest,
      wires: () => one({ ...target.valid(), body: { type: 'application/json', bytes: Buffer.from(json) } }),
    })),
  );
}

export const wrongTypes = (target: Target, numRuns: number, seed: number): readonly Mutation[] =>
  fc.sample(wrongField(target) ?? unasked(target), { numRuns, seed });

// Attacks with malformed requests.

const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND BREW get'.split(' ');

const types = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/octet-stream', ''],
  ...['multipart/form-data', 'multipart/form-data; boundary=', `multipart/form-data; boundary=${'a'.repeat(300)}`],
  ...['multipart/mixed; boundary=a', 'application/json, multipart/form-data'],
];

const form = (...parts: readonly FormPart[]): Buffer => toMultipart(parts).bytes;
const formText = form(['a', 'b']).toString();

const brokenForms: Readonly<Record<string, Buffer | string>> = {
  'no last boundary': formText.slice(0, -boundary.length - 8),
  'another boundary': formText.replaceAll(boundary, 'other'),
  'a part without a name': formText.replace('; name="a"', ''),
  'a part of a prototype': form(['__proto__', 'b']),
  'a part of nested names': form(['a[b][c]', 'b']),
  'a file in place of a text': form(['token', Buffer.from('a')], ['name', Buffer.from('a')]),
  'a thousand parts': form(...Array.from({ length: 1000 }, (): FormPart => ['a', 'b'])),
  'nothing but boundaries': `--${boundary}\r\n`.repeat(500),
  'a file after the end': Buffer.concat([Buffer.from(formText), form(['photo', Buffer.alloc(10)])]),
};

const brokenJson: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  'an order of bytes': (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), text]),
  'bytes that are no UTF-8': (text) => Buffer.concat([text.subarray(0, -1), Buffer.from([0xc3, 0x28, 0x7d])]),
  'something after the end': (text) => Buffer.concat([text, Buffer.from('{}')]),
  'a comma at the end': (text) => Buffer.concat([text.subarray(0, -1), Buffer.from(',}')]),
};

function wrongContents({ valid, refusedRequest: judge }: Target): readonly Mutation[] {
  const { body } = valid();
  if (body === null || body.bytes.length <= 2) return [];
  const isUrlencoded = body.type.includes('urlencoded');
  const isJson = body.type === 'application/json';
  const change = (variant: string, to: (request: Request) => Request): Mutation => ({
    variant,
    judge,
    wires: () => one(to(valid())),
  });
  const retype =
    (type: string, bytes?: Buffer) =>
    (request: Request): Request => ({
      ...request,
      body: { type, bytes: bytes ?? bytesOf(request) },
    });
  return [
    ...types
      .filter((type) => !(isUrlencoded && type.includes('urlencoded')))
      .map((type) => change(`type ${type}`, retype(type))),
    ...['gzip', 'x'].map((name) =>
      change(`compressed: ${name}`, (to) => withHeaders(to, [['Content-Encoding', name]])),
    ),
    ...(isUrlencoded ? [] : Object.entries(brokenForms)).map(([variant, bytes]) =>
      change(variant, retype(`multipart/form-data; boundary=${boundary}`, Buffer.from(bytes))),
    ),
    ...(isJson ? Object.entries(brokenJson) : []).map(([variant, to]) =>
      change(variant, (request) => retype(body.type, to(bytesOf(request)))(request)),
    ),
  ];
}

const spellings: readonly ((path: string) => string)[] = [
  ...['/', '/.', '/a/..', '/a/%2e%2e', '/a/%252e%252e', '/v3', '/v1/v2'].map((start) => (path: string) => start + path),
  ...['http://127.0.0.1', 'http://admin.example.com'].map((start) => (path: string) => start + path),
  ...['/', '%00', '%0d%0aX-Admin-Key:%20a', ';a=b', '#a', '%zz', '/é\u{1f600}'].map(
    (end) => (path: string) => path + end,
  ),
  (path) => path.replace(/^\//, '/%2f'),
  (path) => path.replace(/\//g, '\\'),
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
];

/** Second request, hidden in the body of the first. */
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

const refusedAsOne =
  (oracle: Oracle): Oracle =>
  (exchanges) => {
    const double = exchanges.find(({ answers }) => answers > 1);
    return double === undefined ? oracle(exchanges) : `${double.answers} answers to one request`;
  };

const refusedWhole = eachRefused(({ answer }) => answer !== null && answer.status < 400);

const chunked = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    ...(body.length === 0 ? [] : [body, Buffer.from('\r\n0\r\n')]),
    Buffer.from(`\r\n${smuggled}`),
  ]);
const withRest = (body: Buffer): Buffer => Buffer.concat([body, Buffer.from(smuggled)]);
const instead = (text: string) => (): Buffer => Buffer.from(text);

const framings: readonly (readonly [framing: readonly string[], body: (body: Buffer) => Buffer])[] = [
  [['Content-Length: 5', 'Content-Length: 0'], withRest],
  ...['5, 0', '+5', '-1', '0x5'].map((value) => [[`Content-Length: ${value}`], withRest] as const),
  [['Content-Length: 0', 'Transfer-Encoding: chunked'], chunked],
  [['Transfer-Encoding: chunked', 'Content-Length: 3'], chunked],
  [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked],
  [['Transfer-Encoding: \x0bchunked', 'Content-Length: 3'], chunked],
  ...['zz', '-1'].map((size) => [['Transfer-Encoding: chunked'], instead(`${size}\r\nabc\r\n0\r\n\r\n`)] as const),
];

const heads: Readonly<Record<string, (head: string) => string>> = {
  'a space before a colon': (head) => head.replace('Host:', 'Host :'),
  'a line without a colon': (head) => head.replace('\r\n\r\n', '\r\nnonsense\r\n\r\n'),
  'a NUL in a header': (head) => head.replace('\r\n\r\n', '\r\nX-A: a\0b\r\n\r\n'),
  'no host': (head) => head.replace(/Host: [^\r]*\r\n/, ''),
  'a space too many in the first line': (head) => head.replace(' HTTP/1.1', ' x HTTP/1.1'),
};

/** Requests with conflicting lengths (request smuggling). */
const smuggling = ({ valid, refusedRequest }: Target): readonly Mutation[] => [
  ...framings.map(([framing, body]) => ({
    variant: `framed by ${framing.join(', ')}`,
    // The server may send public data before it notices that the body is malformed.
    judge: refusedAsOne(body === withRest || body === chunked ? refusedWhole : refusedRequest),
    wires() {
      const request = valid();
      const headers = framing.map((line): Header => {
        const [name = '', value = ''] = line.split(': ');
        return [name, value];
      });
      const head = headOf(request, headers, request.body?.type ?? 'application/json');
      return [atOnce(Buffer.concat([head, body(bytesOf(request))]), 'watches')];
    },
  })),
  ...Object.entries(heads).map(([variant, change]) => ({
    variant,
    judge: refusedAsOne(refusedWhole),
    wires() {
      const request = valid();
      const head = Buffer.from(change(toHead(request).toString('latin1')), 'latin1');
      return [atOnce(Buffer.concat([head, bytesOf(request)]), 'watches')];
    },
  })),
];

/** @param own - methods that the path accepts */
export const malformed = (target: Target, own: ReadonlySet<string>): readonly Mutation[] => [
  ...methods
    .filter((method) => !own.has(method))
    .map((method) => ({
      variant: `the method ${method}`,
      judge: target.refusedCaller,
      wires: () => one({ ...target.valid(), method }),
    })),
  ...wrongContents(target),
  ...smuggling(target),
  ...spellings.map((spell) => ({
    variant: `the address as ${spell(target.endpoint.path)}`,
    judge: target.refusedCaller,
    wires() {
      const request = badly(target);
      return one({ ...request, path: spell(request.path) });
    },
  })),
];
