import { expect, test } from '@jest/globals';
import { connectionGuards } from '../../../support/data/connection-guards.js';
import { loadConfig } from '../../config/load.js';
import { problemsOf } from '../../config/problem.js';
import { developerPortal } from './index.js';

const load = (settings: object) =>
  loadConfig({
    env: { FACESTEP_CONFIG: '/f' },
    readFile: async () => JSON.stringify(settings),
    connectionGuards,
    sections: developerPortal.sections,
    checkSections: developerPortal.check,
  });

test('a sandbox that names an unknown connection is refused, together with other problems', async () => {
  const error: unknown = await load({
    onboarding: { sandbox: 'play' },
    console: { stepUp: { connection: 'play' } },
  }).catch((refused: unknown) => refused);
  expect(problemsOf(error)).toEqual([
    { path: 'console.stepUp.connection', reason: 'expected the id of a connection' },
    { path: 'onboarding.sandbox', reason: 'expected the id of a connection' },
  ]);
});

test('if the configuration has no section for the sandbox, developers have none', async () => {
  expect((await load({})).onboarding).toEqual({ sandbox: null, mostPerMinute: 600, mostPerDay: 100_000 });
});
