import { z } from 'zod';
import type { OktaSimulator } from '../../simulators/okta/index.js';
import { newId, type SamlApp } from '../../simulators/okta/org.js';

/* Hooks that tests create in a simulated Okta by hand, as an administrator would in the Admin Console. */

type Org = Pick<OktaSimulator, 'api' | 'org'>;

export interface HookChannelSettings {
  readonly type: 'HTTP';
  readonly header: string;
  readonly secret: string;
}

const withIdGuard = z.object({ id: z.string() });

export const hookTypes = {
  token: 'com.okta.oauth2.tokens.transform',
  registration: 'com.okta.user.pre-registration',
  'password-import': 'com.okta.user.credential.password.import',
} as const;

const toChannel = (uri: string, key: string, value: string) => ({
  type: 'HTTP',
  version: '1.0.0',
  config: { uri, method: 'POST', headers: [], authScheme: { type: 'HEADER', key, value } },
});

/**
 * Creates a hook and attaches it to a policy rule, of the default authorization server or of the user profile policy. A
 * password import hook needs no rule.
 */
export async function attachHook(
  { api, org }: Org,
  given: { readonly kind: keyof typeof hookTypes; readonly uri: string; readonly channel: HookChannelSettings },
): Promise<{ readonly id: string }> {
  const { kind, uri, channel } = given;
  const type = hookTypes[kind];
  const hook = {
    name: `Face step-up, ${type}`,
    type,
    version: '1.0.0',
    channel: toChannel(uri, channel.header, channel.secret),
  };
  const { id } = withIdGuard.parse(await api('POST', '/api/v1/inlineHooks', hook));
  const policy = org.servers.get('default')?.policy;
  const { registrationRule: rule } = org;
  if (kind === 'token')
    await api('PUT', `/api/v1/authorizationServers/default/policies/${policy?.id}/rules/${policy?.rule.id}`, {
      name: 'Default rule',
      type: 'RESOURCE_ACCESS',
      conditions: { grantTypes: { include: ['password'] } },
      actions: { token: { accessTokenLifetimeMinutes: 60, inlineHook: { id } } },
    });
  if (kind === 'registration')
    await api('PUT', `/api/v1/policies/${rule.policyId}/rules/${rule.id}`, {
      name: 'Default rule',
      type: 'PROFILE_ENROLLMENT',
      actions: { profileEnrollment: { access: 'ALLOW', preRegistrationInlineHooks: [{ inlineHookId: id }] } },
    });
  return { id };
}

/** Adds a custom SAML application with this Assertion Inline Hook. */
export function addSamlApp({ org }: Org, label: string, hookId: string | null = null): SamlApp {
  const id = newId('0oa');
  const app: SamlApp = { id, label, status: 'ACTIVE', inlineHooks: hookId === null ? [] : [{ id: hookId }] };
  org.samlApps.set(id, app);
  return app;
}

export async function addEventHook(
  { api }: Org,
  { uri, secret, events }: { readonly uri: string; readonly secret: string; readonly events: readonly string[] },
): Promise<void> {
  const channel = toChannel(uri, 'Authorization', secret);
  const hook = { name: 'Face step-up, events', events: { type: 'EVENT_TYPE', items: events }, channel };
  await api('POST', '/api/v1/eventHooks', hook);
}
