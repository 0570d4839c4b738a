import type { JsonObject } from '../../src/core/base/json.js';
import { standardClaims } from '../../src/core/consented-data/claims.js';
import type { Account, Group, NamedAccount, Profile } from '../../src/core/ports.js';
import { PersonalData, SealedToken } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';

export const loginOf = (subject: string): string => `${subject}@example.com`;

export const nameOf = (subject: string): string => `${subject} Example`;

const toAccount = (subject: string): Account => ({
  subject,
  login: loginOf(subject),
  email: loginOf(subject),
  phone: '+4915112345678',
});

/** A provider that has every group. Its id is its name. */
export const findEveryGroup = async (named: string): Promise<readonly string[]> => [named];

/** Creates a directory in memory. `attributes` contains the attribute values that were written. */
export function createMemoryProfile(subjects: readonly string[]): Profile & {
  readonly attributes: Map<string, string | null>;
  readonly details: Map<string, JsonObject>;
  readonly groups: Map<string, readonly Group[]>;
  setDown(down: boolean): void;
} {
  const attributes = new Map<string, string | null>(subjects.map((subject) => [subject, null]));
  const details = new Map<string, JsonObject>();
  const groups = new Map<string, readonly Group[]>();
  let isDown = false;
  const find = (subject: string): string | null => {
    if (isDown) throw new FaceError('profile_unavailable');
    const value = attributes.get(subject);
    if (value === undefined) throw new FaceError('subject_unknown');
    return value;
  };
  const findAccount: Profile['findAccount'] = async (login) => {
    if (isDown) throw new FaceError('profile_unavailable');
    const subject = [...attributes.keys()].find((each) => loginOf(each).toLowerCase() === login.toLowerCase());
    return subject === undefined ? null : toAccount(subject);
  };
  return {
    attributes,
    details,
    groups,
    setDown: (down) => {
      isDown = down;
    },
    findAccount,
    async readAccount(subject) {
      find(subject);
      return { ...toAccount(subject), name: nameOf(subject) };
    },
    async searchAccounts(text, limit) {
      if (isDown) throw new FaceError('profile_unavailable');
      const wanted = text.toLowerCase();
      const named = [...attributes.keys()].map((subject) => ({ ...toAccount(subject), name: nameOf(subject) }));
      const isCalled = ({ login, name }: NamedAccount): boolean =>
        [login, name ?? '', ...(name ?? '').split(' ')].some((each) => each.toLowerCase().startsWith(wanted));
      return text.trim() === '' ? [] : named.filter(isCalled).slice(0, limit);
    },
    claimNames: new Set([...standardClaims, 'employee_number', 'motto']),
    async readClaims(subject, names) {
      find(subject);
      const known = { preferred_username: loginOf(subject), email: loginOf(subject), ...details.get(subject) };
      return new PersonalData(Object.fromEntries(Object.entries(known).filter(([name]) => names.includes(name))));
    },
    async readGroups(subject) {
      find(subject);
      return groups.get(subject) ?? [];
    },
    async readToken(subject) {
      const value = find(subject);
      return value === null ? null : new SealedToken(value);
    },
    async writeToken(subject, token) {
      find(subject);
      token.use((text) => attributes.set(subject, text));
    },
    async clearToken(subject) {
      find(subject);
      attributes.set(subject, null);
    },
  };
}
