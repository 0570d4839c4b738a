import type { IncomingMessage } from 'node:http';
import { FaceError } from '../errors.js';
import type { Allowance } from './budget.js';
import { joinAndWipe } from './join.js';

/**
 * Reads a whole body. Refuses as soon as too much was announced or has arrived; the request is left to be discarded,
 * not destroyed, so that the refusal can be sent.
 * @throws FaceError `body_too_large`, `overloaded`, `request_malformed` where the sender gave up
 */
export function collectBody(request: IncomingMessage, allowance: Allowance): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > allowance.limitBytes) {
      reject(new FaceError('body_too_large'));
      return;
    }
    if (request.destroyed) {
      reject(new FaceError('request_malformed', 'aborted'));
      return;
    }
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      try {
        allowance.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = (): void => settle(() => resolve(joinAndWipe(chunks)));
    const onBroken = (): void => settle(() => reject(new FaceError('request_malformed', 'aborted')));
    const settle = (answer: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      answer();
    };
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** A sender that was refused may finish this much, so that it reads the refusal; then the line is cut. */
const discardedBytes = 16 * 1024 * 1024;

/** Lets the rest of a body pass without keeping it. */
export function discardRest(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > discardedBytes) request.destroy();
  });
  request.on('error', () => {});
  request.resume();
}
