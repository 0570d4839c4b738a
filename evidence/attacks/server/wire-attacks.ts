import type { Hostile } from './hostile.js';
import { one } from './hostile.js';
import { boundary, type Request, toMultipart } from './request.js';
import type { Target } from './target.js';

/* Requests that are not what they say. */

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'BREW',
  'get',
];

export function wrongMethods(target: Target, own: ReadonlySet<string>): readonly Hostile[] {
  return methods
    .filter((method) => !own.has(method))
    .map((method) => ({
      ...({ endpoint: target.name, class: 'malformed', weight: 'light', variant: `the method ${method}` } as const),
      judge: target.refusedMethod,
      wires: () => one({ ...target.valid(), method }),
    }));
}

const types = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'a'.repeat(300)}`,
  'multipart/mixed; boundary=a',
  'application/json, multipart/form-data',
  '',
];

/** The body under another name, broken forms, and compressed ones. */
export function wrongContents(target: Target): readonly Hostile[] {
  const common = { endpoint: target.name, class: 'malformed', weight: 'light', judge: target.refusedRequest } as const;
  const sample = target.valid();
  if (sample.body === null || sample.body.bytes.length <= 2) return [];
  const text = sample.body.bytes;
  const isForm = sample.body.type.startsWith('multipart');
  const isUrlencoded = sample.body.type.includes('urlencoded');
  const named = types.filter((type) => !(isUrlencoded && type.includes('urlencoded')));
  const hostile = (variant: string, change: (request: Request) => Request): Hostile => ({
    ...common,
    variant,
    wires: () => one(change(target.valid())),
  });
  const withBody = (bytes: Buffer, type?: string) => (request: Request) => ({
    ...request,
    body: { type: type ?? request.body?.type ?? '', bytes },
  });
  const form = toMultipart([['a', 'b']]);
  return [
    ...named.map((type) =>
      hostile(`the type ${type || 'nothing'}`, (request) => withBody(request.body?.bytes ?? text, type)(request)),
    ),
    hostile('compressed, it says', (request) => ({
      ...request,
      headers: [...request.headers, ['Content-Encoding', 'gzip']],
    })),
    hostile('compressed by what nobody knows', (request) => ({
      ...request,
      headers: [...request.headers, ['Content-Encoding', 'x']],
    })),
    ...(isUrlencoded
      ? []
      : [
          hostile('no last boundary', withBody(form.bytes.subarray(0, -boundary.length - 8), form.type)),
          hostile(
            'another boundary',
            withBody(Buffer.from(form.bytes.toString().replaceAll(boundary, 'other')), form.type),
          ),
          hostile(
            'a part without a name',
            withBody(Buffer.from(form.bytes.toString().replace('; name="a"', '')), form.type),
          ),
          hostile('a part of a prototype', withBody(toMultipart([['__proto__', 'b']]).bytes, form.type)),
          hostile('a part of nested names', withBody(toMultipart([['a[b][c]', 'b']]).bytes, form.type)),
          hostile(
            'a file in place of a text',
            withBody(
              toMultipart([
                ['token', Buffer.from('a')],
                ['name', Buffer.from('a')],
              ]).bytes,
              form.type,
            ),
          ),
          hostile(
            'a thousand parts',
            withBody(toMultipart(Array.from({ length: 1000 }, () => ['a', 'b'] as const)).bytes, form.type),
          ),
          hostile('nothing but boundaries', withBody(Buffer.from(`--${boundary}\r\n`.repeat(500)), form.type)),
          hostile(
            'a file after the end',
            withBody(Buffer.concat([form.bytes, toMultipart([['photo', Buffer.alloc(10)]]).bytes]), form.type),
          ),
        ]),
    ...(isForm || isUrlencoded
      ? []
      : [
          hostile('an order of bytes', withBody(Buffer.concat([Buffer.from([0xff, 0xfe]), text]))),
          hostile(
            'bytes that are no UTF-8',
            withBody(Buffer.concat([text.subarray(0, -1), Buffer.from([0xc3, 0x28, 0x7d])])),
          ),
          hostile('something after the end', withBody(Buffer.concat([text, Buffer.from('{}')]))),
          hostile('a comma at the end', withBody(Buffer.concat([text.subarray(0, -1), Buffer.from(',}')]))),
        ]),
  ];
}

/** Other ways to write the address: with a bad credential none may lead where the address itself does not. */
export function pathTricks(target: Target): readonly Hostile[] {
  const [bad] = target.bad;
  const { path } = target.valid();
  const encoded = path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const ways: readonly (readonly [string, string])[] = [
    ['two slashes', `/${path}`],
    ['a slash at the end', `${path}/`],
    ['a dot', `/.${path}`],
    ['two dots', `/a/..${path}`],
    ['encoded dots', `/a/%2e%2e${path}`],
    ['dots encoded twice', `/a/%252e%252e${path}`],
    ['an encoded slash', path.replace(/^\//, '/%2f')],
    ['a backslash', path.replace(/\//g, '\\')],
    ['NUL', `${path}%00`],
    ['a line end', `${path}%0d%0aX-Admin-Key:%20a`],
    ['a matrix parameter', `${path};a=b`],
    ['capitals', path.toUpperCase()],
    ['an encoded letter', encoded],
    ['an address of its own', `http://127.0.0.1${path}`],
    ['another host', `http://admin.example.com${path}`],
    ['a fragment', `${path}#a`],
    ['broken percent signs', `${path}%zz`],
    ['version 3', `/v3${path}`],
    ['both versions', `/v1/v2${path}`],
    ['letters beyond ASCII', `${path}/\u00e9\u{1f600}`],
  ];
  return ways.map(([variant, way]) => ({
    ...({
      endpoint: target.name,
      class: 'malformed',
      weight: 'light',
      variant: `the address with ${variant}`,
    } as const),
    judge: target.refusedCaller,
    wires: () => {
      const request = bad === undefined ? target.valid() : target.as(bad);
      return one({ ...request, path: way });
    },
  }));
}
