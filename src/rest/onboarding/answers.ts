import type { EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { changeApplication, changeOwnersOf, readApplication, registerApplication } from '../applications.js';
import type { ApiDeps } from '../deps.js';
import type { Administrator } from '../rights.js';
import { changeDeveloper, findDeveloper } from './developers.js';
import { type ApplicationRequest, approve, askBack, fulfil, refuseRequest } from './request.js';
import { changeRequest, findRequest } from './requests.js';

/* What administrators do with requests of developers. */

/** What answering takes. */
export type AnswerDeps = Pick<ApiDeps, 'clock' | 'random' | 'state' | 'audit'>;

/** Owners of one application. */
export const maxOwners = 20;

/** One that was handed in: what its developer still writes is nobody's business. @throws FaceError `not_found`, `state_unavailable` */
export async function readRequest(id: string, deps: Pick<AnswerDeps, 'state'>): Promise<ApplicationRequest> {
  const request = await findRequest(id, deps);
  if (request === null || request.state === 'draft') throw new FaceError('not_found');
  return request;
}

/**
 * Approves a request: registers the application it asks for, or changes the one it is about. Where the server went down in
 * between, approving it again does the rest.
 * @param given.changedAt - as it was read: what was written anew since is not approved unseen
 * @param given.tenant - whose enrolments a new application makes and checks; `null`: those of the connection it asks for
 * @throws FaceError `not_found`, `request_state`, `request_malformed` (a tenant is needed), `limit_reached`,
 *   `state_unavailable`
 */
export async function approveRequest(
  id: string,
  given: { readonly changedAt: EpochMs; readonly tenant: string | null; readonly message: string | null },
  by: Pick<Administrator, 'name'>,
  deps: AnswerDeps,
): Promise<ApplicationRequest> {
  const asked = await readRequest(id, deps);
  const tenant = asked.isChange ? null : (given.tenant ?? asked.wish.connection);
  if (!asked.isChange && tenant === null) throw new FaceError('request_malformed', { field: 'tenant' });
  if (asked.isChange) await checkStillOwned(asked, deps);
  const said = { at: deps.clock.now(), from: 'administrator' as const, by: by.name, text: given.message };
  const asRead = { changedAt: given.changedAt, tenant };
  const approved = await changeRequest(id, (request) => approve(request, asRead, said), deps);
  await putInForce(approved, by, deps);
  // First: after a trail that failed, nobody could approve it again.
  await recordAnswer(approved, 'approved', by, deps);
  return changeRequest(id, fulfil, deps);
}

/** @throws FaceError `not_found`: the application is gone, or was taken from whoever asks; `state_unavailable` */
async function checkStillOwned(
  { application, developer }: ApplicationRequest,
  deps: Pick<AnswerDeps, 'state'>,
): Promise<void> {
  const { owners } = await readApplication(application ?? '', deps);
  if (!owners.includes(developer)) throw new FaceError('not_found');
}

async function putInForce(
  { wish, application, tenant, isChange, developer, by: name }: ApplicationRequest,
  by: Pick<Administrator, 'name'>,
  deps: AnswerDeps,
): Promise<void> {
  if (application === null) throw new FaceError('request_state');
  const { name: title, scopes, perMinute, perDay, contact } = wish;
  const terms = { name: title, scopes, perMinute, perDay, contact };
  if (isChange || tenant === null) {
    await changeApplication(application, terms, by, deps);
    return;
  }
  await registerApplication({ ...terms, tenant }, by, deps, { id: application, owners: [developer] });
  await noteOwned({ id: developer, name }, application, deps);
}

const noteOwned = (developer: { readonly id: string; readonly name: string }, application: string, deps: AnswerDeps) =>
  changeDeveloper(
    developer,
    (record) => ({ ...record, applications: [...record.applications.filter((id) => id !== application), application] }),
    deps,
  );

/** What an answer other than approval does to a request. */
const refusals = { asked_back: askBack, refused: refuseRequest } as const;

/**
 * Wants to know more, or says no.
 * @throws FaceError `not_found`, `request_state`, `limit_reached`, `state_unavailable`
 */
export async function turnDown(
  id: string,
  answer: keyof typeof refusals,
  message: string,
  by: Pick<Administrator, 'name'>,
  deps: AnswerDeps,
): Promise<ApplicationRequest> {
  const said = { at: deps.clock.now(), from: 'administrator' as const, by: by.name, text: message };
  // First: after a trail that failed, nobody could answer it again.
  await recordAnswer(refusals[answer](await readRequest(id, deps), said), answer, by, deps);
  return changeRequest(id, (each) => refusals[answer](each, said), deps);
}

const recordAnswer = (
  { id, developer, application }: ApplicationRequest,
  answer: 'approved' | keyof typeof refusals,
  by: Pick<Administrator, 'name'>,
  { audit }: AnswerDeps,
): Promise<void> =>
  audit.append({
    action: 'application_request_answered',
    connection: '',
    subject: '',
    detail: { id, developer, answer, application: answer === 'approved' ? application : null, by: by.name },
  });

/**
 * Lets one more developer look after an application. Only somebody who has asked for something once is known.
 * @param developer - the id their page shows them
 * @throws FaceError `not_found`, `limit_reached`, `state_unavailable`
 */
export async function addOwner(
  application: string,
  developer: string,
  by: Pick<Administrator, 'name'>,
  deps: AnswerDeps,
): Promise<void> {
  const known = await findDeveloper(developer, deps);
  if (known === null) throw new FaceError('not_found');
  await changeOwnersOf(
    application,
    (owners) => {
      const others = owners.filter((id) => id !== developer);
      if (others.length >= maxOwners) throw new FaceError('limit_reached');
      return [...others, developer];
    },
    deps,
  );
  await noteOwned({ id: developer, name: known.name }, application, deps);
  const detail = { id: application, developer, by: by.name };
  await deps.audit.append({ action: 'application_owner_added', connection: '', subject: '', detail });
}

/** @throws FaceError `not_found`: no such application, or not one of its owners; `state_unavailable` */
export async function removeOwner(
  application: string,
  developer: string,
  by: Pick<Administrator, 'name'>,
  deps: AnswerDeps,
): Promise<void> {
  const without = (owners: readonly string[]): readonly string[] => {
    if (!owners.includes(developer)) throw new FaceError('not_found');
    return owners.filter((id) => id !== developer);
  };
  without((await readApplication(application, deps)).owners);
  const detail = { id: application, developer, by: by.name };
  // First: asked again after a trail that failed, they would be none of the owners.
  await deps.audit.append({ action: 'application_owner_removed', connection: '', subject: '', detail });
  await changeOwnersOf(application, without, deps);
}

/**
 * The lines that an OpenID client of an approved request takes in the configuration, under its connection's `oidc.clients`; `null`:
 * it asks for no client, or is not approved.
 */
export function toOpenIdClient({ state, application, wish }: ApplicationRequest): string | null {
  if (state !== 'approved' || application === null || wish.redirectUris.length === 0) return null;
  const client = {
    kind: 'relying_party',
    id: application,
    secret: { env: `CLIENT_SECRET_${application.slice(0, 8).toUpperCase()}` },
    redirectUris: wish.redirectUris,
  };
  return JSON.stringify(client, null, 2);
}
