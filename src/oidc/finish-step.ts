import type { InteractionResults } from 'oidc-provider';
import type { Person } from '../connections/openid-client.js';
import type { NamedAction } from '../core/action.js';
import { isEnough } from '../core/rules/factors.js';
import { toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isByFace } from '../step-up/record.js';
import { type StepUpView, takeStepUp } from '../step-up/step-up.js';
import { checkDemand } from './asked.js';
import { anotherWayAcr, takesInstead } from './camera-step.js';
import { lifeSec } from './configuration.js';
import type { Decided, IssuerPorts, OidcIssuer } from './feature.js';
import { type SharedClaims, type Visit, writeClaims, writeSharedClaims } from './flow.js';
import { oidcErrors } from './library.js';

interface Granted {
  readonly decided: readonly Decided[];
  readonly sharedClaims: SharedClaims | null;
  readonly action: NamedAction | null;
}

interface Passed {
  readonly stepUp: StepUpView;
  readonly decided: readonly Decided[];
  readonly sharedClaims: SharedClaims | null;
}

/** Creates the last step, which stores the grant of a face check. */
export function createFinishStep(
  { connection, features }: Pick<OidcIssuer, 'connection' | 'features'>,
  deps: IssuerPorts<'state' | 'clock' | 'verifier'>,
) {
  const flowDeps = { ...deps, connection };

  return {
    /** @returns `null` if an extension has answered the browser */
    async finishPassed(
      visit: Visit,
      person: Person,
      { stepUp, decided, sharedClaims }: Passed,
    ): Promise<InteractionResults | null> {
      const { asked, client, flow } = visit;
      const { id: stepUpId, pass, action } = stepUp;
      const { rule } = flow.ruled ?? stepUp;
      // The pass is consumed last, so that it is still available if an earlier step fails and is retried.
      const take = async (): Promise<void> => void (await takeStepUp(stepUpId, deps));
      if (pass === null) throw new FaceError('internal', 'a pass without its time');
      const isFace = isByFace(pass);
      // The policy may have changed meanwhile.
      const { rules, anotherWay } = connection.policy;
      const outcome = rules.find(({ name, mode }) => name === rule && mode === 'enforce')?.outcome ?? 'face';
      const isAsNeeded = isEnough(pass.methods, { outcome, takesCodes: anotherWay.counts });
      if (!isAsNeeded || !(isFace || takesInstead(visit, pass.methods)))
        throw new oidcErrors.AccessDenied('the check shows other factors than required');
      for (const { answer } of features)
        if (await answer?.(visit, { subject: person.subject, sharedClaims, pass, take })) return null;
      const amr = [...client.toAmr(pass.methods)];
      checkDemand(asked.requested.amr, amr);
      for (const { record } of decided) await record(stepUpId);
      const claims = {
        ...person.claims,
        ...(client.claimNames.includes('presence') ? { presence: pass.presence } : {}),
        ...(client.claimNames.includes('enrolment_proof') ? { enrolment_proof: pass.enrolmentProof } : {}),
        ...(client.claimNames.includes('enrolment_document') && pass.enrolmentDocument !== null
          ? { enrolment_document: pass.enrolmentDocument }
          : {}),
        ...(client.claimNames.includes('face_verification_rule') && rule !== null
          ? { face_verification_rule: rule }
          : {}),
        ...client.toCheckClaims?.({ passed: true, at: pass.at, stepUpId }),
        ...(action === null ? {} : { action: { ...action.words }, action_digest: action.digest }),
      };
      const authentication = { acr: isFace ? flow.acr : anotherWayAcr, amr, ts: toEpochSec(pass.at) };
      const result = await toGrant(visit, claims, authentication, { decided, sharedClaims, action });
      await take();
      return result;
    },

    /** Returns the result of a failed check, or `null` if the client gets an error instead. */
    async finishFailed(visit: Visit, person: Person, stepUpId: string): Promise<InteractionResults | null> {
      const { client } = visit;
      if (client.toCheckClaims === undefined) return null;
      const check = { passed: false, at: deps.clock.now(), stepUpId };
      return toGrant(visit, { ...person.claims, ...client.toCheckClaims(check) }, {});
    },
  };

  /** Stores the grant. @param authentication - if empty, the token has only the grant's claims */
  async function toGrant(
    { provider, flow }: Visit,
    claims: Person['claims'],
    authentication: { readonly acr?: string; readonly amr?: string[]; readonly ts?: number },
    { decided, sharedClaims, action }: Granted = { decided: [], sharedClaims: null, action: null },
  ): Promise<InteractionResults> {
    const { sub } = claims;
    const grant = new provider.Grant({ accountId: sub, clientId: flow.clientId });
    grant.addOIDCScope('openid profile email phone address');
    for (const scope of decided.flatMap(({ scopes }) => scopes)) grant.addOIDCScope(scope);
    if (sharedClaims !== null) grant.addOIDCClaims([...sharedClaims.idToken, ...sharedClaims.userInfo]);
    // Without an authentication, the library would report the end of the interaction as `auth_time`.
    if (authentication.ts === undefined) grant.rejectOIDCClaims(['auth_time']);
    if (action !== null) grant.addRar({ ...action.words, action_digest: action.digest });
    const grantId = await grant.save();
    await writeClaims(grantId, claims, lifeSec.grant, flowDeps);
    if (sharedClaims !== null) await writeSharedClaims(grantId, sharedClaims, lifeSec.grant, flowDeps);
    for (const { store } of decided) await store(grantId);
    return {
      login: { accountId: sub, ...authentication, remember: false },
      consent: { grantId },
      select_account: {},
    };
  }
}
