import type { Hostile } from './hostile.js';
import { one } from './hostile.js';
import { type Header, type Request, toBytes, toHead } from './request.js';
import { atOnce, type Piece, type Wire } from './socket.js';
import type { Target } from './target.js';

/** Bodies that end too early, are too large, or take too long. */

const bodyOf = (request: Request): Buffer => request.body?.bytes ?? Buffer.alloc(0);

/** Where there is no body, the end of the head is kept back. */
function cutAt(request: Request, share: number): Buffer {
  const whole = toBytes(request);
  const from = request.body === null ? 0 : whole.length - bodyOf(request).length;
  const length = whole.length - from;
  return whole.subarray(0, from + Math.min(length - 1, Math.floor(length * share)));
}

/** How much of a body is sent before the sender is gone. */
const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1] as const;

export function truncated(target: Target): readonly Hostile[] {
  const common = { endpoint: target.name, class: 'truncated', weight: 'light', judge: target.refusedRequest } as const;
  return [target.valid, ...target.alternatives].flatMap((make, way) =>
    shares.map(
      (share): Hostile => ({
        ...common,
        variant: `way ${way}: ${Math.round(share * 100)} % of it, then gone`,
        wires: () => [atOnce(cutAt(make(), share), 'closes')],
      }),
    ),
  );
}

const mebibyte = 1024 * 1024;

/** More than any body of a stranger is read. */
const mostPouredBytes = 14 * mebibyte;
const padding = Buffer.alloc(64 * 1024, 0x20);

/** A head that announces a body, and its first bytes. */
function announce(request: Request, bytes: number): Wire {
  const head = toHead({ ...request, body: null }, [
    ...(request.body === null ? [] : [['Content-Type', request.body.type] as const]),
    ['Content-Length', String(bytes)],
  ]);
  return atOnce(Buffer.concat([head, bodyOf(request).subarray(0, 512)]));
}

/** What is not announced: pieces of spaces without end, which the server has to stop. */
function pour(request: Request, bytes: number, framing: Header): Wire {
  const head = toHead({ ...request, body: null }, [
    ...(request.body === null ? [] : [['Content-Type', request.body.type] as const]),
    framing,
  ]);
  const chunk = Buffer.concat([Buffer.from(`${padding.length.toString(16)}\r\n`), padding, Buffer.from('\r\n')]);
  const pieces: Piece[] = [{ bytes: head, afterMs: 0 }];
  for (let sent = 0; sent < bytes; sent += padding.length) pieces.push({ bytes: chunk, afterMs: 0 });
  pieces.push({ bytes: Buffer.from('0\r\n\r\n'), afterMs: 0 });
  return { pieces, afterwards: 'waits' };
}

/** Text in the head beyond what is taken there. */
const fat = (bytes: number): string => 'a'.repeat(bytes);

export function oversized(target: Target): readonly Hostile[] {
  const common = { endpoint: target.name, class: 'oversized', weight: 'light', judge: target.refusedRequest } as const;
  const { mostBytes } = target;
  const hostile = (variant: string, make: () => Wire): Hostile => ({ ...common, variant, wires: () => [make()] });
  return [
    ...[mostBytes + 1, 4 * 1024 ** 3, Number.MAX_SAFE_INTEGER].map((bytes) =>
      hostile(`announces ${bytes} bytes`, () => announce(target.valid(), bytes)),
    ),
    hostile('a length beyond numbers', () => {
      const head = toHead({ ...target.valid(), body: null }, [['Content-Length', '9'.repeat(40)]]);
      return atOnce(head);
    }),
    hostile('pours out more than it may', () =>
      pour(target.valid(), Math.min(mostBytes, mostPouredBytes) + mebibyte, ['Transfer-Encoding', 'chunked']),
    ),
    hostile('a head of 64 KB', () => {
      const request = target.valid();
      return atOnce(toBytes({ ...request, headers: [...request.headers, ['X-Fat', fat(64 * 1024)]] }));
    }),
    hostile('an address of 64 KB', () => {
      const request = target.valid();
      return atOnce(toBytes({ ...request, path: `${request.path}?${fat(64 * 1024)}` }));
    }),
    hostile('a thousand headers', () => {
      const request = target.valid();
      const many = Array.from({ length: 3000 }, (_, at): Header => [`X-${at}`, 'a']);
      return atOnce(toBytes({ ...request, headers: [...request.headers, ...many] }));
    }),
  ];
}

/** A byte a second, as often as that; then the rest, or nothing more. */
export interface Slowness {
  readonly bytes: number;
  readonly thenRest: boolean;
}

function drip(whole: Buffer, from: number, { bytes, thenRest }: Slowness): Wire {
  const pieces: Piece[] = [{ bytes: whole.subarray(0, from), afterMs: 0 }];
  const last = Math.min(whole.length, from + bytes);
  for (let at = from; at < last; at += 1) pieces.push({ bytes: whole.subarray(at, at + 1), afterMs: 1000 });
  if (thenRest) pieces.push({ bytes: whole.subarray(last), afterMs: 0 });
  return { pieces, afterwards: 'waits' };
}

/**
 * A byte a second of the head, and of the body. With a bad credential: a slow sender that may call is served in the end.
 */
export function slow(target: Target, slowness: Slowness): readonly Hostile[] {
  const [bad] = target.bad;
  const make = (): Request => (bad === undefined ? target.valid() : target.as(bad));
  const common = { endpoint: target.name, class: 'slow', weight: 'slow', judge: target.refusedCaller } as const;
  return [
    { ...common, variant: 'a byte of the head a second', wires: () => [drip(toBytes(make()), 8, slowness)] },
    {
      ...common,
      variant: 'a byte of the body a second',
      wires: () => {
        const request = make();
        const whole = toBytes(request);
        return [
          drip(whole, request.body === null ? whole.length - 3 : whole.length - bodyOf(request).length + 1, slowness),
        ];
      },
    },
  ];
}

/** Several times at once, with a credential that does not do: none gets in by the crowd. @param most - at once */
export function crowded(target: Target, most: number): readonly Hostile[] {
  return target.bad.map((bad, at) => {
    const count = 2 + ((at * 7) % (most - 1));
    return {
      ...({ endpoint: target.name, class: 'duplicated', weight: 'light' } as const),
      variant: `${count} at once: ${bad.variant}`,
      judge: target.refusedCaller,
      wires: () => Array.from({ length: count }, () => one(target.as(bad))).flat(),
    };
  });
}
