/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

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
