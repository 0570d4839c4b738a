import { isSameLogin } from '../../src/connections/login.js';
import { toWholeName } from '../../src/connections/search.js';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account, NamedAccount } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';

export interface FoundUser {
  readonly username: string;
  readonly attributes: ReadonlyMap<string, string>;
}

type Attributes = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined;

/** @throws FaceError `profile_unavailable` if Cognito omits required fields */
export function toUser(username: string | undefined, attributes: Attributes): FoundUser {
  if (username === undefined || attributes === undefined) throw notUnderstood();
  return { username, attributes: new Map(attributes.map(({ Name = '', Value = '' }) => [Name, Value])) };
}

/** Returns the sign-in name. For users who sign in by e-mail or phone, Cognito sets the user name to the `sub`. */
export const nameOf = ({ username, attributes }: FoundUser): string =>
  username === attributes.get('sub')
    ? (attributes.get('email') ?? attributes.get('phone_number') ?? username)
    : username;

/** Returns true if the user signs in by this name. The API also finds users by `sub`, which is not a sign-in name. */
export const isNamed = (user: FoundUser, login: string): boolean =>
  [
    nameOf(user),
    ...['email', 'phone_number', 'preferred_username'].map((name) => user.attributes.get(name) ?? ''),
  ].some((name) => isSameLogin(name, login));

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

export function toNamedAccount(user: FoundUser): NamedAccount {
  const [name = '', given = '', family = ''] = ['name', 'given_name', 'family_name'].map((each) =>
    user.attributes.get(each),
  );
  return { ...toAccount(user), name: name || toWholeName(given, family) };
}

export const notUnderstood = () => new FaceError('profile_unavailable', { reason: 'answer not understood' });
