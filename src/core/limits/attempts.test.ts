import { expect, test } from '@jest/globals';
import { attemptScopes, attemptsOf, attemptsOfHook, attemptsOfSubject } from './attempts.js';

const bindingOf = (idp: string, tenant: string, subject: string) => ({
  tenant,
  idp,
  subject,
  scope: 'sign-in',
  accuracy: 4 as const,
});

test('different users and networks never share a counter, regardless of the characters in their ids', () => {
  const people = [
    ['okta', 'work', 'anna'],
    ['okta', 'work', 'anna:from:192.0.2.7'],
    ['okta', 'work:anna', 'from:192.0.2.7'],
    ['okta', 'work', 'anna%3Afrom%3A192.0.2.7'],
    ['okta:work', 'anna', ''],
    ['okta', 'work:anna', ''],
  ].map(([idp = '', tenant = '', subject = '']) => bindingOf(idp, tenant, subject));
  const names = people.flatMap((who) => [
    attemptsOfSubject(who).name,
    ...attemptScopes.flatMap((scope) => attemptsOf(who, '192.0.2.7', scope).map(({ name }) => name)),
  ]);
  expect(new Set(names).size).toBe(names.length);
  const unlocked = people.map((who) => attemptsOfHook(who, { application: null, address: null }).unlistedOf);
  expect(new Set(unlocked).size).toBe(people.length);
});

test('counters of ordinary ids have stable names', () => {
  expect(attemptsOfSubject(bindingOf('okta', 'work', '00u1ab2cd3')).name).toBe('subject:okta:work:00u1ab2cd3');
});
