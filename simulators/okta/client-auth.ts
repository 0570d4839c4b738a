import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Org, OrgClient } from './org.js';

/** A token endpoint error (RFC 6749, section 5.2). */
export class OAuthError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly description: string,
  ) {
    super(description);
  }
}

const credentialsGuard = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer').optional(),
  client_assertion: z.string().optional(),
});

const wrong = (): OAuthError => new OAuthError(401, 'invalid_client', 'Client authentication failed.');

/**
 * Authenticates a client by `private_key_jwt` or `client_secret_post`; public clients by id.
 * @throws OAuthError `invalid_client`
 */
export async function authenticateClient(org: Org, tokenUrl: string, form: unknown): Promise<OrgClient> {
  const credentials = credentialsGuard.safeParse(form);
  if (!credentials.success) throw wrong();
  const { client_id, client_secret, client_assertion } = credentials.data;
  if (client_assertion !== undefined) return verifyAssertion(org, tokenUrl, client_assertion);
  const client = org.clients.get(client_id ?? '');
  if (client === undefined || client.publicJwks.length > 0) throw wrong();
  if (client.secret !== null && client.secret !== client_secret) throw wrong();
  return client;
}

async function verifyAssertion(org: Org, tokenUrl: string, assertion: string): Promise<OrgClient> {
  try {
    const client = org.clients.get(String(decodeJwt(assertion).iss));
    if (client === undefined || client.publicJwks.length === 0) throw wrong();
    await jwtVerify(assertion, createLocalJWKSet({ keys: [...client.publicJwks] }), {
      issuer: client.id,
      subject: client.id,
      audience: tokenUrl,
      requiredClaims: ['exp'],
    });
    return client;
  } catch {
    throw wrong();
  }
}
