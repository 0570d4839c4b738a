import { SealedToken } from '../src/core/concealed.js';
import type { Account, Profile } from '../src/core/ports.js';
import { FaceError } from '../src/errors.js';

/** The name a user of the directory in memory signs in by. */
export const loginOf = (subject: string): string => `${subject}@example.com`;

const toAccount = (subject: string): Account => ({
  subject,
  login: loginOf(subject),
  email: loginOf(subject),
  phone: '+4915112345678',
});

/** A directory in memory. `attributes` is the directory itself: read it to see what was really written. */
export function createMemoryProfile(subjects: readonly string[]): Profile & {
  readonly attributes: Map<string, string | null>;
  setDown(down: boolean): void;
} {
  const attributes = new Map<string, string | null>(subjects.map((subject) => [subject, null]));
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
    setDown: (down) => {
      isDown = down;
    },
    findAccount,
    async readAccount(subject) {
      find(subject);
      return toAccount(subject);
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
