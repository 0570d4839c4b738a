import type { Request, Response } from 'express';
import { z } from 'zod';
import { readCookie } from '../core/base/cookie.js';
import { readStored } from '../core/change-stored.js';
import { type ConnectedSubject, type Connection, subjectOfIdentifier, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SupportedLanguage } from '../core/language.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import { pagePath, startedLink } from '../core/page-link.js';
import { Credential, digestOf } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import type { EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, clearBrowserCookie, setBrowserCookie } from '../http/cookies.js';
import type { OwnPageFlow } from '../step-up/own-page-flow.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, type StartedStepUp, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { doorPath } from './door-page.js';
import { ownPageCheck } from './flow.js';

/*
 * A visit to a person's own page. The link of that page is created after authentication and opens only in the same
 * browser.
 */

export interface DoorVisit {
  readonly request: Request;
  readonly response: Response;
  readonly connection: Connection;
  readonly requestedLanguage: SupportedLanguage | null;
}

type ArrivalPorts = Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'issuer'>;

const checkGuard = z.object({ stepUpId: z.string(), connection: z.string() });

const checkKey = (secret: Credential): string => `own-page-check:${secret.use(digestOf).toString('base64url')}`;

const cookieOf = ({ issuer }: Ports<'issuer'>): string => browserCookieOf('me', issuer.startsWith('https:'));

function bindToBrowser(
  response: Response,
  started: StartedStepUp,
  secret: Credential,
  lifeSec: number,
  issuer: string,
) {
  const name = browserCookieOf(started.id, issuer.startsWith('https:'));
  setBrowserCookie(response, { name, secret, lifeSec });
}

/** Redirects to a face check of the named user. Unknown and unenrolled users cause the same behavior. */
export async function beginFaceCheck(
  { request, response, connection, requestedLanguage }: DoorVisit,
  name: string,
  { directoryFor, ...deps }: ArrivalPorts & { readonly directoryFor: DirectoryFor },
): Promise<void> {
  const source = sourceOf(request);
  const assurance = { kind: 'anonymous', source } as const;
  const found = await directoryFor(assurance).findAccount(name);
  const browser = newSecret(deps);
  const door = newSecret(deps);
  const started = await startStepUp(
    {
      connection,
      browser,
      subject: found?.subject ?? subjectOfIdentifier(name),
      assurance,
      application: deps.issuer,
      returnUrl: `${deps.issuer}${doorPath(connection.id, '/face-check', requestedLanguage)}`,
    },
    ownPageCheck,
    deps,
  );
  const { stepUpTimeoutSec: lifeSec } = connection.policy;
  const check = { stepUpId: started.id, connection: connection.id };
  await deps.state.write(checkKey(door), check, {
    when: 'absent',
    expiresAt: started.expiresAt,
    relaxedDurability: true,
  });
  bindToBrowser(response, started, browser, lifeSec, deps.issuer);
  setBrowserCookie(response, { name: cookieOf(deps), secret: door, lifeSec });
  response.redirect(303, startedLink(deps.issuer, started, requestedLanguage));
}

/**
 * Opens the person's page after the face check, once.
 * @throws `step_up_unknown` if no face check was started in this browser; `face_not_verified`, `step_up_finished`
 */
export async function finishFaceCheck(visit: DoorVisit, deps: ArrivalPorts): Promise<void> {
  const { request, response, connection } = visit;
  const browserSecret = readCookie(request, cookieOf(deps));
  const found =
    browserSecret === null
      ? null
      : await readStored({ key: checkKey(new Credential(browserSecret)), guard: checkGuard }, deps);
  if (found === null || found.record.connection !== connection.id) throw new FaceError('step_up_unknown');
  const { stepUpId } = found.record;
  const { state } = await readStepUp(stepUpId, deps);
  if (state === 'started' || state === 'captured') return response.redirect(303, `${deps.issuer}${pagePath}`);
  clearBrowserCookie(response, cookieOf(deps));
  clearBrowserCookie(response, browserCookieOf(stepUpId, deps.issuer.startsWith('https:')));
  const { pass, subject } = await takeStepUp(stepUpId, deps);
  if (pass === null || !isByFace(pass)) throw new FaceError('face_not_verified');
  await openOwnPage(visit, { connection, subject }, pass.at, deps);
}

/**
 * Opens the page of an authenticated person. After a sign-in without a face check, only a policy can allow enrolment:
 * otherwise a password would suffice to replace the face.
 * @param faceShownAt - time of the face check; `null` after a sign-in
 */
export async function openOwnPage(
  { response, requestedLanguage }: Pick<DoorVisit, 'response' | 'requestedLanguage'>,
  person: ConnectedSubject,
  faceShownAt: EpochMs | null,
  deps: ArrivalPorts,
): Promise<void> {
  const { connection } = person;
  const { stepUpTimeoutSec: lifeSec, whenNotEnrolled } = connection.policy;
  const isOpenedByFace = faceShownAt !== null;
  const browser = newSecret(deps);
  const ownPage: OwnPageFlow = {
    kind: 'own_page',
    faceShownAt,
    proof: isOpenedByFace ? 'invitation' : 'sign_in',
    mayRenew: isOpenedByFace || whenNotEnrolled === 'enrol',
  };
  const started = await startStepUp(
    {
      ...person,
      purpose: 'manage',
      browser,
      lifeSec,
      returnUrl: `${deps.issuer}${doorPath(connection.id, '', requestedLanguage)}`,
    },
    ownPage,
    deps,
  );
  await deps.audit.append({
    action: 'own_page_opened',
    ...toSubjectRef(person),
    detail: { stepUpId: started.id, how: isOpenedByFace ? 'face' : 'sign_in' },
  });
  bindToBrowser(response, started, browser, lifeSec, deps.issuer);
  response.redirect(303, startedLink(deps.issuer, started, requestedLanguage));
}
