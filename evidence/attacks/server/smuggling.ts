import type { Hostile, Oracle } from './hostile.js';
import { type Header, type Request, toHead } from './request.js';
import { atOnce, type Exchange } from './socket.js';
import type { Target } from './target.js';

/* Requests that two readers would read differently. */

const bodyOf = (request: Request): Buffer => request.body?.bytes ?? Buffer.alloc(0);

/** What a proxy before the server would take for a request of its own. */
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** Two lengths, or two ways to tell the end: one answer at most, and that a refusal. */
const refusedAsOne =
  (oracle: Oracle): Oracle =>
  (exchanges: readonly Exchange[]) => {
    const double = exchanges.find(({ answers }) => answers > 1);
    return double === undefined ? oracle(exchanges) : `${double.answers} answers to one request`;
  };

const ambiguous: Oracle = (exchanges) => {
  const taken = exchanges.find(({ answer }) => answer !== null && answer.status < 400);
  return taken === undefined ? null : `taken: ${taken.answer?.status}`;
};

export function smuggling(target: Target): readonly Hostile[] {
  const common = { endpoint: target.name, class: 'malformed', weight: 'light' } as const;
  const framed = (
    variant: string,
    framing: readonly Header[],
    body: (whole: Buffer) => Buffer,
    judge = refusedAsOne(ambiguous),
  ): Hostile => ({
    ...common,
    variant,
    judge,
    wires() {
      const request = target.valid();
      const type: readonly Header[] = [['Content-Type', request.body?.type ?? 'application/json']];
      const head = toHead({ ...request, body: null }, [...type, ...framing]);
      return [atOnce(Buffer.concat([head, body(bodyOf(request))]), 'watches')];
    },
  });
  // Whoever asks for what is there for everybody is answered before a body that nobody reads turns out to be none.
  const broken = refusedAsOne(target.refusedRequest);
  const chunked = (body: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`${body.length.toString(16)}\r\n`),
      ...(body.length === 0 ? [] : [body, Buffer.from('\r\n0\r\n')]),
      Buffer.from(`\r\n${smuggled}`),
    ]);
  const withRest = (body: Buffer): Buffer => Buffer.concat([body, Buffer.from(smuggled)]);
  const raw = (variant: string, change: (head: string) => string): Hostile => ({
    ...common,
    variant,
    judge: refusedAsOne(ambiguous),
    wires() {
      const request = target.valid();
      return [
        atOnce(
          Buffer.concat([Buffer.from(change(toHead(request).toString('latin1')), 'latin1'), bodyOf(request)]),
          'watches',
        ),
      ];
    },
  });
  return [
    framed(
      'two lengths',
      [
        ['Content-Length', '5'],
        ['Content-Length', '0'],
      ],
      withRest,
    ),
    framed('two lengths in one', [['Content-Length', '5, 0']], withRest),
    framed(
      'a length and chunks',
      [
        ['Content-Length', '0'],
        ['Transfer-Encoding', 'chunked'],
      ],
      chunked,
    ),
    framed(
      'chunks and a length',
      [
        ['Transfer-Encoding', 'chunked'],
        ['Content-Length', '3'],
      ],
      chunked,
    ),
    framed(
      'chunks in two spellings',
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'identity'],
      ],
      chunked,
    ),
    framed(
      'chunks behind a tab',
      [
        ['Transfer-Encoding', '\x0bchunked'],
        ['Content-Length', '3'],
      ],
      chunked,
    ),
    framed('a length with a sign', [['Content-Length', '+5']], withRest),
    framed('a negative length', [['Content-Length', '-1']], withRest),
    framed('a length in hexadecimal', [['Content-Length', '0x5']], withRest),
    framed(
      'a chunk of a wrong size',
      [['Transfer-Encoding', 'chunked']],
      () => Buffer.from('zz\r\nabc\r\n0\r\n\r\n'),
      broken,
    ),
    framed(
      'a chunk of a negative size',
      [['Transfer-Encoding', 'chunked']],
      () => Buffer.from('-1\r\nabc\r\n0\r\n\r\n'),
      broken,
    ),
    raw('a space before a colon', (head) => head.replace('Host:', 'Host :')),
    raw('a line without a colon', (head) => head.replace('\r\n\r\n', '\r\nnonsense\r\n\r\n')),
    raw('a NUL in a header', (head) => head.replace('\r\n\r\n', '\r\nX-A: a\0b\r\n\r\n')),
    raw('no host', (head) => head.replace(/Host: [^\r]*\r\n/, '')),
    raw('a space too many in the first line', (head) => head.replace(' HTTP/1.1', ' x HTTP/1.1')),
  ];
}
