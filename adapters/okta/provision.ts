import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { mostFound, singleMatch } from '../../src/connections/groups.js';
import { manualStep, type Provisioning, toRotatable } from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { Member, NamedGroup } from '../../src/core/ports.js';
import { createSendToOkta, listPages, type OktaProvisionDeps, withScopes } from './client.js';
import type { OktaConnection } from './config.js';
import { describePermissions, scopesOf } from './provision-access.js';
import { createAttributeStep, receiptAttribute, tokenAttribute } from './provision-attribute.js';
import { createChecks } from './provision-checks.js';
import { createEventHookStep } from './provision-events.js';
import { createInlineHookStep } from './provision-hooks.js';
import { createAuthenticatorStep, createIdpStep, createUsageStep } from './provision-idps.js';
import { createSecurityEventsStep } from './provision-receiver.js';
import { createRecoverySteps } from './provision-recovery.js';
import { createEnrolmentRuleStep, createTokenRuleStep } from './provision-rules.js';

const pageSize = 200;

const holderGuard = z.object({ id: z.string(), profile: z.record(z.string(), z.unknown()).nullish() });

/** Lists active users with the token attribute only. It uses `filter`, because the index of `search` may be stale. */
export async function* listCoverage({ settings, fetch }: OktaProvisionDeps): AsyncGenerator<CoveragePage> {
  const { attribute } = settings.okta;
  const query = { filter: 'status eq "ACTIVE"', fields: `id,profile:(${attribute})`, limit: String(pageSize) };
  const written = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const pages = listPages(holderGuard, `/api/v1/users?${written.join('&')}`, createSendToOkta(settings.okta, fetch));
  for await (const users of pages)
    yield countPage(users.map(({ id, profile }) => ({ subject: id, value: profile?.[attribute] })));
}

const scopes = ['okta.users.read', 'okta.groups.read'];

const groupsGuard = z.array(z.object({ id: z.string() }));
const namedGuard = z.array(z.object({ id: z.string(), profile: z.object({ name: z.string() }) }));
const memberGuard = z.object({
  id: z.string(),
  status: z.string(),
  profile: z.looseObject({ login: z.string().min(1), email: z.string().nullish() }),
});

const staying: readonly string[] = ['ACTIVE', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'RECOVERY'];

/**
 * Lists a group's users, except deprovisioned, suspended and not yet activated ones.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/#tag/Group/operation/listGroupUsers
 */
export async function* listMembers(
  group: string,
  { settings, fetch }: Pick<OktaProvisionDeps, 'settings' | 'fetch'>,
): AsyncGenerator<Member[]> {
  const { attribute } = settings.okta;
  const send = createSendToOkta(withScopes(settings.okta, scopes), fetch);
  const findByName = async (): Promise<string> => {
    const query = new URLSearchParams({ search: `profile.name eq ${JSON.stringify(group)}`, limit: '2' });
    return singleMatch(parseAnswer(groupsGuard, (await send('GET', `/api/v1/groups?${query}`)).body)).id;
  };
  const id = /^00g[A-Za-z0-9]{17}$/.test(group) ? group : await findByName();
  for await (const users of listPages(memberGuard, `/api/v1/groups/${id}/users?limit=${pageSize}`, send))
    yield users
      .filter(({ status }) => staying.includes(status))
      .map(({ id: subject, profile }) => ({
        subject,
        login: profile.login,
        email: profile.email || null,
        isEnrolled: isFilled(profile[attribute]),
      }));
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/#tag/Group/operation/listGroups */
async function searchGroups(
  text: string,
  { settings, fetch }: Pick<OktaProvisionDeps, 'settings' | 'fetch'>,
): Promise<readonly NamedGroup[]> {
  const search = `profile.name co ${JSON.stringify(text)}`;
  const send = createSendToOkta(withScopes(settings.okta, scopes), fetch);
  const answer = await send('GET', `/api/v1/groups?${new URLSearchParams({ search, limit: String(mostFound) })}`);
  return parseAnswer(namedGuard, answer.body).map(({ id, profile: { name } }) => ({ id, name }));
}

export function createOktaProvisioning(adapterDeps: AdapterDeps<OktaConnection>): Provisioning {
  const { okta, oidc } = adapterDeps.settings;
  const { secret, previousSecret } = okta.hooks;
  const clients = oidc?.clients ?? [];
  const { registration } = okta.provision;
  const access = withScopes(okta, scopesOf(adapterDeps.settings));
  const deps: OktaProvisionDeps = { ...adapterDeps, send: createSendToOkta(access, adapterDeps.fetch) };
  const steps = [
    createAttributeStep(tokenAttribute(okta.attribute), deps),
    createInlineHookStep('token', deps),
    createTokenRuleStep(deps),
    createEventHookStep(deps),
    ...(registration === undefined
      ? []
      : [
          // In a sign-up form, Okta also accepts a field that is no attribute, and sends its value only to the hook.
          ...(okta.registration.receiptIn === 'form'
            ? []
            : [createAttributeStep(receiptAttribute(okta.registration.receiptField), deps)]),
          createInlineHookStep('registration', deps),
          createEnrolmentRuleStep(registration, deps),
        ]),
    ...(okta.provision.saml ? [createInlineHookStep('saml', deps), samlApps] : []),
    ...(okta.passwordImport === undefined ? [] : [createInlineHookStep('password-import', deps), importedUsers]),
    ...(okta.provision.securityEventsProvider ? [createSecurityEventsStep(deps)] : []),
    ...clients.flatMap((client) => {
      if (client.kind === 'okta_idv') return [createIdpStep(client, deps), verificationRule];
      if (client.kind !== 'okta_factor') return [];
      return [
        createIdpStep(client, deps),
        createUsageStep(client, deps),
        createAuthenticatorStep(client, deps),
        factorPolicies,
      ];
    }),
    ...createRecoverySteps(deps),
  ];
  return {
    permissions: describePermissions(adapterDeps.settings),
    steps,
    checks: createChecks(steps, deps),
    secrets: toRotatable('okta.hooks.secret.value', 'okta.hooks.previousSecret', {
      current: secret?.value,
      previous: previousSecret,
    }),
    listMembers: (group) => listMembers(group, deps),
    searchGroups: (text) => searchGroups(text, deps),
    groupPermission: 'okta.groups.read',
    census: (onPage) => measureCoverage(listCoverage(deps), deps, onPage),
  };
}

const samlApps = manualStep(
  'SAML applications that ask the hook',
  'Applications > Applications > a custom SAML application > General > SAML Settings > Edit.',
  'Under Advanced Settings, choose the hook as Assertion Inline Hook. Applications of the catalogue have none.',
  'The application must refuse assertions without the attribute face_verification: Okta sends them where the hook fails.',
);

const importedUsers = manualStep(
  'Users whose password is imported',
  'Create them by POST /api/v1/users with "credentials": {"password": {"hook": {"type": "default"}}}.',
  'Before the first sign-in, check the face of "identifier:<user name in lower case>" over POST /step-ups with a token you keep.',
);

const factorPolicies = manualStep(
  'Policies that ask for the face',
  'Security > Authenticators > Enrollment: in the policy of these users, set the IdP authenticator to Optional or Required.',
  'Security > Authentication Policies > the policy of the application > a rule: require Password + another factor, and choose "Allow specific authentication methods" with the IdP authenticator, or leave no other possession factor.',
  'Map nothing else: the ID token brings preferred_username, which is the login, and the stable sub.',
  'Users need an enrolment here before their first check: invite them (POST /invitations).',
);

const verificationRule = manualStep(
  'Rule that asks for a verified identity',
  'Security > Authentication Policies > Okta Account Management Policy > Add rule.',
  'IF: a custom expression on accessRequest.operation, which is "enroll" where an authenticator is enrolled.',
  'THEN: Access is Allowed after successful identity verification, with the identity provider of the step before.',
  'Users need an enrolment here before their first check. An identity verification does not enrol, because it also runs for users who have lost their password.',
);
