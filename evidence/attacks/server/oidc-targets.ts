import { randomBytes } from 'node:crypto';
import type { Answer } from './answer.js';
import { badAuthorizations } from './authorize-forms.js';
import type { BadCredential } from './credential-forms.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { eachRefused, type Oracle } from './hostile.js';
import { badClients, badGrants } from './oidc-forms.js';
import { mainTarget, type OidcVictims } from './oidc-victims.js';
import { type Header, type Request, toUrlencoded } from './request.js';
import { asOidcClient, authorizationParams } from './sign-in.js';
import type { Stage } from './stage.js';
import type { Endpoint, Schema } from './surface.js';
import { type Fields, sameForEverybody, type Target } from './target.js';
import type { Victims } from './victims.js';

/** As the server has it. */
const mostFormBytes = 56 * 1024;

/** Whether an answer leads on: to the capture page, or to a client with something for it. */
export function leadsOn({ status, headers, text }: Answer, serverUrl: string, clients: readonly string[]): boolean {
  if (status === 200) return /name="(code|id_token)"/.test(text) || /name="username"/.test(text);
  if (status < 300 || status >= 400) return status < 300;
  const location = headers.location ?? '';
  const url = URL.canParse(location, serverUrl) ? new URL(location, serverUrl) : null;
  if (url === null) return true;
  if (url.origin === serverUrl) return !url.pathname.endsWith('/authorize');
  // Whoever is sent elsewhere than to a client is handed to a stranger, with an error as well.
  const isClient = clients.some((uri) => url.href.startsWith(uri));
  return !isClient || /[?#&](code|id_token|access_token)=/.test(url.href) || !/[?#&]error=/.test(url.href);
}

/** What comes of a request at the authorization endpoint. */
const refusedBrowser = ({ url, providers }: Stage): Oracle =>
  eachRefused(
    ({ answer }) =>
      answer !== null &&
      leadsOn(
        answer,
        url,
        providers.targets.map(({ redirectUri }) => redirectUri),
      ),
  );

/** A success with something in it. */
const refusedClient: Oracle = eachRefused(({ answer }) => answer !== null && answer.status < 400 && answer.text !== '');

/** Forms hold texts alone. */
const text: Schema = { type: 'unknown' };

interface Parts {
  readonly stage: Stage;
  readonly victims: Victims;
  readonly others: OidcVictims;
  readonly known: ReadonlySet<string>;
}

/** One endpoint of an issuer. @param connection - whose */
export function toOidcTarget({ name, method, path, needs }: Endpoint, connection: string, parts: Parts): Target {
  const { stage, victims, others, known } = parts;
  const client = mainTarget(stage.providers, connection);
  const toQuery = (params: Readonly<Record<string, string>>): string => {
    const sent = Object.entries(params).filter(([, value]) => value !== '');
    return new URLSearchParams(sent.map(([key, value]): [string, string] => [key, value])).toString();
  };
  const build = (
    params: Readonly<Record<string, string>>,
    headers: readonly Header[] = [],
    at: string = path,
  ): Request =>
    method === 'GET'
      ? { method, path: toQuery(params) === '' ? at : `${at}?${toQuery(params)}`, headers, body: null }
      : { method, path: at, headers, body: toUrlencoded(Object.entries(params).filter(([, value]) => value !== '')) };
  const uid = others.interactions[connection] ?? 'none';
  const forgedUid = randomBytes(16).toString('base64url').slice(0, 21);
  const inPath = (part: string): string => path.replace('{uid}', part);

  const make = (): Pick<Target, 'valid' | 'as' | 'bad'> & {
    readonly fields: readonly string[];
    readonly oracle: Oracle;
  } => {
    if (needs.kind === 'public') {
      const bad = shownByEverybody(stage);
      const oracle = sameForEverybody(known);
      return { valid: () => build({}), as: (one) => build({}, one.headers), bad, fields: [], oracle };
    }
    if (path.endsWith('/authorize')) {
      const { params } = authorizationParams(client, { login_hint: 'somebody@example.com' });
      return {
        // Without what it takes where a browser alone may begin: it is refused whatever else is wrong.
        valid: () => build({ ...params, redirect_uri: 'https://evil.example.com/' }),
        as: (one) => build({ ...params, ...one.fields }, one.headers),
        bad: badAuthorizations(connection, { ...parts, client }),
        fields: Object.keys(params),
        oracle: refusedBrowser(stage),
      };
    }
    if (path.includes('{uid}')) {
      const fields = { username: 'somebody@example.com' };
      const bad = badVisits(parts, { connection, uid, forgedUid });
      return {
        valid: () => build(fields, [], inPath(uid)),
        as: (one) => build(fields, one.headers, inPath(one.fields?.uid ?? uid)),
        bad,
        fields: ['username'],
        oracle: refusedBrowser(stage),
      };
    }
    if (path.endsWith('/par')) {
      const { params } = authorizationParams(client, { login_hint: 'somebody@example.com' });
      const wrong = { ...params, redirect_uri: 'https://evil.example.com/' };
      return {
        valid: () => build(wrong, asOidcClient(client)),
        as: (one) => build({ ...params, ...one.fields }, one.headers),
        bad: badClients(connection, { stage, victims, client }),
        fields: Object.keys(params),
        oracle: refusedClient,
      };
    }
    if (path.endsWith('/token')) {
      const params = {
        grant_type: 'authorization_code',
        code: randomBytes(32).toString('base64url'),
        redirect_uri: client.redirectUri,
        code_verifier: randomBytes(32).toString('base64url'),
      };
      return {
        valid: () => build(params, asOidcClient(client)),
        as: (one) => build({ ...params, ...one.fields }, one.headers),
        bad: [...badGrants({ stage, victims, client }), ...badClients(connection, { stage, victims, client })],
        fields: Object.keys(params),
        oracle: refusedClient,
      };
    }
    return {
      valid: () => build({}, asSession(randomBytes(32).toString('base64url'))),
      as: (one) => build({ ...one.fields }, one.headers),
      bad: badAccessTokens(parts),
      fields: ['access_token'],
      oracle: refusedClient,
    };
  };
  const { valid, as, bad, fields: names, oracle } = make();
  const fields: Fields | null =
    names.length === 0
      ? null
      : {
          schemas: Object.fromEntries(names.map((each) => [each, text])),
          replace: (field, json) => replaceParam(valid(), field, json ?? ''),
          replaceInForm: (field, value) => replaceParam(valid(), field, value),
        };
  return {
    name,
    valid,
    as,
    bad,
    fields,
    alternatives: [],
    refusedCaller: oracle,
    refusedRequest: oracle,
    refusedMethod: oracle,
    looksAtFaces: false,
    mostBytes: mostFormBytes,
  };
}

/** Puts any text in place of a parameter, twice where it holds a comma between quotes. */
function replaceParam(request: Request, name: string, value: string): Request {
  const queryAt = request.path.indexOf('?');
  const sent = new URLSearchParams(
    request.body === null ? (queryAt === -1 ? '' : request.path.slice(queryAt + 1)) : request.body.bytes.toString(),
  );
  sent.set(name, value);
  if (request.body !== null) return { ...request, body: toUrlencoded([...sent]) };
  return { ...request, path: `${queryAt === -1 ? request.path : request.path.slice(0, queryAt)}?${sent}` };
}

const as = (kind: BadCredential['class'], variant: string, headers: readonly Header[], fields = {}): BadCredential => ({
  class: kind,
  variant,
  headers,
  fields,
});

function shownByEverybody({ credentials }: Stage): readonly BadCredential[] {
  return [
    as('forged', 'a forged bearer', asSession(randomBytes(32).toString('base64url'))),
    as('replayed', 'a revoked token', asClient(credentials.revoked)),
    as('cross-tenant', 'another tenant’s token', asClient(credentials.rival)),
    as('wrong role', 'an owner', asAdministrator(credentials.owner)),
  ];
}

/** Another's interaction, without the cookies of its browser. */
function badVisits(
  { stage, others, victims }: Parts,
  { connection, uid, forgedUid }: { readonly connection: string; readonly uid: string; readonly forgedUid: string },
): readonly BadCredential[] {
  const cookie = (name: string, value: string): Header => ['Cookie', `${name}=${value}`];
  const elsewhere = Object.keys(others.interactions).find((each) => each !== connection) ?? '';
  return [
    as('forged', 'no such interaction', [], { uid: forgedUid }),
    as('forged', 'no cookie', []),
    as('forged', 'the id as the cookie', [cookie('facestep-interaction', uid)]),
    as('forged', 'the id as the cookie, with a signature of nothing', [
      ['Cookie', `facestep-interaction=${uid}; facestep-interaction.sig=${'A'.repeat(27)}`],
    ]),
    as('forged', 'the id as the cookie of the way back', [
      ['Cookie', `facestep-resume=${uid}; facestep-resume.sig=${'A'.repeat(27)}`],
    ]),
    as('forged', 'a name of a prototype', [], { uid: '__proto__' }),
    as('forged', 'a path', [], { uid: '..%2f..%2fauthorize' }),
    as('replayed', 'a cookie of an interaction that is over', [cookie('facestep-interaction', forgedUid)]),
    as('cross-tenant', 'the interaction of another tenant', [], { uid: others.interactions[elsewhere] ?? '' }),
    as('wrong role', 'a client token', asClient(stage.credentials.client)),
    as('wrong role', 'a session of the capture page', asSession(victims.sessions.own)),
  ];
}

function badAccessTokens({ stage: { credentials }, victims, others }: Parts): readonly BadCredential[] {
  const token = randomBytes(32).toString('base64url');
  return [
    as('forged', 'no token', []),
    as('forged', 'one of the right shape', asSession(token)),
    as('forged', 'in the form', [], { access_token: token }),
    as('forged', 'in both places', asSession(token), { access_token: token }),
    as('forged', 'an empty one', [['Authorization', 'Bearer ']]),
    as('forged', 'a name of a prototype', asSession('__proto__')),
    as('replayed', 'a request’s address', asSession(others.pushed.workforce ?? 'none')),
    as('cross-tenant', 'an interaction of another tenant', asSession(others.interactions.rival ?? 'none')),
    as('wrong role', 'a client token', asSession(credentials.client)),
    as('wrong role', 'a session of the capture page', asSession(victims.sessions.own)),
    as('wrong role', 'an administrator’s key', asSession(credentials.owner)),
  ];
}
