import { isIP } from 'node:net';
import { issueApplicationKey } from '../../access/application-keys.js';
import { type Application, findApplication } from '../../access/applications.js';
import { type Client, clientTokenLifeSec } from '../../access/client-tokens.js';
import { isLoopbackInBrowsers } from '../../config/safe-url.js';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import type { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { type Developer, findDeveloper } from './developers.js';
import {
  type ApplicationDraft,
  type ApplicationRequest,
  addMessage,
  markKeyReturned,
  maxRedirectUris,
  rewrite,
  submit,
} from './request.js';
import { changeRequest, checkUnfinished, createRequest, findRequest, forgetRequest } from './requests.js';
import type { Settings } from './settings.js';
import { readTerms } from './terms.js';

/* Functions for developers. Requests and applications of other developers are `not_found`. */

export const countChange = ({ id }: Developer, deps: Ports<'state' | 'clock' | 'settings'>): Promise<void> =>
  consumeLimit('changesOfDeveloper', id, deps);

export async function readOwnRequest(
  id: string,
  developer: Developer,
  deps: Ports<'state'>,
): Promise<ApplicationRequest> {
  const request = await findRequest(id, deps);
  if (request?.developer !== developer.id) throw new FaceError('not_found');
  return request;
}

export async function readOwnApplication(id: string, developer: Developer, deps: Ports<'state'>): Promise<Application> {
  const application = await findApplication(id, deps);
  if (application === null || !application.owners.includes(developer.id)) throw new FaceError('not_found');
  return application;
}

export async function listOwnApplications(developer: Developer, deps: Ports<'state'>): Promise<Application[]> {
  const ids = (await findDeveloper(developer.id, deps))?.applications ?? [];
  const found = await Promise.all(ids.map((id) => findApplication(id, deps)));
  return found.filter((each) => each !== null).filter(({ owners }) => owners.includes(developer.id));
}

/**
 * Returns true for a valid redirect URI that is written as browsers write it, so that administrators see the real
 * target.
 * @param isSandbox - true to allow loopback addresses
 */
function isRedirectUri(text: string, isSandbox: boolean): boolean {
  if (text.length > 1024 || !/^[\x21-\x7e]+$/.test(text) || /[*#\\]/.test(text) || !URL.canParse(text)) return false;
  const { href, protocol, hostname, username, password } = new URL(text);
  if (href !== text || username !== '' || password !== '' || text.includes('@')) return false;
  if (isLoopbackInBrowsers(hostname)) return isSandbox && (protocol === 'https:' || protocol === 'http:');
  const isDomain = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(hostname);
  return protocol === 'https:' && isDomain;
}

/** @throws `request_malformed` for scopes or a connection that are not available */
function checkWish(wish: ApplicationDraft, { onboarding, connections }: Ports<'connections'> & Settings): void {
  const refuse = (field: string): never => {
    throw new FaceError('request_malformed', { field });
  };
  if (wish.perMinute > onboarding.mostPerMinute) refuse('perMinute');
  if (wish.perDay > onboarding.mostPerDay) refuse('perDay');
  if (wish.connection !== null && !connections.has(wish.connection)) refuse('connection');
  if (wish.redirectUris.length > maxRedirectUris) refuse('redirectUris');
  // Redirect URIs need a connection, because an OpenID client belongs to one.
  if (wish.redirectUris.length > 0 && wish.connection === null) refuse('redirectUris');
  const isSandbox = wish.connection !== null && wish.connection === onboarding.sandbox;
  if (!wish.redirectUris.every((each) => isRedirectUri(each, isSandbox))) refuse('redirectUris');
}

/**
 * Creates a draft.
 * @param application - application to change, or `null` for a new one
 * @throws `not_found`, `request_malformed`, `limit_reached`, `locked_out`
 */
export async function beginRequest(
  wish: ApplicationDraft,
  application: string | null,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'random' | 'settings' | 'connections'> & Settings,
): Promise<ApplicationRequest> {
  await countChange(developer, deps);
  if (application !== null) await readOwnApplication(application, developer, deps);
  checkWish(wish, deps);
  return createRequest(wish, { developer, application }, deps);
}

export async function rewriteRequest(
  id: string,
  wish: ApplicationDraft,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'settings' | 'connections'> & Settings,
): Promise<ApplicationRequest> {
  await countChange(developer, deps);
  await readOwnRequest(id, developer, deps);
  checkWish(wish, deps);
  return changeRequest(id, (request) => rewrite(request, wish, deps.clock.now()), deps);
}

export async function submitRequest(
  id: string,
  given: { readonly termsVersion: number; readonly message: string | null },
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'audit' | 'settings' | 'connections'> & Settings,
): Promise<ApplicationRequest> {
  await countChange(developer, deps);
  const draft = await readOwnRequest(id, developer, deps);
  // Ownership and availability may have changed since the draft.
  if (draft.application !== null) await readOwnApplication(draft.application, developer, deps);
  checkWish(draft.wish, deps);
  const terms = { agreed: given.termsVersion, current: (await readTerms(deps)).version };
  const said = { at: deps.clock.now(), from: 'developer' as const, by: developer.name, text: given.message };
  const { wish, application } = submit(draft, terms, said);
  const { name, scopes, perMinute, perDay, connection: wanted, redirectUris } = wish;
  await deps.audit.append({
    action: 'application_requested',
    connection: '',
    subject: '',
    detail: {
      id,
      developer: developer.id,
      application,
      name,
      scopes,
      perMinute,
      perDay,
      wanted,
      redirectUris,
      termsVersion: given.termsVersion,
      by: developer.name,
    },
  });
  return changeRequest(
    id,
    (each) => {
      // A draft that was changed meanwhile is refused, because it differs from the draft in the audit entry.
      if (each.changedAt !== draft.changedAt) throw new FaceError('request_state', { state: each.state });
      return submit(each, terms, said);
    },
    deps,
  );
}

export async function sendMessage(
  id: string,
  text: string,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'settings'>,
): Promise<ApplicationRequest> {
  await countChange(developer, deps);
  await readOwnRequest(id, developer, deps);
  const said = { at: deps.clock.now(), from: 'developer' as const, by: developer.name, text };
  return changeRequest(id, (request) => addMessage(request, said), deps);
}

export async function withdrawOwnRequest(
  id: string,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'audit' | 'settings'>,
): Promise<void> {
  await countChange(developer, deps);
  const request = await readOwnRequest(id, developer, deps);
  checkUnfinished(request);
  const detail = { id, developer: developer.id, by: developer.name };
  await deps.audit.append({ action: 'application_request_withdrawn', connection: '', subject: '', detail });
  await forgetRequest(request, deps);
}

/**
 * Returns a new application's first API key, once. The API key is created only now, so that it is never stored.
 * @throws `not_found`, `locked_out`; `request_state` if the request is not approved, or if the API key was returned
 * before
 */
export async function takeFirstKey(
  id: string,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Promise<{ readonly credential: Credential; readonly client: Client }> {
  await countChange(developer, deps);
  const { application } = await readOwnRequest(id, developer, deps);
  if (application === null) throw new FaceError('request_state');
  await readOwnApplication(application, developer, deps);
  await changeRequest(id, markKeyReturned, deps);
  const detail = { id, developer: developer.id, application, by: developer.name };
  const handOver = async () => {
    await deps.audit.append({ action: 'application_key_handed_over', connection: '', subject: '', detail });
    return issueOwnKey(application, developer, deps);
  };
  return handOver().catch(async (error: unknown) => {
    // The API key was not issued, so the developer may retry.
    await changeRequest(id, (request) => ({ ...request, isKeyHandedOver: false }), deps);
    throw error;
  });
}

export async function issueOwnKey(
  application: string,
  developer: Developer,
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<{ readonly credential: Credential; readonly client: Client }> {
  await readOwnApplication(application, developer, deps);
  return issueApplicationKey(application, { scopes: undefined, lifeSec: clientTokenLifeSec.standard }, developer, deps);
}
