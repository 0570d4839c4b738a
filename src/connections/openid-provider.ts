import { z } from 'zod';
import type { Fetch } from '../core/ports.js';
import type { AdapterDeps } from './adapter.js';
import { paths } from './openid-client.js';
import { type Check, type Finding, fail, pass, serverAnswers } from './provisioning.js';

export function endpointsOf(publicUrl: string, connection: string) {
  const issuer = `${publicUrl}/oidc/${connection}`;
  return {
    issuer,
    discovery: issuer + paths.discovery,
    authorization: issuer + paths.authorize,
    token: issuer + paths.token,
    userinfo: issuer + paths.userInfo,
    keys: issuer + paths.keys,
    push: issuer + paths.push,
  };
}

const metadataGuard = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  userinfo_endpoint: z.string(),
  jwks_uri: z.string(),
  pushed_authorization_request_endpoint: z.string(),
});

const timeoutMs = 5_000;

/** Creates the check that the provider can read this service's OpenID metadata. */
export const discoveryCheck = ({ publicUrl, settings, fetch }: AdapterDeps<{ readonly id: string }>): Check => ({
  title: 'OpenID provider',
  needs: [serverAnswers],
  run: () => checkDiscovery(endpointsOf(publicUrl, settings.id), fetch),
});

async function checkDiscovery(expected: ReturnType<typeof endpointsOf>, fetch: Fetch): Promise<Finding> {
  const url = expected.discovery;
  const remedy = `Start the server, and check publicUrl and the proxy: ${url} must be reachable from outside`;
  const metadata = await readJson(url, fetch);
  if (metadata === null) return fail(`No metadata at ${url}`, remedy);
  const parsed = metadataGuard.safeParse(metadata);
  if (!parsed.success) return fail(`The document at ${url} is not the metadata of an OpenID provider`, remedy);
  const { data } = parsed;
  const found: typeof expected = {
    issuer: data.issuer,
    discovery: url,
    authorization: data.authorization_endpoint,
    token: data.token_endpoint,
    userinfo: data.userinfo_endpoint,
    keys: data.jwks_uri,
    push: data.pushed_authorization_request_endpoint,
  };
  if (found.issuer !== expected.issuer) return fail(`Its issuer is ${found.issuer}, not ${expected.issuer}`, remedy);
  const isSame = JSON.stringify(found) === JSON.stringify(expected);
  return isSame ? pass(`${expected.issuer} is reachable`) : fail('Its endpoints are elsewhere', remedy);
}

async function readJson(url: string, fetch: Fetch): Promise<unknown> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
