import { decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../../core/base/json.js';
import { type Connection, readTokenIfAny, type SubjectRef } from '../../core/connection.js';
import { findDataConsent } from '../../core/consented-data/consents.js';
import type { Ports } from '../../core/deps.js';
import type { ReadToken } from '../../core/ports.js';
import { digestOf } from '../../core/secrets.js';
import {
  addSec,
  type EpochMs,
  epochMs,
  epochMsGuard,
  secondsPerDay,
  toEpochMs,
  toEpochSec,
  toIso,
} from '../../core/units.js';
import { identifyIfToken, isDenied } from '../../enrolment/deny-list.js';
import { hasEndedSince } from '../../enrolment/revoke.js';
import { FaceError, type Json } from '../../errors.js';
import { readClaims } from '../../oidc/flow.js';
import { oidcErrors } from '../../oidc/library.js';
import { toUnavailable } from '../../oidc/unavailable.js';
import { type CredentialConfigs, consentNameOf } from './config.js';
import { endCredentials, noteCredential } from './credentials.js';
import type { IssueCredential } from './library-settings.js';
import { statusAddressOf } from './status-lists.js';

/** Selectively disclosable claims (RFC 9901, section 4.2). */
interface ConcealedClaims {
  /** Digests of the disclosures, sorted so that their order reveals nothing about the claims. */
  readonly digests: string[];
  readonly disclosures: string[];
}

/** Size of a salt: 128 bits, as RFC 9901 recommends. */
const saltBytes = 16;

function concealClaims(claims: JsonObject, { random }: Ports<'random'>): ConcealedClaims {
  const disclosures = Object.entries(claims).map(([name, value]) => {
    const parts: readonly Json[] = [Buffer.from(random(saltBytes)).toString('base64url'), name, value];
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  });
  const digests = disclosures.map((disclosure) => digestOf(disclosure).toString('base64url')).sort();
  return { digests, disclosures };
}

/** Joins the signed part and the disclosures to an SD-JWT without key binding. */
const joinSdJwt = (jws: string, { disclosures }: ConcealedClaims): string => [jws, ...disclosures, ''].join('~');

export type CheckedFace = { readonly at: EpochMs; readonly presence: string | null; readonly tokenId: string };

/** Claim that describes the face check. No claim about the user may have the name `evidence`. */
const checkGuard = z.object({
  evidence: z.object({ at: epochMsGuard, presence: z.string().nullable(), tokenId: z.string() }),
});

const holderKeyGuard = z.union([
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
]);

const toldGuard = z.record(z.string(), z.json());

/** Seconds for which a use is stored. Longer than the lifetime of an offer's access token and of a nonce. */
const usedForSec = 1800;

interface IssueContext {
  readonly issuer: string;
  readonly connection: Connection;
  readonly credentials: CredentialConfigs;
  registrationOf(type: string): string;
}

/**
 * Creates the function that issues credentials. It reads the claims to which the person consented, and stores none.
 * Each offer and each proof of a wallet's key is accepted for one credential only.
 */
export function createIssue(
  { issuer, connection, credentials, registrationOf }: IssueContext,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'signer'>,
): IssueCredential {
  const keyOf = (kind: string, what: string): string =>
    `credential-${kind}:${connection.id}:${digestOf(what).toString('base64url')}`;
  const takeOnce = (kind: string, what: string): Promise<boolean> =>
    deps.state.write(keyOf(kind, what), true, { when: 'absent', expiresAt: addSec(deps.clock.now(), usedForSec) });
  const giveBack = (kind: string, what: string): Promise<void> => deps.state.delete(keyOf(kind, what)).catch(() => {});

  const readEnrolment = async (who: SubjectRef, { at, tokenId }: CheckedFace): Promise<ReadToken | null> => {
    const token = identifyIfToken(await readTokenIfAny(connection, who.subject), deps);
    if (token === null || token.tokenId !== tokenId) return null;
    return (await isDenied(tokenId, deps)) || (await hasEndedSince(who, at, deps)) ? null : token;
  };

  const isConsented = async (who: SubjectRef, type: string): Promise<boolean> =>
    (await findDataConsent(who, { client: consentNameOf(type), registration: registrationOf(type) }, deps)) !== null;

  return async ({ credentialConfigurationId: type, proofs, account, grant }) => {
    const config = credentials[type];
    const [proof = ''] = proofs?.jwt ?? [];
    const holder = holderKeyGuard.safeParse(decodeProtectedHeader(proof).jwk);
    if (config === undefined) throw new FaceError('internal', 'a credential that is not configured');
    if (!holder.success) throw new oidcErrors.InvalidProof('the key must be P-256 or Ed25519');
    const who = { connection: connection.id, subject: account.accountId };
    const check = await readCheck(grant.jti, connection, deps);
    const enrolment = await readEnrolment(who, check).catch(toUnavailable);
    if (enrolment === null) throw new oidcErrors.CredentialRequestDenied('the enrolment has ended');
    const told = toldGuard.parse(await account.claims('userinfo', '', {}, []));
    const values = Object.fromEntries(
      Object.keys(config.claims).flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]]])),
    );
    const now = deps.clock.now();
    const ends = [addSec(now, config.days * secondsPerDay), ...endOf(enrolment)];
    const expiresAt = epochMs(Math.min(...ends));
    const given = { type, tokenId: enrolment.tokenId, claims: Object.keys(values), expiresAt };
    // Temporary failures consume neither proof nor offer, so that the wallet may retry.
    if (!(await takeOnce('proof', proof).catch(toUnavailable)))
      throw new oidcErrors.InvalidProof('the proof was already used');
    if (!(await takeOnce('offer', grant.jti).catch(toUnavailable)))
      throw new oidcErrors.CredentialRequestDenied('the offer was already used');
    const make = async (): Promise<string> => {
      const { list, index } = await noteCredential(who, given, deps).catch(toUnavailable);
      // A concurrent revocation may not have found the credential yet.
      const isGood = await isConsented(who, type).catch(toUnavailable);
      if (!isGood || (await readEnrolment(who, check).catch(toUnavailable)) === null) {
        await endCredentials(who, { type, why: 'enrolment_ended' }, deps).catch(toUnavailable);
        throw new oidcErrors.CredentialRequestDenied('the enrolment has ended');
      }
      const concealed = concealClaims({ sub: who.subject, ...values }, deps);
      const jws = await deps.signer
        .sign('dc+sd-jwt', {
          iss: issuer,
          vct: config.vct,
          iat: toEpochSec(now),
          exp: toEpochSec(expiresAt),
          cnf: { jwk: holder.data },
          status: { status_list: { idx: index, uri: statusAddressOf(issuer, list) } },
          evidence: [evidenceOf(check)],
          _sd_alg: 'sha-256',
          _sd: concealed.digests,
        } satisfies JsonObject)
        .catch(toUnavailable);
      return joinSdJwt(jws, concealed);
    };
    const credential = await make().catch(async (error: unknown) => {
      if (error instanceof oidcErrors.TemporarilyUnavailable) {
        await giveBack('offer', grant.jti);
        await giveBack('proof', proof);
      }
      throw error;
    });
    return { credentials: [{ credential }] };
  };
}

function evidenceOf({ at, presence }: CheckedFace): JsonObject {
  const evidence = { type: 'face', time: toIso(at) };
  return presence === null ? evidence : { ...evidence, presence };
}

const endOf = ({ expiresAt }: ReadToken): EpochMs[] => (expiresAt === null ? [] : [toEpochMs(expiresAt)]);

async function readCheck(
  grantId: string,
  connection: Connection,
  deps: Ports<'state' | 'clock'>,
): Promise<CheckedFace> {
  const claims = await readClaims(grantId, { ...deps, connection }).catch(toUnavailable);
  return checkGuard.parse(claims).evidence;
}
