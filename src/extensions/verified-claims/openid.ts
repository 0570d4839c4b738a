import { z } from 'zod';
import type { JsonObject } from '../../core/base/json.js';
import type { Connection } from '../../core/connection.js';
import { type EnrolmentProof, enrolmentDocumentGuard } from '../../core/enrolment-proof.js';
import { digestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { lifeSec } from '../../oidc/configuration.js';
import { noDecision, type OidcExtension } from '../../oidc/feature.js';
import { oidcErrors } from '../../oidc/library.js';
import type { VerifiedClaimsConfig } from './config.js';
import {
  fulfils,
  listRequests,
  parseVerifiedRequests,
  selectRequested,
  type VerifiedRequest,
  verifiedRequestsGuard,
} from './request.js';

/** How a person was compared at enrolment, by the check methods of OpenID Connect for Identity Assurance. */
const checkMethods = { photo: 'bvr', document: 'bvr', in_person: 'pvp', vouched: 'pvr' } as const satisfies Partial<
  Record<EnrolmentProof, string>
>;

const evidenceTypes = {
  photo: 'electronic_record',
  document: 'document',
  in_person: 'vouch',
  vouched: 'vouch',
} as const;

/** Types of documents by their kind. Other kinds have none. */
const documentTypes: Readonly<Record<string, string>> = { mdl: 'driving_permit', pid: 'idcard' };

const recordType = 'employee_photo';

/** Requests and proof of one sign-in. Stored until its tokens expire. */
const checkedGuard = z.object({
  idToken: verifiedRequestsGuard,
  userInfo: verifiedRequestsGuard,
  proof: z.enum(['photo', 'document', 'in_person', 'vouched']),
  document: enrolmentDocumentGuard.nullable().default(null),
  stepUpId: z.string(),
  at: epochMsGuard,
});
type Checked = z.output<typeof checkedGuard>;

const isVerified = (proof: EnrolmentProof | null): proof is Checked['proof'] =>
  proof !== null && Object.hasOwn(checkMethods, proof);

/** Returns what is known about the verification. When the organization verified the claims is not known. */
function describeVerification(
  { proof, document, stepUpId, at }: Checked,
  { trustFramework }: VerifiedClaimsConfig,
  { policy: { organisation } }: Connection,
): JsonObject {
  const enrolment = { check_method: checkMethods[proof] };
  const check = { check_method: 'bvr', check_id: stepUpId, time: toIso(at) };
  const source = organisation === null ? {} : { source: { name: organisation } };
  const voucher = organisation === null ? {} : { voucher: { organization: organisation } };
  const details = {
    photo: { record: { type: recordType, ...source } },
    document:
      document === null
        ? {}
        : {
            document_details: {
              type: documentTypes[document.kind] ?? document.kind,
              issuer: { name: document.issuer },
            },
          },
    attested: { attestation: { type: 'digital_attestation', ...voucher } },
  };
  const rest = details[proof === 'photo' || proof === 'document' ? proof : 'attested'];
  const evidence = [{ type: evidenceTypes[proof], check_details: [enrolment, check], ...rest }];
  return { trust_framework: trustFramework, verification_process: stepUpId, evidence };
}

/** Answers a request for verified claims. @returns `null` if verification or values do not fulfil it */
function answerRequest(
  { verification: askedVerification, claims: asked }: VerifiedRequest,
  verification: JsonObject,
  values: JsonObject,
  now: EpochMs,
): JsonObject | null {
  const told = selectRequested(verification, askedVerification, now);
  const claims = Object.entries(asked).flatMap(([name, each]) => {
    // A name of every object, such as `constructor`, is no claim.
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value !== undefined && fulfils(value, each, now) ? [[name, value] as const] : [];
  });
  return told === null || claims.length === 0 ? null : { verification: told, claims: Object.fromEntries(claims) };
}

/**
 * Adds `verified_claims` to ID tokens and UserInfo, for claims that the person agreed to and the organization has
 * verified. Only checks by a face whose enrolment has a proof of identity have any.
 */
export const verifiedClaimsOfOidc: OidcExtension = {
  open({ connection, oidc: { verifiedClaims = null } }, deps) {
    if (verifiedClaims === null) return {};
    const unknown = verifiedClaims.claims.find((name) => !connection.profile.claimNames.has(name));
    const reason = 'no attribute is configured for it: set one in claims of the connection';
    if (unknown !== undefined)
      throw new FaceError('config_invalid', { connection: connection.id, claim: unknown, reason });
    const keyOf = (grantId: string): string =>
      `oidc-assured:${connection.id}:${digestOf(grantId).toString('base64url')}`;

    return {
      completeClient(client) {
        const verified = Object.entries(client.consented?.claims ?? {}).flatMap(([name, { from }]) =>
          from === undefined && verifiedClaims.claims.includes(name) ? [name] : [],
        );
        if (verified.length === 0) return client;
        return {
          ...client,
          claimNames: [...client.claimNames, 'verified_claims'],
          verifiedIn(claims) {
            const requests = Object.values(parseVerifiedRequests(claims) ?? {});
            const asked = requests.flatMap(listRequests).flatMap((each) => Object.keys(each.claims));
            return verified.filter((name) => asked.includes(name));
          },
        };
      },
      configure: (configuration) => ({
        ...configuration,
        discovery: {
          ...configuration.discovery,
          verified_claims_supported: true,
          trust_frameworks_supported: [verifiedClaims.trustFramework],
          evidence_supported: [...new Set(Object.values(evidenceTypes))],
          electronic_records_supported: [recordType],
          documents_supported: Object.values(documentTypes),
          claims_in_verified_claims_supported: verifiedClaims.claims,
        },
      }),
      async check(_context, client, { params }) {
        if (client.verifiedIn !== undefined && parseVerifiedRequests(params.claims) === null)
          throw new oidcErrors.InvalidRequest('verified_claims is invalid');
        return false;
      },
      async decide({ asked, client }, _subject, { id: stepUpId, pass }) {
        const requests = client.verifiedIn === undefined ? null : parseVerifiedRequests(asked.params.claims);
        const proof = pass?.enrolmentProof ?? null;
        if (requests === null || pass === null || !isVerified(proof)) return noDecision;
        const { idToken, userInfo } = requests;
        if (idToken === null && userInfo === null) return noDecision;
        const checked: Checked = { idToken, userInfo, proof, document: pass.enrolmentDocument, stepUpId, at: pass.at };
        return {
          ...noDecision,
          async store(grantId) {
            const expiresAt = addSec(deps.clock.now(), lifeSec.grant);
            await deps.state.write(keyOf(grantId), checked, { when: 'any', expiresAt });
          },
        };
      },
      async extraClaims({ grantId, use, readConsented }) {
        const stored = await deps.state.read(keyOf(grantId));
        if (stored === null) return {};
        const checked = checkedGuard.parse(stored.value);
        const requests = use === 'id_token' ? checked.idToken : checked.userInfo;
        if (requests === null) return {};
        const values = await readConsented(verifiedClaims.claims);
        const known = describeVerification(checked, verifiedClaims, connection);
        const now = deps.clock.now();
        const answers = listRequests(requests).flatMap((each) => answerRequest(each, known, values, now) ?? []);
        if (answers.length === 0) return {};
        return { verified_claims: Array.isArray(requests) ? answers : answers[0] };
      },
    };
  },
};
