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

export function toHead(
  { method, path, headers, body }: Request,
  framing: readonly Header[] = body === null ? [] : [['Content-Length', String(body.bytes.length)]],
): Buffer {
  const all: readonly Header[] = [
    ['Host', '127.0.0.1'],
    ['Connection', 'close'],
    ...(body === null ? [] : [['Content-Type', body.type] as const]),
    ...framing,
    ...headers,
  ];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'utf8');
}

export const toBytes = (request: Request): Buffer =>
  Buffer.concat([toHead(request), request.body?.bytes ?? Buffer.alloc(0)]);

export const jsonText = (text: string): Body => ({ type: 'application/json', bytes: Buffer.from(text) });

export const toJson = (value: unknown): Body => jsonText(JSON.stringify(value));

export const toUrlencoded = (fields: readonly (readonly [string, string])[]): Body => ({
  type: 'application/x-www-form-urlencoded',
  bytes: Buffer.from(new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString()),
});

export const boundary = 'siege-boundary-3f1c';

export function toMultipart(parts: readonly FormPart[]): Body {
  const pieces = parts.flatMap(([name, value]) => {
    const isText = typeof value === 'string';
    const file = isText ? '' : '; filename="photo.jpg"\r\nContent-Type: image/jpeg';
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

export const post = (path: string, body: Request['body'], headers: Request['headers'] = []): Request => ({
  method: 'POST',
  path,
  headers,
  body,
});
