import { expect, test } from '@jest/globals';
import { toCensusFinding } from './census-text.js';

const census = { users: 340, enrolled: 12, isComplete: true };

test('in shadow mode it says who would be refused', () => {
  expect(toCensusFinding(census, { mode: 'shadow', whenNotEnrolled: 'refuse' })).toEqual({
    verdict: 'pass',
    found: 'enrolled 12 of 340 users; 328 users would be refused if policy.mode were enforce',
    remedy: null,
  });
});

test('in enforce mode it is to be looked at, with what to do', () => {
  expect(toCensusFinding(census, { mode: 'enforce', whenNotEnrolled: 'refuse' })).toMatchObject({
    verdict: 'warn',
    found: 'enrolled 12 of 340 users; 328 users are refused',
    remedy: expect.stringContaining('shadow'),
  });
});

test('where they enrol at the first step-up, it says where they do not', () => {
  const { found } = toCensusFinding(census, { mode: 'shadow', whenNotEnrolled: 'enrol' });
  expect(found).toBe(
    'enrolled 12 of 340 users; 328 users would be refused if policy.mode were enforce, except where the provider proves ' +
      'who they are: there they enrol',
  );
});

test.each(['shadow', 'enforce'] as const)('with everybody enrolled nothing is said of others, in %s mode', (mode) => {
  const everybody = { users: 1, enrolled: 1, isComplete: true };
  expect(toCensusFinding(everybody, { mode, whenNotEnrolled: 'refuse' })).toEqual({
    verdict: 'pass',
    found: 'enrolled 1 of 1 user',
    remedy: null,
  });
});

test('of users whose token is not theirs it warns, whatever the mode, and says what to do', () => {
  const policy = { mode: 'shadow', whenNotEnrolled: 'refuse' } as const;
  const finding = toCensusFinding({ users: 3, enrolled: 1, isComplete: true }, policy, 2);
  expect(finding).toEqual({
    verdict: 'warn',
    found:
      'enrolled 1 of 3 users; 2 users would be refused if policy.mode were enforce. ' +
      '2 users of these hold a token that was not made for this user and opens for no face',
    remedy: expect.stringContaining('docs/facenition.md'),
  });
});

test('a count that was broken off says at least', () => {
  const some = { users: 20_000, enrolled: 19_999, isComplete: false };
  expect(toCensusFinding(some, { mode: 'enforce', whenNotEnrolled: 'refuse' }).found).toBe(
    'enrolled 19,999 of the first 20,000 users, and there are more; at least 1 user is refused',
  );
});
