import { randomBytes } from 'node:crypto';
import { type Altered, alterSecret, encodePart } from './alter.js';
import type { Answer } from './answer.js';
import { type Shown, show, shownToEverybody } from './bad-credentials.js';
import type { OidcTarget } from './clients.js';
import { asClient, asSession } from './credentials.js';
import { eachRefused, type Oracle, sameForEverybody, type Target } from './hostile.js';
import { externalMfaParams, mainTarget, type OidcVictims } from './oidc-victims.js';
import { type Header, type Request, toUrlencoded } from './request.js';
import { asOidcClient, authorizationParams } from './sign-in.js';
import type { Stage } from './stage.js';
import type { Endpoint } from './surface.js';
import type { Victims } from './victims.js';

const mostFormBytes = 56 * 1024;

/**
 * Returns true if an answer continues the sign-in: it sends the browser to the capture page, or back to a client with a
 * result.
 */
export function leadsOn({ status, headers, text }: Answer, { url: serverUrl, providers }: Stage): boolean {
  if (status === 200) return /name="(code|id_token|username)"/.test(text);
  if (status < 300 || status >= 400) return status < 300;
  const location = headers.location ?? '';
  const url = URL.canParse(location, serverUrl) ? new URL(location, serverUrl) : null;
  if (url === null) return true;
  if (url.origin === serverUrl) return !url.pathname.endsWith('/authorize');
  // The server may redirect only to redirect URIs of clients, even if it reports an error.
  const isClient = providers.targets.some(({ redirectUri }) => url.href.startsWith(redirectUri));
  return !isClient || /[?#&](code|id_token|access_token)=/.test(url.href) || !/[?#&]error=/.test(url.href);
}

type Params = Readonly<Record<string, string>>;

interface Parts {
  readonly stage: Stage;
  readonly victims: Victims;
  readonly others: OidcVictims;
  readonly known: ReadonlySet<string>;
}

type PartsOf = Parts & { readonly connection: string; readonly client: OidcTarget };

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64url');
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const inParam =
  (name: string, more: Params = {}) =>
  (text: string) => ({ fields: { ...more, [name]: text } });
const inBearer = (text: string) => ({ headers: asSession(text) });

const foreignTo = ({ connection, client, stage }: PartsOf): OidcTarget =>
  stage.providers.targets.find((target) => target.connection !== connection && target.secret !== null) ?? client;

const lookalikes = (uri: string): readonly string[] => [
  'https://evil.example.com/callback',
  uri.replace('://', '://evil-'),
  uri.replace(/^(https?:\/\/[^/]+)/, '$1.evil.example.com'),
  uri.replace(/^(https?:\/\/)([^/]+)/, '$1$2@evil.example.com'),
  ...['/more', '?next=https://evil.example.com', '#a', '/../open', ' https://evil.example.com'].map((end) => uri + end),
  uri.toUpperCase(),
  uri.replace(/^https?:/, 'javascript:'),
  'data:text/html,a',
  '/callback',
];

const same = (texts: readonly string[]): readonly Altered[] =>
  texts.map((text) => [text.slice(0, 60) || 'nothing', text]);

/** Requests that must lead neither to a face check nor to a site other than the client's. */
function badAuthorizations(parts: PartsOf): readonly Shown[] {
  const { stage, others, client, connection } = parts;
  const { outside, targets } = stage.providers;
  const foreign = foreignTo(parts);
  const own = targets.filter((target) => target.connection === connection);
  const bare = own.find(({ kind, secret }) => kind === 'relying_party' && secret === null);
  const pushing = own.find(({ kind }) => kind === 'okta_idv');
  const pushed = Object.entries(others.pushed).find(([each]) => each !== connection)?.[1] ?? '';
  const unsigned = `${encodePart({ alg: 'none' })}.${encodePart({ client_id: client.id, iss: client.id })}.`;
  const urn = 'urn:ietf:params:oauth:request_uri:';
  const forged: Readonly<Record<string, readonly string[]>> = {
    client_id: ['', 'nobody', '__proto__'],
    redirect_uri: ['', ...lookalikes(client.redirectUri)],
    response_type: ['token', 'id_token token', 'none', 'code token', 'CODE', '__proto__'],
    request: [unsigned],
    request_uri: [`${outside.url}/lure/${connection}`, 'file:///etc/passwd', urn + base64(16), `${urn}__proto__`],
    id_token_hint: [unsigned],
    prompt: ['none'],
    claims: [
      '{',
      '{"__proto__":{"sub":1},"id_token":{"sub":{"value":"x"}}}',
      '{"id_token":{"acr":{"essential":true,"values":["highest"]}}}',
    ],
    login_hint: ['a'.repeat(4096)],
    code_challenge_method: ['plain'],
    code_challenge: ['a'],
  };
  const hints = client.kind === 'entra_external_mfa' ? others.badHints : [];
  const usedHint = { ...externalMfaParams(client, others.usedHint), scope: 'openid' };
  const about = (target: OidcTarget): Params => ({ client_id: target.id, redirect_uri: target.redirectUri });
  return [
    ...show('forged', (hint) => ({ fields: externalMfaParams(client, hint) }), hints),
    ...Object.entries(forged).flatMap(([name, texts]) => show('forged', inParam(name), same(texts))),
    { class: 'replayed', variant: 'Entra’s hint that was used', fields: usedHint },
    { class: 'cross-tenant', variant: 'another tenant’s client', fields: about(foreign) },
    ...show('cross-tenant', inParam('request_uri'), { 'a request pushed at another tenant': pushed }),
    ...show('cross-tenant', inParam('request_uri', { client_id: foreign.id }), { 'and by that client': pushed }),
    ...show('wrong role', inParam('client_id'), { 'a client token as the client': stage.credentials.client }),
    ...(bare === undefined
      ? []
      : show('wrong role', inParam('code_challenge', { ...about(bare), code_challenge_method: '' }), {
          'a public client without PKCE': '',
        })),
    ...(pushing === undefined
      ? []
      : [{ class: 'wrong role' as const, variant: 'without pushing, a client that must', fields: about(pushing) }]),
  ];
}

function badClients(parts: PartsOf): readonly Shown[] {
  const { stage, client, connection } = parts;
  const secret = client.secret ?? base64(32);
  const foreign = foreignTo(parts);
  const other = stage.providers.targets.find(
    (target) => target.connection === connection && target.secret !== null && target.id !== client.id,
  );
  const inBasic = (text: string) => ({ headers: asOidcClient({ id: client.id, secret: text }) });
  const inBoth = (text: string) => ({ ...inBasic(`${text}x`), fields: { client_id: client.id, client_secret: text } });
  const now = Math.floor(Date.now() / 1000);
  const audience = `${stage.url}/oidc/${connection}`;
  const claims = { iss: 'signer', sub: 'signer', aud: audience, iat: now, exp: now + 60, jti: base64(8) };
  const unsigned = (alg: string): string => `${encodePart({ alg, kid: 'signer-1' })}.${encodePart(claims)}.`;
  return [
    ...show('forged', inParam('client_id'), same(['', client.secret === null ? 'nobody' : client.id])),
    ...show('forged', inBasic, alterSecret(secret, foreign.secret ?? '')),
    ...show('forged', inParam('client_secret', { client_id: client.id }), { 'in the form, wrongly': `${secret}x` }),
    ...show('forged', inBoth, { 'in both places': secret }),
    ...show('forged', (text) => ({ headers: asOidcClient({ id: text, secret }) }), same(['__proto__'])),
    ...show('forged', (text) => ({ headers: [['Authorization', `Basic ${text}`]] }), same(['%%%', 'bm9ib2R5'])),
    ...show(
      'forged',
      inParam('client_assertion', { client_id: 'signer', client_assertion_type: jwtBearer }),
      same([unsigned('none'), `${unsigned('RS256')}AAAA`, `${unsigned('HS256')}AAAA`, 'a.b.c']),
    ),
    ...show('replayed', inBasic, { 'a secret of another time': `old-${secret}` }),
    {
      class: 'cross-tenant',
      variant: 'another tenant’s client',
      headers: asOidcClient(foreign),
      fields: { redirect_uri: foreign.redirectUri },
    },
    ...show('cross-tenant', inBasic, { 'another tenant’s secret': foreign.secret ?? '' }),
    ...show('wrong role', inBasic, { 'a client token as the secret': stage.credentials.client }),
    ...show('wrong role', inBearer, { 'a client token as bearer': stage.credentials.client }),
    ...show('wrong role', inBasic, { 'another client’s secret': other?.secret ?? 'none' }),
  ];
}

function badGrants({ stage, victims, client }: PartsOf): readonly Shown[] {
  const bare: Params = client.secret === null ? { client_id: client.id } : {};
  const place =
    (name: string, more: Params = {}) =>
    (text: string) => ({
      headers: asOidcClient(client),
      fields: { ...bare, ...more, [name]: text },
    });
  const types = ['client_credentials', 'password', 'refresh_token', 'implicit', jwtBearer, '__proto__', ''];
  const urns = ['device_code', 'token-exchange'].map((type) => `urn:ietf:params:oauth:grant-type:${type}`);
  return [
    ...show('forged', place('code'), same([base64(32), '', '__proto__'])),
    ...show(
      'forged',
      place('grant_type', { username: 'a', password: 'b', refresh_token: 'c' }),
      same([...types, ...urns]),
    ),
    ...show('replayed', place('code'), { 'a used challenge': victims.stepUps.finished.challenge }),
    ...show('cross-tenant', place('code'), { 'another tenant’s step-up': victims.stepUps.rival.challenge }),
    ...show('wrong role', place('code'), {
      'a ticket': victims.ticket,
      'a session': victims.sessions.own,
      'a client token': stage.credentials.client,
    }),
  ];
}

/** Requests for the interaction of another browser, without that browser's cookies. */
function badVisits({ stage, others, victims, connection }: PartsOf, uid: string): readonly Shown[] {
  const cookie = (text: string) => ({ headers: [['Cookie', text] as const] });
  const inAddress = inParam('uid');
  const elsewhere = Object.keys(others.interactions).find((each) => each !== connection) ?? '';
  return [
    ...show('forged', inAddress, same([base64(16).slice(0, 21), '__proto__', '..%2f..%2fauthorize'])),
    ...show('forged', cookie, {
      'no cookie': '',
      'the id as the cookie': `facestep-interaction=${uid}`,
      'the id with a signature of nothing': `facestep-interaction=${uid}; facestep-interaction.sig=${'A'.repeat(27)}`,
      'the id for the way back': `facestep-resume=${uid}; facestep-resume.sig=${'A'.repeat(27)}`,
    }),
    ...show('replayed', cookie, { 'an interaction that is over': `facestep-interaction=${base64(16).slice(0, 21)}` }),
    ...show('cross-tenant', inAddress, { 'of another tenant': others.interactions[elsewhere] ?? '' }),
    ...show('wrong role', (text) => ({ headers: asClient(text) }), { 'a client token': stage.credentials.client }),
    ...show('wrong role', inBearer, { 'a session of the capture page': victims.sessions.own }),
  ];
}

function badAccessTokens({ stage: { credentials }, victims, others }: PartsOf): readonly Shown[] {
  const token = base64(32);
  return [
    ...show('forged', inBearer, alterSecret(token, token).concat([['one of the right shape', token]])),
    ...show('forged', inParam('access_token'), { 'in the form': token }),
    { class: 'forged', variant: 'in both places', headers: asSession(token), fields: { access_token: token } },
    ...show('replayed', inBearer, { 'a request’s address': others.pushed.workforce ?? 'none' }),
    ...show('cross-tenant', inBearer, { 'an interaction of another tenant': others.interactions.rival ?? 'none' }),
    ...show('wrong role', inBearer, {
      'a client token': credentials.client,
      'a session of the capture page': victims.sessions.own,
      'an administrator’s key': credentials.owner,
    }),
  ];
}

const refusedClient: Oracle = eachRefused(({ answer }) => answer !== null && answer.status < 400 && answer.text !== '');

interface Form {
  readonly params: Params;
  readonly headers?: readonly Header[];
  readonly wrong?: Params;
  readonly bad: readonly Shown[];
  readonly oracle: Oracle;
}

function toForm({ path, needs }: Endpoint, parts: PartsOf, uid: string): Form {
  const { stage, client, known } = parts;
  if (needs.kind === 'public') {
    return { params: {}, bad: shownToEverybody(stage.credentials), oracle: sameForEverybody(known) };
  }
  const refusedBrowser = eachRefused(({ answer }) => answer !== null && leadsOn(answer, stage));
  if (path.includes('{uid}')) {
    return { params: { username: 'somebody@example.com' }, bad: badVisits(parts, uid), oracle: refusedBrowser };
  }
  const headers = asOidcClient(client);
  if (path.endsWith('/authorize') || path.endsWith('/par')) {
    const isPushed = path.endsWith('/par');
    return {
      ...authorizationParams(client, { login_hint: 'somebody@example.com' }),
      wrong: { redirect_uri: 'https://evil.example.com/' },
      ...(isPushed ? { headers } : {}),
      bad: isPushed ? badClients(parts) : badAuthorizations(parts),
      oracle: isPushed ? refusedClient : refusedBrowser,
    };
  }
  if (path.endsWith('/token')) {
    const code = { code: base64(32), redirect_uri: client.redirectUri, code_verifier: base64(32) };
    const bad = [...badGrants(parts), ...badClients(parts)];
    return { params: { grant_type: 'authorization_code', ...code }, headers, bad, oracle: refusedClient };
  }
  return { params: {}, headers: asSession(base64(32)), bad: badAccessTokens(parts), oracle: refusedClient };
}

export function toOidcTarget(endpoint: Endpoint, connection: string, parts: Parts): Target {
  const { method, path } = endpoint;
  const client = mainTarget(parts.stage.providers, connection);
  const uid = parts.others.interactions[connection] ?? 'none';
  const { params, headers = [], wrong = {}, bad, oracle } = toForm(endpoint, { ...parts, connection, client }, uid);
  const build = ({ uid: visited = uid, ...all }: Params, shown: readonly Header[]): Request => {
    const sent = Object.entries(all).filter(([, value]) => value !== '');
    const at = path.replace('{uid}', visited);
    const query = new URLSearchParams(sent.map(([name, value]): [string, string] => [name, value])).toString();
    return method === 'GET'
      ? { method, path: query === '' ? at : `${at}?${query}`, headers: shown, body: null }
      : { method, path: at, headers: shown, body: toUrlencoded(sent) };
  };
  const replace = (field: string, text: string): Request => build({ ...params, ...wrong, [field]: text }, headers);
  const names = path.endsWith('/userinfo') ? ['access_token'] : Object.keys(params);
  return {
    endpoint,
    valid: () => build({ ...params, ...wrong }, headers),
    alternatives: [],
    fields: Object.fromEntries(names.map((name) => [name, null])),
    replace,
    replaceInForm: replace,
    bad: bad.map(({ fields = {}, headers: shown = [], ...about }) => ({
      ...about,
      request: () => build({ ...params, ...fields }, shown),
    })),
    refusedCaller: oracle,
    refusedRequest: oracle,
    mostBytes: mostFormBytes,
  };
}
