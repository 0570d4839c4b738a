import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';
import { keepGroups, refusePreToken, refuseVerify } from './reply.js';

const readEvent = (name: string): unknown =>
  JSON.parse(readFileSync(join(projectRoot, 'adapters/cognito/fixtures', `${name}.json`), 'utf8'));
const refusal = refusePreToken('custom:face_token')('internal');

/** The groups in the answer to an event, for both versions of it. */
const groupsFor = (event: unknown): unknown[] =>
  Object.values(keepGroups(event, refusal).body.response).map((details) => Object(details).groupOverrideDetails);

test.each([
  ['pre-token-v1-documented', 'arn:aws:iam::123456789012:role/sns_caller'],
  ['pre-token-v2-documented', 'arn:aws:iam::123456789012:role/sns_caller'],
  ['pre-token-v2-receipt', null],
])('a reply keeps the groups of the event: %s', (name, preferredRole) => {
  const expected = { groupsToOverride: expect.any(Array), iamRolesToOverride: expect.any(Array), preferredRole };
  expect(groupsFor(readEvent(name))).toEqual([expected, expected]);
});

test.each<[string, unknown]>([
  ['of a client without a user', readEvent('pre-token-v3-client-credentials')],
  ['without group data', { request: {} }],
  ['with unknown group data', { request: { groupConfiguration: { groupsToOverride: 'staff' } } }],
  ['that is null', null],
])('a reply omits groups for an event %s', (_, event) => {
  expect(keepGroups(event, refusal)).toEqual(refusal);
});

test('a reply that changes no tokens is returned unchanged', () => {
  const answer = refuseVerify('internal');
  expect(keepGroups(readEvent('pre-token-v1-documented'), answer)).toEqual(answer);
});
