import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FaceError } from '../errors.js';
import { type PoolLimits, poolLimits, type RequestBudget } from './request-budget.js';

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

export interface Exchange<In extends IncomingMessage = IncomingMessage, Out extends ServerResponse = ServerResponse> {
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
  let [received, before, steps, silentSteps] = [0, 0, 0, 0];
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
