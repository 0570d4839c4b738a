import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaceError } from '../errors.js';
import type { Allowance } from './allowance.js';
import type { PartLimits } from './budget.js';
import { joinAndWipe, Pieces } from './join.js';
import { roomLimits } from './rooms.js';

export interface Exchange<In extends IncomingMessage = IncomingMessage, Out extends ServerResponse = ServerResponse> {
  readonly request: In;
  readonly response: Out;
}

export async function collectBody(exchange: Exchange, allowance: Allowance): Promise<Buffer> {
  if (Number(exchange.request.headers['content-length'] ?? 0) > allowance.limitBytes) {
    throw new FaceError('body_too_large');
  }
  const pieces = new Pieces();
  await receiveBody(exchange, allowance, (chunk) => pieces.add(chunk));
  return joinAndWipe(pieces.take());
}

/**
 * Receives a body and charges each chunk first. After a refusal it discards the rest, so that the client reads the
 * reply.
 * @throws `body_too_large`, `overloaded`; `request_malformed` if the client aborts or is too slow
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

type Pace = Pick<PartLimits, 'patienceSteps' | 'leastBytesPerStep'>;

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

const discardedPace = { stepMs: 1000, onStep: () => roomLimits.clients.strangers } as const;

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
