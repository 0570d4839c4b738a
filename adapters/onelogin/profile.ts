import { z } from 'zod';
import type { Account, Asker, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { isLogin, isSameLogin } from '../login.js';
import type { RestAnswer } from '../rest-call.js';
import { toStoredToken } from '../stored-token.js';
import { type OneLoginApi, toUnavailable } from './client.js';
import type { OneLoginSettings } from './config.js';

/** A user's id as OneLogin counts them. Anything else would be another address of the API. */
function toUserPath(subject: string): string {
  if (!/^[1-9]\d{0,18}$/.test(subject)) throw new FaceError('subject_unknown');
  return `/api/2/users/${subject}`;
}

const accountGuard = z.object({
  id: z.union([z.number(), z.string()]).transform(String),
  username: z.string().nullish(),
  email: z.string().nullish(),
});

type FoundUser = z.output<typeof accountGuard>;

/** A user has a name, or an address, or both. */
const toAccount = ({ id, username, email }: FoundUser): Account => ({
  subject: id,
  login: username || email || '',
  email: email || null,
});

/**
 * Reads and writes the token in a custom field of the user.
 * @see https://developers.onelogin.com/api-docs/2/users/update-user
 */
export function createOneLoginProfile(
  { attribute }: Pick<OneLoginSettings, 'attribute'>,
  { api, log }: { readonly api: OneLoginApi; readonly log: Log },
): Profile {
  // A field that nobody has filled in is null, or not there at all.
  const userGuard = z.object({
    id: z.union([z.number(), z.string()]).transform(String),
    custom_attributes: z.object({ [attribute]: z.unknown().optional() }).nullish(),
  });
  const readUser = ({ status, body }: RestAnswer) => {
    if (status === 404) throw new FaceError('subject_unknown');
    if (status !== 200) throw toUnavailable({ status });
    const user = userGuard.safeParse(body);
    if (!user.success) throw toUnavailable({ reason: 'answer not understood' });
    return { id: user.data.id, value: user.data.custom_attributes?.[attribute] ?? '' };
  };
  // An empty text clears the field.
  const write = async (subject: string, text: string): Promise<void> => {
    const change = { custom_attributes: { [attribute]: text } };
    const { value } = readUser(await api.call('PUT', toUserPath(subject), change));
    // How much a field holds is not documented: a token that was cut off would never open again.
    if (value !== text) throw toUnavailable({ reason: 'the field does not hold what was written' });
  };

  /** Who has that text as the value of a field. OneLogin reads `*` and `!` in it as more than themselves. */
  const listBy = async (field: 'username' | 'email', text: string, asker?: Asker): Promise<readonly FoundUser[]> => {
    const query = new URLSearchParams({ [field]: text, fields: 'id,username,email' });
    const { status, body } = await api.call('GET', `/api/2/users?${query}`, null, asker);
    if (status !== 200) throw toUnavailable({ status });
    const users = z.array(accountGuard).safeParse(body);
    if (!users.success) throw toUnavailable({ reason: 'answer not understood' });
    return users.data.filter((user) => isSameLogin(user[field] ?? '', text));
  };
  const findAccount: Profile['findAccount'] = async (login, asker) => {
    if (!isLogin(login)) return null;
    const named = [...(await listBy('username', login, asker)), ...(await listBy('email', login, asker))];
    const [found, ...others] = new Map(named.map((user) => [user.id, user])).values();
    return found === undefined || others.length > 0 ? null : toAccount(found);
  };

  return {
    findAccount,
    async readAccount(subject, asker) {
      const { status, body } = await api.call('GET', toUserPath(subject), null, asker);
      if (status === 404) throw new FaceError('subject_unknown');
      if (status !== 200) throw toUnavailable({ status });
      const user = accountGuard.safeParse(body);
      if (!user.success) throw toUnavailable({ reason: 'answer not understood' });
      if (user.data.id !== subject) throw new FaceError('subject_unknown');
      return toAccount(user.data);
    },
    async readToken(subject) {
      const { id, value } = readUser(await api.call('GET', toUserPath(subject)));
      if (id !== subject) throw new FaceError('subject_unknown');
      return toStoredToken(value, { attribute, log });
    },
    writeToken: (subject, token) => token.use((text) => write(subject, text)),
    clearToken: (subject) => write(subject, ''),
  };
}
