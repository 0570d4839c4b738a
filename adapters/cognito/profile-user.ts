import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { isSameLogin } from '../login.js';

/** A user as the API tells of them. */
export interface FoundUser {
  readonly username: string;
  readonly attributes: ReadonlyMap<string, string>;
}

type Attributes = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined;

/** @throws FaceError `profile_unavailable` where the answer lacks what every user has */
export function toUser(username: string | undefined, attributes: Attributes): FoundUser {
  if (username === undefined || attributes === undefined) throw notUnderstood();
  return { username, attributes: new Map(attributes.map(({ Name = '', Value = '' }) => [Name, Value])) };
}

/** By which a user signs in: where that is an address or a number, Cognito makes up a user name, the `sub`. */
export const nameOf = ({ username, attributes }: FoundUser): string =>
  username === attributes.get('sub')
    ? (attributes.get('email') ?? attributes.get('phone_number') ?? username)
    : username;

/** The API finds users by their `sub` too, which nobody signs in by. */
export const isNamed = (user: FoundUser, login: string): boolean =>
  [
    nameOf(user),
    ...['email', 'phone_number', 'preferred_username'].map((name) => user.attributes.get(name) ?? ''),
  ].some((name) => isSameLogin(name, login));

/** @throws FaceError `profile_unavailable`: without a `sub` */
export function toAccount(user: FoundUser): Account {
  const subject = user.attributes.get('sub');
  if (subject === undefined) throw notUnderstood();
  return {
    subject,
    login: nameOf(user),
    email: user.attributes.get('email') ?? null,
    phone: toPhoneNumber(user.attributes.get('phone_number')),
  };
}

/** The answer lacks what it should have. */
export const notUnderstood = () => new FaceError('profile_unavailable', { reason: 'answer not understood' });
