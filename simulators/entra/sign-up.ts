import { randomUUID } from 'node:crypto';
import {
  CalloutError,
  callExtension,
  readSignUpAction,
  type SignUpAction,
  type SignUpAttributes,
  toSignUpPayload,
} from './callout.js';
import type { Cloud } from './cloud.js';
import { GraphError } from './graph-context.js';
import { findSignUpListener, hasCaller, type SignUpEvent } from './graph-events.js';
import { checkExtensionValue, extensionsOf } from './graph-users.js';
import { createUser, type Tenant } from './tenant.js';

/** Result of a sign-up: a user, a blocking page, or an error page without details. */
export type SignUp =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly page: 'block' | 'validation' | 'error'; readonly message: string };

export interface SignUpForm {
  readonly appId: string;
  readonly email: string;
  readonly attributes: SignUpAttributes;
}

export async function signUp(cloud: Cloud, tenant: Tenant, { appId, email, attributes }: SignUpForm): Promise<SignUp> {
  const identities = [{ signInType: 'email', issuer: 'contoso.onmicrosoft.com', issuerAssignedId: email }];
  const events: readonly SignUpEvent[] = ['attributeCollectionStart', 'attributeCollectionSubmit'];
  const isCalling = events.some((event) => findSignUpListener(tenant, event, appId) !== undefined);
  if (isCalling && !hasCaller(tenant)) return { ok: false, page: 'error', message: 'AADB2C90063' };
  const correlationId = randomUUID();
  const empty = Object.fromEntries(Object.keys(attributes).map((name) => [name, '']));
  const call = async (event: SignUpEvent, typed: SignUpAttributes) => {
    const listener = findSignUpListener(tenant, event, appId);
    if (listener === undefined) return { kind: 'continue' } as const;
    const extension = tenant.customExtensions.get(listener.extensionId);
    if (extension === undefined) throw new CalloutError(1003011);
    const context = { tenant, extension, listenerId: listener.id, appId, correlationId };
    const payload = toSignUpPayload(event, context, { identities, attributes: typed });
    return callExtension<SignUpAction>(cloud, tenant, extension, payload, readSignUpAction(event));
  };
  try {
    const shown = await call('attributeCollectionStart', empty);
    if (shown.kind === 'block') return { ok: false, page: 'block', message: shown.message };
    const submitted = await call('attributeCollectionSubmit', attributes);
    if (submitted.kind === 'block' || submitted.kind === 'validation') {
      return { ok: false, page: submitted.kind, message: submitted.message };
    }
    // Only attributes of the form can change; others are ignored.
    const changed = submitted.kind === 'values' ? submitted.values : {};
    const kept = Object.keys(attributes).map((name) => [name, changed[name] ?? attributes[name]] as const);
    return { ok: true, userId: register(tenant, email, Object.fromEntries(kept)) };
  } catch (error) {
    if (!(error instanceof CalloutError) && !(error instanceof GraphError)) throw error;
    return { ok: false, page: 'error', message: error.message };
  }
}

function register(tenant: Tenant, email: string, values: Readonly<Record<string, unknown>>): string {
  const known = extensionsOf(tenant);
  const extensions = Object.entries(values).filter(([name, value]) => known.has(name) && value !== '');
  for (const [name, value] of extensions) checkExtensionValue(tenant, name, value);
  return createUser(tenant, {
    userPrincipalName: `${randomUUID()}@contoso.onmicrosoft.com`,
    displayName: String(values.displayName ?? 'unknown'),
    mail: email,
    userType: 'Member',
    extensions: Object.fromEntries(extensions),
  }).id;
}
