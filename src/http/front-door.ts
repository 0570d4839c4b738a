import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { FaceError } from '../errors.js';
import { noteRefusal, sourceOf } from './access-log.js';
import { type CallerPools, type PoolLimits, poolLimits, RequestBudget } from './request-budget.js';

/** Number of bytes copied, in about a millisecond, before other requests are served. */
const bytesPerTurn = 1024 * 1024;

/** Shorter chunks are merged, because each chunk has an overhead of some hundreds of bytes. */
const smallBytes = 1024;

const blockBytes = 16 * 1024;

export class ChunkBuffer {
  readonly #pieces: Buffer[] = [];
  #block = Buffer.alloc(0);
  /** Start of the data in `#block` that was not added to `#pieces` yet. */
  #from = 0;
  #to = 0;

  /** Adds a chunk. If the chunk is merged, the original is zeroed. */
  add(piece: Buffer): void {
    // Most small bodies consist of a single chunk.
    const isOnly = this.#pieces.length === 0 && this.#to === 0;
    if (isOnly || piece.length >= smallBytes) {
      this.#close();
      this.#pieces.push(piece);
      return;
    }
    if (this.#to + piece.length > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
      this.#from = 0;
      this.#to = 0;
    }
    this.#block.set(piece, this.#to);
    this.#to += piece.length;
    piece.fill(0);
  }

  take(): readonly Buffer[] {
    this.#close();
    return this.#pieces.splice(0);
  }

  #close(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }
}

/**
 * Concatenates and zeroes the chunks of a body. It yields in between, because joining 14 MB at once would block the
 * event loop for some ten milliseconds.
 */
export async function concatAndZero(pieces: readonly Buffer[]): Promise<Buffer> {
  const joined = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let length = 0;
  let copied = 0;
  for (const piece of pieces) {
    if (copied > bytesPerTurn) {
      await nextTurn();
      copied = 0;
    }
    joined.set(piece, length);
    piece.fill(0);
    length += piece.length;
    copied += piece.length;
  }
  return joined;
}

interface Exchange<In extends IncomingMessage = IncomingMessage, Out extends ServerResponse = ServerResponse> {
  readonly request: In;
  readonly response: Out;
}

export async function collectBody(exchange: Exchange, allowance: RequestBudget): Promise<Buffer> {
  if (Number(exchange.request.headers['content-length'] ?? 0) > allowance.limitBytes) {
    throw new FaceError('body_too_large');
  }
  const pieces = new ChunkBuffer();
  await receiveBody(exchange, allowance, (chunk) => pieces.add(chunk));
  return concatAndZero(pieces.take());
}

/**
 * Receives a body and charges each chunk first. After a refusal it discards the rest, so that the client reads the
 * reply.
 * @throws `body_too_large`, `overloaded`; `request_malformed` if the client aborts or is too slow
 */
export function receiveBody(
  { request, response }: Exchange,
  allowance: RequestBudget,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) {
      reject(new FaceError('request_malformed', 'aborted'));
      return;
    }
    allowance.begin((error) => settle(() => reject(error)));
    const onStep = (): Pace => {
      allowance.step();
      return allowance.limits;
    };
    const pace = watchPace(request, { stepMs: allowance.stepMs, onStep }, () => {
      if (!response.headersSent) response.setHeader('Connection', 'close');
      settle(() => reject(new FaceError('request_malformed', { limit: 'bodyPace' })));
    });
    const onData = (chunk: Buffer): void => {
      try {
        allowance.take(chunk.length);
        pace.count(chunk.length);
        onChunk(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = (): void => settle(resolve);
    const onBroken = (): void => settle(() => reject(new FaceError('request_malformed', 'aborted')));
    const settle = (answer: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      pace.stop();
      allowance.end();
      answer();
    };
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

type Pace = Pick<PoolLimits, 'patienceSteps' | 'leastBytesPerStep'>;

/** Calls `onSlow` if the client sends nothing for too long, or if its average rate is too low. */
function watchPace(
  request: IncomingMessage,
  { stepMs, onStep }: { readonly stepMs: number; readonly onStep: () => Pace },
  onSlow: () => void,
): { count(bytes: number): void; stop(): void } {
  let received = 0;
  let before = 0;
  let steps = 0;
  let silentSteps = 0;
  const timer = setInterval(() => {
    if (request.isPaused()) return;
    const { patienceSteps, leastBytesPerStep } = onStep();
    steps += 1;
    silentSteps = received === before ? silentSteps + 1 : 0;
    before = received;
    const isBehind = steps >= patienceSteps && received < steps * leastBytesPerStep;
    if (silentSteps >= patienceSteps || isBehind) onSlow();
  }, stepMs).unref();
  return {
    count: (bytes) => {
      received += bytes;
    },
    stop: () => clearInterval(timer),
  };
}

/** Bytes that a refused client may still send, so that it reads the reply. */
const discardedBytes = 16 * 1024 * 1024;

const discardedPace = { stepMs: 1000, onStep: () => poolLimits.clients.anonymous } as const;

export function discardRest(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  let seen = 0;
  const cut = (): void => void request.destroy();
  const pace = watchPace(request, discardedPace, cut);
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    pace.count(chunk.length);
    if (seen > discardedBytes) cut();
  });
  request.once('end', pace.stop).once('close', pace.stop);
  request.on('error', () => {});
  request.resume();
}

/** Discards an unused body, which would otherwise stay in memory until the reply is read. */
export function discardBody(request: IncomingMessage, _response: unknown, next: () => void): void {
  discardRest(request);
  next();
}

/** A request at a route, before its body is read. */
export interface RouteExchange<In extends IncomingMessage, Out extends ServerResponse> extends Exchange<In, Out> {
  /** Memory for the body. Authenticate the caller and call `promoteToAuthenticated` before the body is read, where possible. */
  readonly allowance: RequestBudget;
  /** @throws `body_too_large`, `overloaded`; `request_malformed` if the client aborts or is too slow */
  readBody(): Promise<Buffer>;
}

/** Declaration of a route that may read a body. */
export interface Route<In extends IncomingMessage = Request, Out extends ServerResponse = Response> {
  readonly methods: readonly string[];
  /** Memory pool of bodies. */
  readonly pools: CallerPools;
  /** Maximum body of anonymous callers, in bytes. */
  readonly anonymousLimitBytes: number;
  answer(arrival: RouteExchange<In, Out>): Promise<void>;
  /** Sends a refusal in the format of the route's protocol. It throws the error again for the format of this API. */
  refuse?(error: unknown, exchange: Exchange<In, Out>): void;
}

/**
 * Serves a request at a route: checks its method, provides memory for its body, and sends refusals.
 * @throws `method_not_allowed`; errors of the route that it does not send itself
 */
export async function serveRoute<In extends IncomingMessage, Out extends ServerResponse>(
  route: Route<In, Out>,
  { request, response }: Exchange<In, Out>,
): Promise<void> {
  requireMethod({ request, response }, route.methods);
  const allowance = new RequestBudget(route.pools, sourceOf(request), route.anonymousLimitBytes);
  const readBody = (): Promise<Buffer> => collectBody({ request, response }, allowance);
  try {
    await route.answer({ request, response, allowance, readBody });
  } catch (error) {
    if (route.refuse === undefined) throw error;
    noteRefusal(response, error);
    route.refuse(error, { request, response });
    discardRest(request);
  } finally {
    allowance.release();
  }
}

export function mountRoute(app: Express, path: string, route: Route | ((request: Request) => Route)): void {
  app.route(path).all(async (request, response) => {
    await serveRoute(typeof route === 'function' ? route(request) : route, { request, response });
  });
}

/** Mounts a route that reads no body. */
export function mountGet(app: Express, path: string, answer: (response: Response, request: Request) => unknown): void {
  app.route(path).all(async (request, response) => {
    requireMethod({ request, response }, ['GET', 'HEAD']);
    discardRest(request);
    await answer(response, request);
  });
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6 */
export function requireMethod({ request, response }: Exchange, taken: readonly string[]): void {
  if (taken.includes(request.method ?? '')) return;
  response.setHeader('Allow', taken.join(', '));
  throw new FaceError('method_not_allowed');
}

/**
 * Returns the raw query with its question mark. The URL is not parsed, because an absolute URL with an invalid host
 * would throw.
 */
export function queryOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
}

const notForm = { reason: 'no form' } as const;

/** Detail of the refusal of a body that is not a form. */
export const notFormGuard = z.object({ reason: z.literal(notForm.reason) });

/** @throws `request_malformed` if the body is of another type */
export function parseForm(request: Request, body: Buffer): URLSearchParams {
  if (body.length > 0 && request.is('application/x-www-form-urlencoded') === false) {
    throw new FaceError('request_malformed', notForm);
  }
  return new URLSearchParams(body.toString('utf8'));
}

/** Returns the user name of a form. @throws `request_malformed` */
export function userNameIn(form: URLSearchParams): string {
  const name = form.get('username')?.trim() ?? '';
  if (name === '' || name.length > 256) throw new FaceError('request_malformed', { field: 'username' });
  return name;
}
