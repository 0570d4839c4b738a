import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { grantableTo, issueAccessToken } from '../../access/access-tokens.js';
import type { AdmissionPorts } from '../../access/admission.js';
import { authenticateClient, type Client } from '../../access/client-tokens.js';
import { type ClientScope, clientScopes } from '../../access/scopes.js';
import { type JsonObject, parseJson } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { requestIdOf } from '../../http/access-log.js';
import { mountRoute, notFormGuard, parseForm, queryOf, type RouteExchange } from '../../http/front-door.js';
import type { CallerPools } from '../../http/request-budget.js';
import { ssfPaths, ssfScopes } from '../metadata.js';
import { admitCaller, createAdmission, toChallenge } from './caller.js';
import type { SecurityEvents } from './deps.js';
import { createSsfEndpoints, type SsfEndpoint } from './endpoints.js';

/* https://www.rfc-editor.org/rfc/rfc6749 (sections 2.3.1, 4.4 and 5) */

/** Maximum body of an anonymous caller. A token request has some 200 bytes. */
const maxTokenBodyBytes = 8 * 1024;

interface ShownClient {
  readonly id: string;
  readonly secret: Credential;
}

/**
 * Mounts the token endpoint. Errors that OAuth defines have OAuth's format; other errors have the format of this API.
 */
export function mountTokenEndpoint(app: Express, deps: AdmissionPorts & Ports<'random'>, pools: CallerPools): void {
  mountRoute(app, ssfPaths.token, {
    methods: ['POST'],
    pools,
    anonymousLimitBytes: maxTokenBodyBytes,
    answer: (arrival) => grant(arrival, deps),
    refuse(thrown, { response }) {
      const error = toGrantError(thrown);
      if (error === null) throw thrown;
      if (error === 'invalid_client') response.set('WWW-Authenticate', 'Basic realm="facestep", charset="UTF-8"');
      response
        .status(error === 'invalid_client' ? 401 : 400)
        .set('Pragma', 'no-cache')
        .json(isOtherThanForm(thrown) ? { error, error_description: formNeeded } : { error });
    },
  });
}

async function grant(arrival: RouteExchange<Request, Response>, deps: AdmissionPorts & Ports<'random'>): Promise<void> {
  const { request, response } = arrival;
  const admission = createAdmission(arrival, deps);
  await admission.serve(`POST ${ssfPaths.token}`, requestIdOf(response), async () => {
    const inHeader = readBasic(request);
    // Clients that send an `Authorization` header are authenticated before the body is read.
    if (inHeader !== null) await admission.takeClient(() => authenticate(inHeader, deps));
    const form = parseForm(request, await arrival.readBody());
    const inForm = readPosted(form);
    if (inHeader === null && inForm !== null) await admission.takeClient(() => authenticate(inForm, deps));
    if (inHeader !== null && inForm !== null) throw new FaceError('request_malformed', { reason: 'two secrets' });
    const client = await admission.client();
    checkGrantType(form);
    const scopes = readScopes(form, client);
    const { credential, expiresInSec } = await issueAccessToken(client, scopes, deps);
    await admission.checkStillLive();
    response.set('Pragma', 'no-cache').json({
      access_token: credential.use((text) => text),
      token_type: 'Bearer',
      expires_in: expiresInSec,
      scope: scopes.join(' '),
    } satisfies JsonObject);
  });
}

/** @throws `caller_untrusted`, also if the API key belongs to another application than `id`; `state_unavailable` */
async function authenticate({ id, secret }: ShownClient, deps: Ports<'state' | 'clock'>): Promise<Client> {
  const client = await authenticateClient(secret, deps);
  if (client.application?.id !== id) throw new FaceError('caller_untrusted');
  return client;
}

/** Reads id and secret from HTTP Basic authentication, in which OAuth form-encodes both. */
function readBasic(request: Request): ShownClient | null {
  const header = request.get('authorization');
  if (header === undefined) return null;
  const [, encoded = ''] = /^Basic +([\w+/-]{1,1024}={0,2})$/i.exec(header) ?? [];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (id === undefined || secret === undefined) throw new FaceError('caller_untrusted');
  return { id: fromFormText(id), secret: new Credential(fromFormText(secret)) };
}

const fromFormText = (text: string): string =>
  new URLSearchParams(`text=${text.replaceAll('&', '%26')}`).get('text') ?? '';

function readPosted(form: URLSearchParams): ShownClient | null {
  const secret = readOne(form, 'client_secret');
  return secret === null ? null : { id: readOne(form, 'client_id') ?? '', secret: new Credential(secret) };
}

/** Reads a parameter; an empty one counts as absent (RFC 6749, section 3.2). @throws `request_malformed` if repeated */
function readOne(form: URLSearchParams, name: string): string | null {
  const [sent = '', ...others] = form.getAll(name);
  if (others.length > 0) throw new FaceError('request_malformed', { field: name });
  return sent === '' ? null : sent;
}

function checkGrantType(form: URLSearchParams): void {
  const type = readOne(form, 'grant_type');
  if (type === null) throw new FaceError('request_malformed', { field: 'grant_type' });
  if (type !== 'client_credentials') throw new FaceError('request_malformed', { error: unsupported });
}

/** Returns the requested scopes; if none are requested, those of security events, or else all of the API key. */
function readScopes(form: URLSearchParams, client: Client): readonly ClientScope[] {
  const grantable = grantableTo(client);
  const ofSsf = ssfScopes.filter((scope) => grantable.includes(scope));
  const asked = readOne(form, 'scope')?.split(' ') ?? (ofSsf.length > 0 ? ofSsf : grantable);
  const granted = clientScopes.filter((scope) => asked.includes(scope) && grantable.includes(scope));
  if (granted.length === 0 || granted.length < new Set(asked).size) throw new FaceError('scope_missing');
  return granted;
}

const unsupported = 'unsupported_grant_type';
const unsupportedGuard = z.object({ error: z.literal(unsupported) });

const formNeeded = 'send the parameters as application/x-www-form-urlencoded';

const isOtherThanForm = (thrown: unknown): boolean =>
  thrown instanceof FaceError && notFormGuard.safeParse(thrown.detail).success;

/** Returns the OAuth error code (RFC 6749, section 5.2), or `null`. */
function toGrantError(thrown: unknown): string | null {
  if (!(thrown instanceof FaceError)) return null;
  if (thrown.code === 'caller_untrusted') return 'invalid_client';
  if (thrown.code === 'scope_missing') return 'invalid_scope';
  if (thrown.code !== 'request_malformed') return null;
  return unsupportedGuard.safeParse(thrown.detail).success ? unsupported : 'invalid_request';
}

/** A thousand acknowledgements have 64 KiB. */
const maxBodyBytes = 128 * 1024;

/** @throws as the endpoints; `method_not_allowed`, `body_too_large`, `overloaded`, `request_malformed` */
export function mountSsf(
  app: Express,
  deps: AdmissionPorts & Ports<'random' | 'log'> & SecurityEvents,
  pools: CallerPools,
): void {
  const endpoints = createSsfEndpoints(deps);
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const atPath = endpoints.filter((endpoint) => endpoint.path === path);
    mountRoute(app, path, {
      methods: atPath.map(({ method }) => method),
      pools,
      anonymousLimitBytes: maxBodyBytes,
      async answer(arrival) {
        const endpoint = atPath.find(({ method }) => method === arrival.request.method);
        if (endpoint !== undefined) await serve(endpoint, arrival, deps);
      },
      refuse(error, { request, response }) {
        const challenge = toChallenge(error, request);
        if (challenge !== null) response.set('WWW-Authenticate', challenge);
        throw error;
      },
    });
  }
}

async function serve(
  endpoint: SsfEndpoint,
  arrival: RouteExchange<Request, Response>,
  deps: AdmissionPorts & Pick<SecurityEvents, 'receivers' | 'stopping'>,
): Promise<void> {
  const { request, response } = arrival;
  const admission = createAdmission(arrival, deps);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await admission.serve(`${endpoint.method} ${endpoint.path}`, requestIdOf(response), async () => {
    const caller = await admitCaller(arrival, admission, deps);
    if (endpoint.right === 'manage' && caller.kind === 'application' && !caller.canManage) {
      throw new FaceError('scope_missing');
    }
    const { status, body } = await endpoint.handle({
      caller,
      body: readJsonBody(request, await arrival.readBody()),
      query: new URLSearchParams(queryOf(request)),
      param: (name) => String(request.params[name] ?? ''),
      signal: AbortSignal.any([gone.signal, deps.stopping]),
    });
    if (caller.kind === 'application') await admission.checkStillLive();
    response.status(status);
    if (body === null) response.end();
    else response.json(body);
  });
}

function readJsonBody(request: Request, body: Buffer): unknown {
  if (body.length === 0) return null;
  if (request.is('application/json') === false) throw new FaceError('request_malformed');
  const value = parseJson(body);
  if (value === undefined) throw new FaceError('request_malformed', { reason: 'syntax' });
  return value;
}
