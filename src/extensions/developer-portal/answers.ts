import { changeApplication, changeOwnersOf, readApplication, registerApplication } from '../../access/applications.js';
import type { Administrator } from '../../access/rights.js';
import type { Ports } from '../../core/deps.js';
import type { EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { changeDeveloper, findDeveloper } from './developers.js';
import { type ApplicationRequest, approve, markFulfilled, refuseRequest, requestChanges } from './request.js';
import { changeRequest, findRequest } from './requests.js';

export const maxOwners = 20;

/**
 * Reads a submitted request. Drafts are `not_found`, because they are private.
 * @throws `not_found`
 */
export async function readRequest(id: string, deps: Ports<'state'>): Promise<ApplicationRequest> {
  const request = await findRequest(id, deps);
  if (request === null || request.state === 'draft') throw new FaceError('not_found');
  return request;
}

/**
 * Approves a request, and registers or changes the application. After a crash, the same call completes the approval.
 * @param given.changedAt - time of the version that the administrator has read, so that no later change is approved
 * @throws `not_found`, `request_state`, `limit_reached`; `request_malformed` if a tenant is needed
 */
export async function approveRequest(
  id: string,
  given: { readonly changedAt: EpochMs; readonly tenant: string | null; readonly message: string | null },
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<ApplicationRequest> {
  const asked = await readRequest(id, deps);
  const tenant = asked.isChange ? null : (given.tenant ?? asked.wish.connection);
  if (!asked.isChange && tenant === null) throw new FaceError('request_malformed', { field: 'tenant' });
  if (asked.isChange) await checkStillOwned(asked, deps);
  const said = { at: deps.clock.now(), from: 'administrator' as const, by: by.name, text: given.message };
  const asRead = { changedAt: given.changedAt, tenant };
  const approved = await changeRequest(id, (request) => approve(request, asRead, said), deps);
  await putInForce(approved, by, deps);
  await recordAnswer(approved, 'approved', by, deps);
  return changeRequest(id, markFulfilled, deps);
}

/** @throws `not_found` if the application was removed or has another owner */
async function checkStillOwned({ application, developer }: ApplicationRequest, deps: Ports<'state'>): Promise<void> {
  const { owners } = await readApplication(application ?? '', deps);
  if (!owners.includes(developer)) throw new FaceError('not_found');
}

async function putInForce(
  { wish, application, tenant, isChange, developer, by: name }: ApplicationRequest,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
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

const noteOwned = (
  developer: { readonly id: string; readonly name: string },
  application: string,
  deps: Ports<'state'>,
) =>
  changeDeveloper(
    developer,
    (record) => ({ ...record, applications: [...record.applications.filter((id) => id !== application), application] }),
    deps,
  );

const refusals = { asked_back: requestChanges, refused: refuseRequest } as const;

/**
 * Asks the developer for changes, or refuses.
 * @throws `not_found`, `request_state`, `limit_reached`
 */
export async function returnOrRefuse(
  id: string,
  answer: keyof typeof refusals,
  message: string,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<ApplicationRequest> {
  const said = { at: deps.clock.now(), from: 'administrator' as const, by: by.name, text: message };
  await recordAnswer(refusals[answer](await readRequest(id, deps), said), answer, by, deps);
  return changeRequest(id, (each) => refusals[answer](each, said), deps);
}

const recordAnswer = (
  { id, developer, application }: ApplicationRequest,
  answer: 'approved' | keyof typeof refusals,
  by: Pick<Administrator, 'name'>,
  { audit }: Ports<'audit'>,
): Promise<void> =>
  audit.append({
    action: 'application_request_answered',
    connection: '',
    subject: '',
    detail: { id, developer, answer, application: answer === 'approved' ? application : null, by: by.name },
  });

/**
 * Adds an owner to an application. A developer is known only after their first request.
 * @throws `not_found`, `limit_reached`
 */
export async function addOwner(
  application: string,
  developer: string,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'audit'>,
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

/** @throws `not_found` if there is no such application or owner */
export async function removeOwner(
  application: string,
  developer: string,
  by: Pick<Administrator, 'name'>,
  deps: Ports<'state' | 'audit'>,
): Promise<void> {
  const without = (owners: readonly string[]): readonly string[] => {
    if (!owners.includes(developer)) throw new FaceError('not_found');
    return owners.filter((id) => id !== developer);
  };
  without((await readApplication(application, deps)).owners);
  const detail = { id: application, developer, by: by.name };
  await deps.audit.append({ action: 'application_owner_removed', connection: '', subject: '', detail });
  await changeOwnersOf(application, without, deps);
}

/**
 * Returns the entry for the connection's setting `oidc.clients` as JSON, or `null` if the request is not approved or
 * has no redirect URIs.
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
