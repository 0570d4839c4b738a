import { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { ApiError, findIn, invalid, notFound, parseBody, wrongStatus } from './errors.js';
import { isoNow, newId, type Org, type OrgUser } from './org.js';

/** @see https://developer.okta.com/docs/guides/authenticators-tac-authenticator/main/ */
export const newCodeAuthenticator = () => ({
  id: newId('aut'),
  key: 'tac',
  type: 'tac',
  name: 'Temporary Access Code',
  status: 'ACTIVE' as 'ACTIVE' | 'INACTIVE',
  provider: {
    type: 'tac',
    configuration: {
      minTtl: 10,
      maxTtl: 14_400,
      defaultTtl: 120,
      length: 16,
      complexity: { numbers: true, letters: true, specialCharacters: false },
      multiUseAllowed: false,
    },
  },
});

export const newEnrolmentPolicies = () => [
  {
    id: newId('00p'),
    type: 'MFA_ENROLL',
    name: 'Default Policy',
    status: 'ACTIVE' as 'ACTIVE' | 'INACTIVE',
    settings: {
      type: 'AUTHENTICATORS',
      authenticators: [{ key: 'okta_password', enroll: { self: 'REQUIRED' } }],
    },
  },
];

export interface AccessCode {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly multiUse: boolean;
  isUsed: boolean;
}

/** Statuses in which a user can sign in. */
const open: readonly OrgUser['status'][] = ['ACTIVE', 'PASSWORD_EXPIRED'];
/** Statuses in which Okta changes a password. */
const withPassword: readonly OrgUser['status'][] = ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'];

function findAliveCode(org: Org, value: string): AccessCode | undefined {
  const found = [...org.codes].find(([, code]) => code.value === value);
  if (found === undefined || org.codeAuthenticator?.status !== 'ACTIVE') return undefined;
  const [userId, code] = found;
  const status = org.users.get(userId)?.status;
  const isAlive = status !== undefined && open.includes(status) && !code.isUsed && org.now() < code.expiresAt;
  return isAlive ? code : undefined;
}

export const isCredentialAlive = (org: Org, value: string): boolean =>
  findAliveCode(org, value) !== undefined ||
  [...org.users.values()].some(({ password, status }) => password === value && open.includes(status));

export function useCredential(org: Org, value: string): boolean {
  const isAlive = isCredentialAlive(org, value);
  const code = findAliveCode(org, value);
  if (code?.multiUse === false) code.isUsed = true;
  return isAlive;
}

const newCodeGuard = z.strictObject({
  authenticatorId: z.string(),
  profile: z.strictObject({
    // The description has a text, its example a number.
    ttl: z.coerce.number().int().optional(),
    multiUse: z.boolean().default(false),
  }),
});

/**
 * Creates the API of authenticator enrolments, temporary passwords, factors and administrator roles. A new code ends
 * the former one.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserAuthenticatorEnrollments/
 */
export function createRecoveryApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const read = requireScope('okta.users.read');
  const manage = requireScope('okta.users.manage');
  const find = ({ params }: Request): OrgUser => findIn(org.users, params.id, 'User');
  const toView = ({ id, createdAt }: AccessCode) => {
    const created = new Date(createdAt).toISOString();
    const name = 'Temporary Access Code';
    return { type: 'tac', id, key: 'tac', status: 'ACTIVE', name, created, lastUpdated: created };
  };
  router.get('/:id/authenticator-enrollments', read, (request, response) => {
    const user = find(request);
    const code = org.codes.get(user.id);
    const created = user.created;
    const password = { type: 'password', id: `lae${user.id.slice(3)}`, key: 'okta_password', status: 'ACTIVE' };
    response.json([
      { ...password, name: 'Password', created, lastUpdated: created },
      ...(code === undefined ? [] : [toView(code)]),
    ]);
  });
  router.post('/:id/authenticator-enrollments/tac', manage, (request, response) => {
    const user = find(request);
    const { authenticatorId, profile } = parseBody(newCodeGuard, request.body, 'authenticator');
    const authenticator = org.codeAuthenticator;
    if (authenticator?.id !== authenticatorId || authenticator.status !== 'ACTIVE')
      throw invalid('authenticatorId', ['authenticatorId: The authenticator is not active']);
    if (!open.includes(user.status)) throw wrongStatus();
    const { minTtl, maxTtl, defaultTtl, length, multiUseAllowed } = authenticator.provider.configuration;
    const { ttl = defaultTtl, multiUse } = profile;
    if (ttl < minTtl || ttl > maxTtl) throw invalid('ttl', [`ttl: must be between ${minTtl} and ${maxTtl}`]);
    if (multiUse && !multiUseAllowed) throw invalid('multiUse', ['multiUse: not allowed by the authenticator']);
    const code: AccessCode = {
      id: newId('tac'),
      value: newId('', length),
      createdAt: org.now(),
      expiresAt: org.now() + ttl * 60_000,
      multiUse,
      isUsed: false,
    };
    org.codes.set(user.id, code);
    const expiresAt = new Date(code.expiresAt).toISOString();
    response.json({ ...toView(code), profile: { tac: code.value, multiUse, expiresAt } });
  });
  router.delete('/:id/authenticator-enrollments/:enrollmentId', manage, (request, response) => {
    const user = find(request);
    const { enrollmentId } = request.params;
    if (org.codes.get(user.id)?.id !== enrollmentId) throw notFound(String(enrollmentId), 'AuthenticatorEnrollment');
    org.codes.delete(user.id);
    response.status(204).end();
  });
  router.post('/:id/lifecycle/expire_password_with_temp_password', manage, (request, response) => {
    const user = find(request);
    if (user.source !== undefined) throw new ApiError(403, 'E0000017', 'Password reset failed');
    if (!withPassword.includes(user.status)) throw wrongStatus();
    user.password = newId('', 12);
    user.status = 'PASSWORD_EXPIRED';
    if (request.query.revokeSessions === 'true') user.sessionsEndedAt = isoNow(org);
    response.json({ tempPassword: user.password });
  });
  router.get('/:id/factors', read, (request, response) => {
    const { factors = [] } = find(request);
    response.json(factors.map((name) => ({ id: `ufs${name}`, factorType: name, provider: 'OKTA', status: 'ACTIVE' })));
  });
  router.post('/:id/lifecycle/reset_factors', manage, (request, response) => {
    find(request).factors = [];
    response.end();
  });
  router.get('/:id/roles', requireScope('okta.roles.read'), (request, response) => {
    const { id } = find(request);
    const groups = [...org.groups].filter(([, { members }]) => members.has(id)).map(([group]) => group);
    const own = org.roles.filter(({ holder }) => holder === id || groups.includes(holder));
    response.json(
      own.map(({ type, label, holder }, index) => ({
        id: `ra${index}`,
        type,
        label,
        status: 'ACTIVE',
        assignmentType: holder === id ? 'USER' : 'GROUP',
      })),
    );
  });
  return router;
}
