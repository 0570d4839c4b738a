import type { NextFunction, Request, Response } from 'express';
import type { Clock, Log, Random } from '../core/ports.js';
import type { FaceErrorCode } from '../errors.js';

/** The name of this request in replies and in the log; made here, never taken from the caller. */
export function requestIdOf(response: Response): string {
  return response.get('X-Request-Id') ?? '';
}

/**
 * Names each request and logs one line when it is over: method, route pattern, status, duration. Never the address, a
 * query, a header or a body: they hold ids, tokens and faces.
 */
export function createAccessLog({ clock, random, log }: { clock: Clock; random: Random; log: Log }) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = clock.now();
    const requestId = Buffer.from(random(12)).toString('hex');
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const route: unknown = request.route?.path;
      const code: unknown = response.locals.code;
      log.info('request', {
        requestId,
        method: request.method,
        route: typeof route === 'string' ? route : 'none',
        status: response.headersSent ? response.statusCode : null,
        durationMs: clock.now() - startedAt,
        ...(typeof code === 'string' ? { code } : {}),
        ...(response.writableFinished ? {} : { aborted: true }),
      });
    });
    next();
  };
}

/** Puts the code of a refusal on the request's log line. */
export function noteCode(response: Response, code: FaceErrorCode): void {
  response.locals.code = code;
}

/** The frames of an error without its message: messages of libraries quote what they could not read. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return 'none';
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.map((line) => line.trim())].join(' | ');
}
