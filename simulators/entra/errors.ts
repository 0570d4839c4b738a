import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';

export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (id: string): GraphError =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const badRequest = (message: string): GraphError => new GraphError(400, 'Request_BadRequest', message);

/** @throws GraphError with this message if the body does not fit */
export function parseBody<Output>(guard: z.ZodType<Output>, body: unknown, message: string): Output {
  const parsed = guard.safeParse(body);
  if (!parsed.success) throw badRequest(message);
  return parsed.data;
}

export const denied = (): GraphError =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

export const unauthenticated = (): GraphError =>
  new GraphError(401, 'InvalidAuthenticationToken', 'Access token validation failure.');

/** @see https://learn.microsoft.com/en-us/graph/errors */
export const answerGraphError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { status, code, message } =
    error instanceof GraphError ? error : badRequest('Unable to read JSON request payload.');
  const requestId = randomUUID();
  response.status(status).json({
    error: {
      code,
      message,
      innerError: { date: new Date().toISOString(), 'request-id': requestId, 'client-request-id': requestId },
    },
  });
};
