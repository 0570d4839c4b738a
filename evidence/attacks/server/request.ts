/** A header as it is sent. */
export type Header = readonly [name: string, value: string];

/** A request that can be sent whole, cut, or changed. */
export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Beside `Host`, `Content-Type` and what frames the body. */
  readonly headers: readonly Header[];
  readonly body: Body | null;
}

/** A body and what it says it is. */
export interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

/** A field of a form: a text, or a file. */
export type FormPart = readonly [name: string, value: string | Uint8Array];

/** The head as bytes. @param framing - how the body's end is told; its length unless given */
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
  // Text beyond Latin 1 goes as the bytes of its UTF-8, as a careless client sends it.
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'utf8');
}

/** All of it as bytes. */
export const toBytes = (request: Request): Buffer =>
  Buffer.concat([toHead(request), request.body?.bytes ?? Buffer.alloc(0)]);

export const jsonText = (text: string): Body => ({ type: 'application/json', bytes: Buffer.from(text) });

export const toJson = (value: unknown): Body => jsonText(JSON.stringify(value));

export const toUrlencoded = (fields: readonly (readonly [string, string])[]): Body => ({
  type: 'application/x-www-form-urlencoded',
  bytes: Buffer.from(new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString()),
});

/** Ends no picture and no text of these attacks. */
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

/** The form of a face check by photos alone. */
export const toPhotos = (challenge: string, ...photos: readonly Uint8Array[]): Body =>
  toMultipart([['challenge', challenge], ...photos.map((photo) => ['photo', photo] as const)]);

/** A POST request. */
export const post = (path: string, body: Request['body'], headers: Request['headers'] = []): Request => ({
  method: 'POST',
  path,
  headers,
  body,
});
