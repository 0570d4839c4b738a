import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from './cloud.js';
import { type CustomExtension, faultsOf } from './graph-events.js';
import { type DirectoryUser, eventsServiceAppId, findApplication, signToken, type Tenant } from './tenant.js';

interface CalloutContext {
  readonly tenant: Tenant;
  readonly extension: CustomExtension;
  readonly listenerId: string;
  readonly appId: string;
  readonly correlationId: string;
}

const toPrincipal = ({ tenant, appId }: CalloutContext) => {
  const found = [...tenant.servicePrincipals.values()].find((each) => each.appId === appId);
  const name = found?.displayName ?? 'Application';
  return { id: found?.id ?? randomUUID(), appId, appDisplayName: name, displayName: name };
};

const toEnvelope = (event: string, context: CalloutContext, more: { user?: object; userSignUpInfo?: object }) => {
  const { tenant, extension, listenerId, appId, correlationId } = context;
  const { user, ...rest } = more;
  return {
    type: `microsoft.graph.authenticationEvent.${event}`,
    source: `/tenants/${tenant.id}/applications/${appId}`,
    data: {
      '@odata.type': `microsoft.graph.on${event[0]?.toUpperCase()}${event.slice(1)}CalloutData`,
      tenantId: tenant.id,
      authenticationEventListenerId: listenerId,
      customAuthenticationExtensionId: extension.id,
      authenticationContext: {
        correlationId,
        client: { ip: '127.0.0.1', locale: 'en-us', market: 'en-us' },
        protocol: 'OAUTH2.0',
        clientServicePrincipal: toPrincipal(context),
        resourceServicePrincipal: toPrincipal(context),
        ...(user === undefined ? {} : { user }),
      },
      ...rest,
    },
  };
};

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference */
export function toTokenIssuancePayload(context: CalloutContext, user: DirectoryUser | null) {
  if (user === null) return toEnvelope('tokenIssuanceStart', context, {});
  const { id, displayName, mail, userPrincipalName, userType } = user;
  const told = { createdDateTime: '2026-03-01T15:23:40Z', displayName, id, mail, userPrincipalName, userType };
  return toEnvelope('tokenIssuanceStart', context, {
    user: userType === 'Guest' ? { ...told, preferredDataLocation: 'EUR' } : { ...told, preferredLanguage: 'en-us' },
  });
}

export type SignUpAttributes = Readonly<Record<string, string | number | boolean>>;

const odataTypes: Readonly<Record<string, string>> = { string: 'string', number: 'int64', boolean: 'boolean' };

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data */
export function toSignUpPayload(
  event: 'attributeCollectionStart' | 'attributeCollectionSubmit',
  context: CalloutContext,
  { identities, attributes }: { identities: readonly object[]; attributes: SignUpAttributes },
) {
  const described = Object.entries(attributes).map(([name, value], index) => {
    // The documented example uses both spellings.
    const key = index % 2 === 0 ? '@odata.type' : '@odata.Type';
    const attributeType = name.startsWith('extension_') ? 'directorySchemaExtension' : 'builtIn';
    return [
      name,
      { [key]: `microsoft.graph.${odataTypes[typeof value]}DirectoryAttributeValue`, value, attributeType },
    ] as const;
  });
  return toEnvelope(event, context, { userSignUpInfo: { attributes: Object.fromEntries(described), identities } });
}

/** Largest reply that is read. Entra documents that there is a limit (error 1003024), but not its value. */
const REPLY_MAX_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 1_000;

/** Failure of an extension, with its code in the sign-in logs. */
export class CalloutError extends Error {
  constructor(readonly code: number) {
    super(`1003xxx: ${code}`);
  }
}

/**
 * Calls a custom authentication extension as Entra does, with retries. `read` applies the event's rules to the reply.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/customextensionclientconfiguration
 */
export async function callExtension<Result>(
  cloud: Cloud,
  tenant: Tenant,
  extension: CustomExtension,
  payload: unknown,
  read: (body: unknown) => Result,
): Promise<Result> {
  const { timeoutInMilliseconds = DEFAULT_TIMEOUT_MS, maximumRetries = 1 } = extension.clientConfiguration ?? {};
  const timeoutMs = cloud.hookTimeoutMs ?? timeoutInMilliseconds;
  let attempts = 0;
  for (;;) {
    try {
      const [fault] = faultsOf(tenant, extension);
      if (fault !== undefined) throw new CalloutError(fault.code);
      attempts += 1;
      const result = read(await callOnce(await createBearer(cloud, tenant, extension), extension, payload, timeoutMs));
      tenant.callouts.push({ customExtensionId: extension.id, attempts, code: null });
      return result;
    } catch (error) {
      if (!(error instanceof CalloutError)) throw error;
      if (attempts > 0 && attempts <= maximumRetries && isWorthRetrying(error)) continue;
      tenant.callouts.push({ customExtensionId: extension.id, attempts, code: error.code });
      throw error;
    }
  }
}

const isWorthRetrying = ({ code }: CalloutError): boolean => [1003002, 1003004, 1003005, 1003027].includes(code);

/**
 * Creates the bearer token with which the events service calls an extension. v2 tokens name the service in `azp`, v1
 * tokens in `appid`.
 */
function createBearer(cloud: Cloud, tenant: Tenant, extension: CustomExtension): Promise<string> {
  const { resourceId } = extension.authenticationConfiguration;
  const appId = resourceId.split('/').at(-1) ?? '';
  const isV2 = findApplication(tenant, appId)?.api.requestedAccessTokenVersion === 2;
  const shared = { tid: tenant.id, oid: tenant.id, sub: tenant.id };
  return signToken(
    tenant,
    isV2
      ? { ...shared, iss: tenant.issuer, aud: appId, azp: eventsServiceAppId, azpacr: '2', ver: '2.0' }
      : {
          ...shared,
          iss: `https://sts.windows.net/${tenant.id}/`,
          aud: resourceId,
          appid: eventsServiceAppId,
          appidacr: '2',
          ver: '1.0',
        },
    cloud.now(),
  );
}

async function callOnce(
  bearer: string,
  { endpointConfiguration }: CustomExtension,
  payload: unknown,
  timeoutMs: number,
): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, type, text } = await fetch(endpointConfiguration.targetUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${bearer}` },
    body: JSON.stringify(payload),
    redirect: 'manual',
    signal,
  })
    .then(async (response) => ({
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
    }))
    .catch(() => {
      throw new CalloutError(signal.aborted ? 1003005 : 1003027);
    });
  if (status === 429) throw new CalloutError(1003004);
  if (status !== 200) throw new CalloutError(1003002);
  if (!/^application\/json\b/i.test(type)) throw new CalloutError(1003006);
  if (Buffer.byteLength(text) > REPLY_MAX_BYTES) throw new CalloutError(1003024);
  if (text.trim() === '') throw new CalloutError(1003009);
  try {
    return JSON.parse(text);
  } catch {
    throw new CalloutError(1003003);
  }
}

/** Maximum size of all claim names and values together. */
const CLAIMS_MAX_BYTES = 3 * 1024;

const envelopeGuard = z.object({
  data: z.object({ '@odata.type': z.string(), actions: z.array(z.looseObject({ '@odata.type': z.string() })) }),
});

function parse<Output>(guard: z.ZodType<Output>, value: unknown): Output {
  const parsed = guard.safeParse(value);
  if (!parsed.success) throw new CalloutError(1003003);
  return parsed.data;
}

function readAction(body: unknown, event: string): { readonly name: string; readonly action: object } {
  const { '@odata.type': type, actions } = parse(envelopeGuard, body).data;
  if (type !== `microsoft.graph.on${event[0]?.toUpperCase()}${event.slice(1)}ResponseData`)
    throw new CalloutError(1003003);
  const [action] = actions;
  if (action === undefined || actions.length !== 1) throw new CalloutError(1003010);
  const [, name] = new RegExp(`^microsoft\\.graph\\.${event}\\.(\\w+)$`).exec(action['@odata.type']) ?? [];
  if (name === undefined) throw new CalloutError(1003012);
  return { name, action };
}

const claimGuard = z.union([z.string(), z.array(z.string())]);

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference */
export function readClaims(body: unknown): Map<string, string | string[]> {
  const { name, action } = readAction(body, 'tokenIssuanceStart');
  if (name !== 'provideClaimsForToken') throw new CalloutError(1003012);
  const bag: unknown = Reflect.get(action, 'claims');
  if (bag === null || bag === undefined) throw new CalloutError(1003007);
  let bytes = 0;
  const read = Object.entries(parse(z.record(z.string(), z.unknown()), bag)).map(([key, value]) => {
    if (key === '') throw new CalloutError(1003026);
    const claim = parse(claimGuard, value);
    bytes += Buffer.byteLength(key) + Buffer.byteLength([claim].flat().join(''));
    return [key, claim] as const;
  });
  if (bytes > CLAIMS_MAX_BYTES) throw new CalloutError(1003025);
  return new Map(read);
}

const pageGuard = z.object({ title: z.string().min(1), message: z.string().min(1) });
const errorsGuard = z.object({
  message: z.string().min(1),
  attributeErrors: z.record(z.string(), z.string()).nullish(),
});
const valuesGuard = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export type SignUpAction =
  | { readonly kind: 'continue' }
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'validation'; readonly message: string; readonly attributes: readonly string[] }
  | { readonly kind: 'block'; readonly title: string; readonly message: string };

/**
 * @see
 * https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data
 */
export function readSignUpAction(event: 'attributeCollectionStart' | 'attributeCollectionSubmit') {
  return (body: unknown): SignUpAction => {
    const { name, action } = readAction(body, event);
    if (name === 'continueWithDefaultBehavior') return { kind: 'continue' };
    if (name === 'showBlockPage') return { kind: 'block', ...parse(pageGuard, action) };
    if (event === 'attributeCollectionSubmit' && name === 'modifyAttributeValues') {
      return { kind: 'values', values: parse(valuesGuard, Reflect.get(action, 'attributes')) };
    }
    if (event === 'attributeCollectionSubmit' && name === 'showValidationError') {
      const { message, attributeErrors } = parse(errorsGuard, action);
      return { kind: 'validation', message, attributes: Object.keys(attributeErrors ?? {}) };
    }
    throw new CalloutError(1003012);
  };
}
