import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import type { NamedAccount, Profile } from '../../src/core/ports.js';
import { PersonalData } from '../../src/core/secrets.js';
import { testOutcomes } from '../../src/core/test-outcomes.js';
import { FaceError } from '../../src/errors.js';
import type { MemoryConnection } from './config.js';

/*
 * Test people, for applications that are being developed: each check ends as the name of the person says, without a
 * camera. They are in no directory, and their face cannot be enrolled.
 */

const people: readonly NamedAccount[] = testOutcomes.map((outcome) => ({
  subject: `${outcome}@`,
  login: `${outcome}@test.invalid`,
  email: null,
  phone: null,
  name: `Test: ${outcome}`,
}));

function find(subject: string): NamedAccount {
  const found = people.find((each) => each.subject === subject);
  if (found === undefined) throw new FaceError('subject_unknown');
  return found;
}

const profile: Profile = {
  findAccount: async (login) => people.find((each) => each.login === login.toLowerCase()) ?? null,
  readAccount: async (subject) => find(subject),
  searchAccounts: async (text, limit) =>
    people.filter(({ login }) => text !== '' && login.startsWith(text.toLowerCase())).slice(0, limit),
  claimNames: new Set(),
  readClaims: async () => new PersonalData({}),
  readGroups: async () => [],
  async readToken(subject) {
    find(subject);
    return null;
  },
  async writeToken() {
    throw new FaceError('profile_unavailable', { reason: 'test people' });
  },
  clearToken: async (subject) => void find(subject),
};

export function createMemoryAdapter({ settings }: AdapterDeps<MemoryConnection>): Adapter {
  return {
    kind: settings.kind,
    profile,
    testOutcomeOf: (subject) => testOutcomes.find((outcome) => subject === `${outcome}@`) ?? null,
    hooks: {},
    createProvisioning: async () => ({
      steps: [],
      checks: [],
      listMembers: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new FaceError('not_found')) }),
      }),
      searchGroups: async () => [],
      groupPermission: 'nothing',
      census: async () => ({ enrolled: 0, users: 0, isComplete: true }),
    }),
  };
}
