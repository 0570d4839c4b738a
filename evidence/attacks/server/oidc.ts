import { randomBytes } from 'node:crypto';
import { alterSecret, encodePart, inBearer, type Shown, show, shownToEverybody } from './bad-credentials.js';
import { asSession } from './credentials.js';
import { type Answer, type Header, post, type Request, toUrlencoded } from './exchange.js';
import {
  type Battlefield,
  type Begun,
  type Endpoint,
  eachRefused,
  type Oracle,
  sameForEverybody,
  type Target,
} from './hostile.js';
import { asOidcClient, authorizationParams, startAtProvider } from './page.js';
import { clientOf, type OidcTarget } from './providers.js';
import type { Stage } from './stage.js';

const mostFormBytes = 56 * 1024;

/**
 * Returns true if an answer continues the sign-in: it sends the browser to the capture page, or back to a client with a
 * result.
 */
function leadsOn({ status, headers, text }: Answer, { url: serverUrl, providers }: Stage): boolean {
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

const mainClients: Readonly<Record<string, string>> = { okta: 'app', rival: 'rival-app' };
const hint = { login_hint: 'somebody@example.com' };

export async function pushRequest({ caller }: Stage, target: OidcTarget, params = hint): Promise<string> {
  const form = toUrlencoded(Object.entries(authorizationParams(target, params).params));
  const pushed = await caller.succeed(post(`/oidc/${target.connection}/par`, form, asOidcClient(target)));
  return pushed.text('request_uri');
}

/** Starts a sign-in and pushes a request at an OpenID provider. Attackers must be able to use neither. */
export async function beginElsewhere(stage: Stage, connection: string): Promise<Begun> {
  const target = clientOf(stage.providers, mainClients[connection]);
  const { browser, seen } = await startAtProvider(stage.url, target, authorizationParams(target, hint).params);
  const uid = [...browser.jar.values()]
    .find(({ path }) => path.includes('/interaction/'))
    ?.path.split('/')
    .at(-1);
  if (uid === undefined) throw new Error(`${connection}: no interaction: ${seen.status} ${seen.text.slice(0, 300)}`);
  return { uid, pushed: await pushRequest(stage, target) };
}

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Texts that no parameter of `sensitive` may take. */
const forgedTexts = ({ redirectUri }: OidcTarget, lure: string): readonly string[] => [
  ...['__proto__', 'nobody', 'token', 'code token', 'none', 'password', 'client_credentials', 'refresh_token'],
  ...['implicit', 'file:///etc/passwd', lure, `urn:ietf:params:oauth:request_uri:${base64(16)}`, base64(32)],
  ...['device_code', 'token-exchange'].map((type) => `urn:ietf:params:oauth:grant-type:${type}`),
  `${encodePart({ alg: 'none' })}.${encodePart({ client_id: 'app', iss: 'app' })}.`,
  ...['://evil-$2', '://$2@evil.example.com', '://$2.evil.example.com'].map((host) =>
    redirectUri.replace(/(:\/\/)([^/]+)/, host),
  ),
  ...['/more', '?next=https://evil.example.com', '#a', '/../open'].map((end) => redirectUri + end),
  redirectUri.replace(/^https?:/, 'javascript:'),
];

/** Parameters that decide on what a sign-in may do, by the end of the path. */
const ofRequest = ['client_id', 'redirect_uri', 'response_type', 'request', 'request_uri', 'code_challenge_method'];
const sensitive: Readonly<Record<string, readonly string[]>> = {
  authorize: ofRequest,
  par: ofRequest,
  token: ['client_id', 'code', 'grant_type', 'client_assertion'],
  userinfo: ['access_token'],
  '{uid}': ['uid'],
};

/** Returns parameters of a request that is in order but for what an attacker cannot know. */
function paramsOf(end: string, client: OidcTarget): Params {
  if (end === '{uid}') return { username: hint.login_hint };
  const code = { code: base64(32), code_verifier: base64(32), redirect_uri: client.redirectUri };
  if (end === 'token') return { grant_type: 'authorization_code', ...code };
  return end === 'authorize' || end === 'par' ? authorizationParams(client, hint).params : {};
}

export function toOidcTarget(endpoint: Endpoint, connection: string, field: Battlefield): Target {
  const { stage, victims, begun, known } = field;
  const { method, path, needs } = endpoint;
  const { providers, credentials } = stage;
  const client = clientOf(providers, mainClients[connection]);
  const elsewhere = connection === 'rival' ? 'okta' : 'rival';
  const foreign = clientOf(providers, mainClients[elsewhere]);
  const { uid } = begun[connection];
  const end = path.split('/').at(-1) ?? '';
  const isForm = end === 'par' || end === 'token';
  const isVisit = end === 'authorize' || end === '{uid}';
  const headers = isForm ? asOidcClient(client) : end === 'userinfo' ? asSession(base64(32)) : [];
  const params = paramsOf(end, client);
  const wrong: Params = params.response_type === undefined ? {} : { redirect_uri: 'https://evil.example.com/' };
  const inParams = (kind: Shown['class'], texts: readonly string[]): readonly Shown[] =>
    (sensitive[end] ?? []).flatMap((name) =>
      show(kind, (text) => ({ fields: { [name]: text }, headers: isForm ? headers : [] }), texts),
    );
  const inBasic = (text: string) => ({ headers: asOidcClient({ id: client.id, secret: text }) });
  const asCaller = (kind: Shown['class'], texts: readonly string[]): readonly Shown[] =>
    isVisit ? [] : show(kind, isForm ? inBasic : inBearer, texts);
  const inCookie = (text: string) => ({ headers: [['Cookie', text] as const] });
  const cookies = ['interaction', 'resume'].map(
    (name) => `facestep-${name}=${uid}; facestep-${name}.sig=${'A'.repeat(27)}`,
  );
  const bare = () => ({ fields: { client_id: 'spa', code_challenge: '', code_challenge_method: '' } });
  const bad: readonly Shown[] = [
    ...inParams('forged', forgedTexts(client, providers.lure.url)),
    ...asCaller('forged', alterSecret(isForm ? (client.secret ?? '') : base64(32), foreign.secret ?? '')),
    ...show('forged', bare, end === 'authorize' && connection === 'okta' ? ['a public client without PKCE'] : []),
    ...show('forged', inCookie, end === '{uid}' ? cookies : []),
    ...inParams('replayed', [victims.stepUps.finished.challenge]),
    ...inParams('cross-tenant', [foreign.id, begun[elsewhere].uid, begun[elsewhere].pushed]),
    ...asCaller('cross-tenant', [foreign.secret ?? '']),
    ...inParams('wrong role', [credentials.client, victims.sessions.own, victims.ticket, credentials.owner]),
    ...asCaller('wrong role', [credentials.client]),
  ];
  const oracle: Oracle =
    needs === 'public'
      ? sameForEverybody(known)
      : eachRefused((answer) => (isVisit ? leadsOn(answer, stage) : answer.status < 400 && answer.text !== ''));
  const build = ({ uid: visited = uid, ...all }: Params, shown: readonly Header[]): Request => {
    const sent = Object.entries(all).filter(([, value]) => value !== '');
    const at = path.replace('{uid}', encodeURIComponent(visited));
    const query = new URLSearchParams(sent.map(([...each]) => each)).toString();
    return method === 'GET'
      ? { method, path: query === '' ? at : `${at}?${query}`, headers: shown, body: null }
      : post(at, toUrlencoded(sent), shown);
  };
  const replace = (field: string, text: string): Request => build({ ...params, ...wrong, [field]: text }, headers);
  const names = end === 'userinfo' ? ['access_token'] : Object.keys(params);
  return {
    endpoint,
    valid: () => build({ ...params, ...wrong }, headers),
    fields: Object.fromEntries(names.map((name) => [name, null])),
    ...{ replace, replaceInForm: replace },
    bad: (needs === 'public' ? shownToEverybody(credentials) : bad).map(
      ({ fields, headers: shown = [], ...about }) => ({
        ...about,
        request: () => build({ ...params, ...fields }, shown),
      }),
    ),
    ...{ refusedCaller: oracle, refusedRequest: oracle, mostBytes: mostFormBytes },
  };
}
