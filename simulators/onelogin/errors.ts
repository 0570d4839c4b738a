import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';
import { Refused } from '../serve.js';

export class ApiError extends Refused {}

export const unauthorized = (): ApiError => new ApiError(401, 'UnauthorizedError', 'Unauthorized');
export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequestError', message);
export const notFound = (): ApiError =>
  new ApiError(404, 'NotFoundError', 'The resource with the given id could not be found');
export const conflict = (message: string): ApiError => new ApiError(409, 'ConflictError', message);
export const unprocessable = (message: string): ApiError => new ApiError(422, 'UnprocessableEntityError', message);

export function findIn<Key, Entry>(entries: ReadonlyMap<Key, Entry>, key: Key): Entry {
  const found = entries.get(key);
  if (found === undefined) throw notFound();
  return found;
}

/** Parses a body strictly: unknown properties are refused by name. */
export function parseBody<Output>(guard: z.ZodType<Output>, body: unknown): Output {
  const parsed = guard.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unprocessable(
    issue?.code === 'unrecognized_keys'
      ? `instance additionalProperty "${issue.keys[0]}" exists in instance when not allowed`
      : `instance.${issue?.path.join('.')} is not valid`,
  );
}

/** Express recognizes error handlers by four parameters. */
export const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  const known = error instanceof ApiError ? error : error instanceof SyntaxError ? badRequest('Invalid JSON') : null;
  const { status, code, message } = known ?? new ApiError(500, 'InternalServerError', 'Internal Server Error');
  response.status(status).json({ statusCode: status, name: code, message });
};
