import type { Router } from 'express';
import { z } from 'zod';
import { findUser, type IdentityProvider, note, type Org, type OrgUser } from '../../simulators/okta/org.js';
import {
  completeSignIn,
  createSignInElsewhere,
  Refusal,
  type StartedSignIn,
  toAuthorizationRequest,
  toCodeChallenge,
} from '../../simulators/relying-party.js';
import type { Fetch } from '../../src/core/ports.js';

const skewSec = 120;

const startGuard = z.object({ user: z.string(), flow: z.string().optional() });
const pushedGuard = z.object({ request_uri: z.string(), expires_in: z.int().positive() });

/** Okta sends every claim with `fuzzy: true`, and expects `fuzzy: true` in the answer. */
const claimGuard = z.object({ value: z.string().nullable(), fuzzy: z.literal(true) });

/** Claims that Okta supports. Any other claim fails the evaluation. */
const supportedClaims = 'given_name family_name middle_name email birthdate phone_number address'.split(' ');

const verifiedClaimsGuard = z
  .array(
    z.object({
      verification: z.object({
        trust_framework: z.string().nullish(),
        assurance_level: z.string().nullish(),
        time: z.string().nullish(),
      }),
      claims: z.record(z.string(), z.unknown()),
    }),
  )
  .length(1);

/**
 * Creates identity verification, required before enrolment or recovery: `/identity-verification/start?user=<login>`.
 * @see https://developer.okta.com/docs/guides/idv-integration/main/
 */
export const createIdentityVerification = (org: Org): Router =>
  createSignInElsewhere({
    startPath: '/identity-verification/start',
    callbackPath: '/idp/identity-verification/callback',
    origin: () => org.url,
    find(query) {
      const { user: login, flow } = startGuard.parse(query);
      const user = findUser(org, login);
      const idp = [...org.identityProviders.values()].find(({ type }) => type === 'IDV_STANDARD');
      return user === undefined || idp === undefined ? null : { user, idp, flow };
    },
    // After a pushed request, the browser carries neither the client id nor the state.
    leave: async (subject, started) => [
      subject.idp.client.authorizationEndpoint,
      { request_uri: await push(subject, started, org.fetch) },
    ],
    async finish({ user, idp: { id } }, answer) {
      // Its definition may have changed since the start.
      const idp = org.identityProviders.get(id);
      if (idp === undefined) throw new Refusal('state');
      const { fetch, now } = org;
      const { claims } = await completeSignIn(idp.client, { ...answer, now, skewSec, fetch, hasPkce: true });
      const outcome = evaluate(claims.verified_claims);
      const result = outcome === 'CLAIMS_VERIFIED' ? 'SUCCESS' : 'FAILURE';
      note(org, 'user.identity_verification', user.id, outcome, { result });
      if (outcome !== 'CLAIMS_VERIFIED') throw new Refusal('evaluation', outcome);
      return { userId: user.id, idToken: claims };
    },
  });

async function push(
  { idp: { client }, user: { id, profile }, flow }: { idp: IdentityProvider; user: OrgUser; flow: string | undefined },
  started: StartedSignIn,
  fetch: Fetch,
): Promise<string> {
  const claims = {
    id_token: {
      verified_claims: [
        {
          verification: {
            trust_framework: { value: 'IDV-DELEGATED', essential: true },
            assurance_level: { value: 'VERIFIED', essential: true },
          },
          claims: {
            given_name: { value: profile.firstName, fuzzy: true },
            family_name: { value: profile.lastName, fuzzy: true },
            email: { value: profile.email, fuzzy: true },
          },
        },
      ],
    },
  };
  const response = await fetch(client.parEndpoint ?? '', {
    method: 'POST',
    body: new URLSearchParams({
      ...toAuthorizationRequest(client, started),
      client_secret: client.clientSecret,
      code_challenge: toCodeChallenge(started.codeVerifier),
      code_challenge_method: 'S256',
      scope: [...client.scopes, ...(flow === undefined ? [] : [`idv_flow_${flow}`])].join(' '),
      claims: JSON.stringify(claims),
      login_hint: id,
    }),
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 201) return pushedGuard.parse(body).request_uri;
  throw new Refusal('par', JSON.stringify(body));
}

function evaluate(value: unknown): string {
  const parsed = verifiedClaimsGuard.safeParse(value);
  const verified = parsed.data?.[0];
  if (verified === undefined) return 'PARSING_ERROR';
  const { trust_framework, assurance_level, time } = verified.verification;
  if (!time || Number.isNaN(Date.parse(time))) return 'MISSING';
  if (Object.keys(verified.claims).some((name) => !supportedClaims.includes(name))) return 'PARSING_ERROR';
  for (const name of ['given_name', 'family_name']) {
    const suffix = name.replace('_', '').toUpperCase();
    if (!Object.hasOwn(verified.claims, name)) return `MISSING_${suffix}`;
    if (!claimGuard.safeParse(verified.claims[name]).success) return `PARSING_ERROR_${suffix}`;
  }
  const isVerified = trust_framework === 'IDV-DELEGATED' && assurance_level === 'VERIFIED';
  return isVerified ? 'CLAIMS_VERIFIED' : 'CLAIMS_NOT_VERIFIED';
}
