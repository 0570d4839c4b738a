import { z } from 'zod';
import { ServiceError } from '../aws.js';
import type { UserPool } from './pool.js';

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message);
export const notAuthorized = (message = 'Incorrect username or password.'): ServiceError =>
  new ServiceError('NotAuthorizedException', message);
export const userNotFound = (): ServiceError => new ServiceError('UserNotFoundException', 'User does not exist.');
export const resourceNotFound = (message: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', message);

/** Creates the error for a value above a length limit of the API. */
export const tooLong = (member: string, max: number): ServiceError =>
  invalidParameter(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
  );

interface Call {
  readonly pool: UserPool;
  readonly body: unknown;
  readonly now: number;
}

export type Operation = (call: Call) => unknown;

export const pageGuard = z.object({
  Limit: z.int().min(0).max(60).default(60),
  NextToken: z.string().regex(/^\d+$/).default('0'),
});

export function toPage<Entry>(entries: readonly Entry[], { Limit, NextToken }: z.output<typeof pageGuard>) {
  const end = Number(NextToken) + Limit;
  return {
    page: entries.slice(Number(NextToken), end),
    more: entries.length > end ? { NextToken: String(end) } : {},
  };
}
