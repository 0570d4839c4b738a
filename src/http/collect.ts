import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaceError } from '../errors.js';
import type { Allowance } from './allowance.js';
import type { PartLimits } from './budget.js';
import { joinAndWipe, Pieces } from './join.js';
import { roomLimits } from './rooms.js';

/** What a body is read from, and where its refusal goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Reads a whole body into memory.
 * @throws FaceError as `receiveBody`
 */
export async function collectBody(exchange: Exchange, allowance: Allowance): Promise<Buffer> {
  if (Number(exchange.request.headers['content-length'] ?? 0) > allowance.limitBytes) {
    throw new FaceError('body_too_large');
  }
  const pieces = new Pieces();
  await receiveBody(exchange, allowance, (chunk) => pieces.add(chunk));
  return joinAndWipe(pieces.take());
}

/**
 * Takes a body as it arrives: every byte is counted before it is handed on. Refuses as soon as too much has arrived, or too
 * little for too long; the request is left to be discarded, not destroyed, so that the refusal can be sent. Time in which
 * the stream is paused is ours and not the sender's.
 * @throws FaceError `body_too_large`, `overloaded`, `request_malformed` where the sender gave up or is too slow; that one's
 *   connection is closed after the answer
 */
export function receiveBody(
  { request, response }: Exchange,
  allowance: Allowance,
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

/** How fast a body must come. */
type Pace = Pick<PartLimits, 'patienceSteps' | 'leastBytesPerStep'>;

/** Looks at a body once a step: calls `onSlow` where it is silent for too long, or its average too low. */
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

/** A sender that was refused may finish this much, so that it reads the refusal; then the line is cut. */
const discardedBytes = 16 * 1024 * 1024;

/** The same where it takes its time. */
const discardedPace = { stepMs: 1000, onStep: () => roomLimits.clients.strangers } as const;

/** Lets the rest of a body pass without keeping it. */
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

/**
 * For what is answered whatever is sent along, as a layer of the router: lets that pass at once. Where the answer is not read it
 * would stay in memory for as long, and in small chunks it takes hundreds of times its size there.
 */
export function discardBody(request: IncomingMessage, _response: unknown, next: () => void): void {
  discardRest(request);
  next();
}
