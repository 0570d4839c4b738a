import type { Cloud } from './cloud.js';
import { type CustomExtension, faultsOf } from './graph-events.js';
import { eventsServiceAppId, findApplication, signToken, type Tenant } from './tenant.js';

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
export function createBearer(cloud: Cloud, tenant: Tenant, extension: CustomExtension): Promise<string> {
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
