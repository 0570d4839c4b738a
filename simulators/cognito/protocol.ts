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
