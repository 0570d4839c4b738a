import type { ProvisionDeps, Provisioning, ProvisionStep } from '../provisioning.js';
import { createSendToOkta } from './client.js';
import { createAttributeStep, receiptAttribute, tokenAttribute } from './provision-attribute.js';
import type { OktaProvisionDeps } from './provision-channel.js';
import { createChecks } from './provision-checks.js';
import { createEventHookStep } from './provision-events.js';
import { createInlineHookStep } from './provision-hooks.js';
import { createEnrolmentRuleStep, createTokenRuleStep } from './provision-rules.js';
import type { OktaConnection } from './schema-connection.js';

/** What provisioning asks for; the running service does without. */
const toScopes = (resources: readonly string[]): string[] =>
  resources.flatMap((resource) => [`okta.${resource}.read`, `okta.${resource}.manage`]);

/**
 * What sets an Okta org up for a connection, and what tells how it stands.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/
 */
export function createOktaProvisioning(given: ProvisionDeps<OktaConnection>): Provisioning {
  const { okta } = given.settings;
  const { registration } = okta.provision;
  const scopes = toScopes([
    ...['schemas', 'inlineHooks', 'authorizationServers', 'eventHooks'],
    ...(registration === undefined ? [] : ['policies']),
  ]);
  const access = { orgUrl: okta.orgUrl, auth: okta.auth.kind === 'private_key' ? { ...okta.auth, scopes } : okta.auth };
  const deps: OktaProvisionDeps = { ...given, send: createSendToOkta(access, given.fetch) };
  return {
    steps: [
      createAttributeStep(tokenAttribute(okta.attribute), deps),
      createInlineHookStep('token', deps),
      createTokenRuleStep(deps),
      createEventHookStep(deps),
      ...(registration === undefined
        ? []
        : [
            createAttributeStep(receiptAttribute(okta.registration.receiptField), deps),
            createInlineHookStep('registration', deps),
            createEnrolmentRuleStep(registration, deps),
          ]),
      ...(okta.provision.saml ? [createInlineHookStep('saml', deps), samlApps] : []),
      ...(okta.passwordImport === undefined ? [] : [createInlineHookStep('password-import', deps), importedUsers]),
    ],
    checks: createChecks(deps),
  };
}

/** A step that is described and never taken here. */
const byHand = (title: string, instructions: readonly string[]): ProvisionStep => ({
  title,
  inspect: async () => ({ state: 'manual', instructions }),
  apply: async () => {},
});

const samlApps = byHand('SAML applications that ask the hook', [
  'Applications > Applications > a custom SAML application > General > SAML Settings > Edit.',
  'Under Advanced Settings, choose the hook as Assertion Inline Hook. Applications of the catalogue have none.',
  'The application must refuse assertions without the attribute face_verification: Okta sends them where the hook fails.',
]);

const importedUsers = byHand('Users whose password is imported', [
  'Create them by POST /api/v1/users with "credentials": {"password": {"hook": {"type": "default"}}}.',
  'Before the first sign-in, check the face of "identifier:<user name in lower case>" over POST /step-ups with a token you keep.',
]);
