import { toQuery } from '../../../src/core/base/query.js';
import type { Json } from '../../../src/errors.js';
import {
  alterSecret,
  alterToken,
  badCredentials,
  encodePart,
  inBearer,
  rightCredential,
  show,
  shownToEverybody,
  wrongEverywhere,
} from './bad-credentials.js';
import { asSession } from './credentials.js';
import {
  type Answer,
  type FormPart,
  get,
  type Header,
  jsonText,
  post,
  type Request,
  toJson,
  toMultipart,
  toUrlencoded,
} from './exchange.js';
import {
  type Battlefield,
  type Endpoint,
  eachRefused,
  metricsEndpoint,
  type Oracle,
  type Schema,
  type Shown,
  type Target,
} from './hostile.js';
import { asOidcClient, authorizationParams, hint, mainClients } from './page.js';
import { clientOf, type HookTarget, hookRequest, newSecret, nextPerson, type OidcTarget } from './providers.js';
import type { Stage } from './stage.js';

/* What each kind of endpoint accepts and must refuse. */

/** Largest bodies that the server accepts, in bytes; hooks accept at least theirs. */
const mostBytes = { json: 14 * 1024 * 1024, photos: 50 * 1024 * 1024, oidc: 56 * 1024, hook: 1024 * 1024 };

/** Text of a success status that reports a face mismatch. */
const unmatched = /"(?:authenticated|released)":false/;

/** Accepts error statuses and face mismatches. */
const refused: Oracle = eachRefused(({ status, text }) => status < 400 && !unmatched.test(text));

/** Texts of a success status that say what is wrong: a hint about a photo, or the problems of a brand. */
const helped = /"hint":"|"digest":null,"preview":null,"problems":\[\{/;

/** Accepts the same answers as `refused`, and answers that help the caller. */
const refusedOrHelped: Oracle = eachRefused(
  ({ status, text }) => status < 400 && !unmatched.test(text) && !helped.test(text),
);

/** Accepts error statuses, and success answers that the server gives to every caller. */
const sameForEverybody = (publicTexts: ReadonlySet<string>): Oracle =>
  eachRefused(({ status, text }) => status < 400 && !publicTexts.has(text));

/** Accepts only metrics as success. Their text is not compared, because it changes. */
const figuresAlone: Oracle = eachRefused(({ status, text }) => status < 400 && !text.startsWith('# '));

/** Optional fields without which the endpoint has nothing to act on. */
const alsoSent: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/step-ups$/, ['connection', 'subject']],
  [/^\/subjects\/(export|revoke|erase|unlock|withdraw-data-consents|end-links)$/, ['connection', 'subject']],
  [/^\/applications\/\{id\}$/, ['contact']],
  [/^\/enrolments(\/revoke)?$/, ['subject']],
  [/^\/invitations$|^\/subjects\/invite$/, ['subject', 'purpose']],
];

let made = 0;

function knownValues({ path }: Endpoint, { stage, victims }: Battlefield): Readonly<Record<string, Json>> {
  const { tokens, stepUps, kiosk } = victims;
  const isCode = path.endsWith('/authenticate-credentials');
  return {
    connection: 'okta',
    client: 'portal',
    subject: victims.subject,
    tenant: 'default',
    ticket: victims.ticket,
    purpose: 'manage',
    accuracy: 4,
    scope: '',
    scopes: ['verify'],
    role: 'auditor',
    number: '10',
    language: 'en',
    consentStatement: 'consent-1',
    consentGivenAt: new Date().toISOString(),
    version: 'consent-1',
    contact: 'nobody',
    email: `siege-${made}@example.com`,
    phone: `+1500555${String(1000 + (made % 9000))}`,
    emailCode: '000000',
    phoneCode: '000000',
    kiosk: kiosk.id,
    secret: kiosk.secret,
    digest: 'A'.repeat(43),
    key: victims.applicationKey,
    nonce: victims.nonce,
    name: `siege-${made}`,
    id: isCode ? 'A'.repeat(43) : victims.clientToken,
    challenge: stepUps.waiting.challenge,
    request: `${stage.url}/no-request`,
    token: path === '/revoke' ? tokens.expiring : tokens.good,
  };
}

function leastOf({ type, enum: values, minimum }: Schema): Json {
  if (Array.isArray(values)) return values[0] ?? '';
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1;
  if (type === 'boolean') return true;
  return type === 'array' ? [] : 'x';
}

type Sample = ReturnType<typeof sampleOf>;

function sampleOf(endpoint: Endpoint, source: Battlefield, picture?: Uint8Array) {
  made += 1;
  const more = alsoSent.find(([path]) => path.test(endpoint.path))?.[1] ?? [];
  const names = Object.keys(endpoint.fields).filter((name) => endpoint.required.includes(name) || more.includes(name));
  const known = knownValues(endpoint, source);
  const [, person] = source.stage.pictures.person;
  return {
    texts: Object.fromEntries(names.map((name) => [name, known[name] ?? leastOf(endpoint.fields[name])])),
    photos: Object.entries(endpoint.photos).flatMap(([name, count]) => {
      const file = picture ?? (name === 'roster' ? Buffer.from(source.victims.tokens.good) : person);
      return Array.from({ length: count }, () => [name, file] as const);
    }),
  };
}

const asForm = ({ texts, photos }: Sample): Request['body'] =>
  toMultipart([
    ...Object.entries(texts).flatMap(([name, value]) =>
      [value].flat().map((each): FormPart => [name, typeof each === 'string' ? each : JSON.stringify(each)]),
    ),
    ...photos,
  ]);

function jsonFields({ texts, photos }: Sample): Record<string, Json> {
  const all: Record<string, Json> = { ...texts };
  for (const [name, bytes] of photos) {
    const text = Buffer.from(bytes).toString('base64');
    all[name] = all[name] === undefined ? text : [all[name], text].flat();
  }
  return all;
}

export function validRequest(endpoint: Endpoint, source: Battlefield, sample = sampleOf(endpoint, source)): Request {
  const { administrator, application, stepUps } = source.victims;
  const { method, path } = endpoint;
  const parts = { administrators: administrator, applications: application, 'step-ups': stepUps.waiting.id };
  const part = Object.entries(parts).find(([name]) => path.startsWith(`/${name}/`))?.[1] ?? 'none';
  const body = method === 'GET' ? null : sample.photos.length > 0 ? asForm(sample) : toJson(jsonFields(sample));
  const query = method === 'GET' ? toQuery(sample.texts) : '';
  return { method, path: `${path.replace(/\{\w+\}/g, part)}${query}`, headers: [], body };
}

/** Endpoints that receive the user's own photo, so that an accepted credential is noticed. */
const facePath =
  /^\/(generate|authenticate|authenticate-score|content-key|identify|match|match-bulk|consistency-check|detect|quality|liveness|enrolments|step-ups\/\{id\}\/photos)$/;

function toRestTarget(endpoint: Endpoint, field: Battlefield): Target {
  const { path, photos, method } = endpoint;
  const { stage, victims } = field;
  const headers = rightCredential(endpoint, stage, victims);
  const small = (): Sample => sampleOf(endpoint, field, stage.pictures.landscape);
  const requestOf = (sample: Sample, texts: Sample['texts'], shown: readonly Header[]): Request => ({
    ...validRequest(endpoint, field, { ...sample, texts: { ...sample.texts, ...texts } }),
    headers: shown,
  });
  const withBody = (body: Request['body']): Request => ({ ...requestOf(small(), {}, headers), body });
  const names = method === 'GET' ? [] : [...Object.keys(endpoint.fields), ...Object.keys(photos)];
  return {
    endpoint,
    valid: () => requestOf(small(), {}, headers),
    fields: Object.fromEntries(names.map((name) => [name, endpoint.fields[name] ?? null])),
    replace(name, json) {
      const { [name]: _, ...rest } = jsonFields(small());
      const others = JSON.stringify(rest).slice(1, -1);
      return withBody(jsonText(`{"${name}":${json}${others === '' ? '' : `,${others}`}}`));
    },
    replaceInForm(name, text) {
      const sample = small();
      return withBody(asForm({ ...sample, texts: { ...sample.texts, [name]: text } }));
    },
    bad: badCredentials(endpoint, stage, victims),
    request: ({ fields = {}, headers: shown = [] }) =>
      requestOf(facePath.test(path) ? sampleOf(endpoint, field) : small(), fields, shown),
    refusedCaller: refused,
    refusedRequest: refusedOrHelped,
    mostBytes: Object.keys(photos).length > 0 ? mostBytes.photos : mostBytes.json,
  };
}

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

/** Texts that no parameter of `sensitive` may take. */
const forgedTexts = ({ redirectUri }: OidcTarget, lure: string): readonly string[] => [
  '__proto__',
  'nobody',
  'token',
  'code token',
  'none',
  'password',
  'client_credentials',
  'refresh_token',
  'implicit',
  'file:///etc/passwd',
  lure,
  `urn:ietf:params:oauth:request_uri:${newSecret()}`,
  newSecret(),
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
  const code = { code: newSecret(), code_verifier: newSecret(), redirect_uri: client.redirectUri };
  if (end === 'token') return { grant_type: 'authorization_code', ...code };
  return end === 'authorize' || end === 'par' ? authorizationParams(client, hint).params : {};
}

function toOidcTarget(endpoint: Endpoint, connection: string, field: Battlefield): Target {
  const { stage, victims, begun } = field;
  const { method, path } = endpoint;
  const { providers, credentials } = stage;
  const client = clientOf(providers, mainClients[connection]);
  const elsewhere = connection === 'rival' ? 'okta' : 'rival';
  const foreign = clientOf(providers, mainClients[elsewhere]);
  const { uid } = begun[connection];
  const end = path.split('/').at(-1) ?? '';
  const isForm = end === 'par' || end === 'token';
  const isVisit = end === 'authorize' || end === '{uid}';
  const headers = isForm ? asOidcClient(client) : end === 'userinfo' ? asSession(newSecret()) : [];
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
    ...asCaller('forged', alterSecret(isForm ? (client.secret ?? '') : newSecret(), foreign.secret ?? '')),
    ...show('forged', bare, end === 'authorize' && connection === 'okta' ? ['a public client without PKCE'] : []),
    ...show('forged', inCookie, end === '{uid}' ? cookies : []),
    ...inParams('replayed', [victims.stepUps.finished.challenge]),
    ...inParams('cross-tenant', [foreign.id, begun[elsewhere].uid, begun[elsewhere].pushed]),
    ...asCaller('cross-tenant', [foreign.secret ?? '']),
    ...inParams('wrong role', [credentials.client, victims.sessions.own, victims.ticket, credentials.owner]),
    ...asCaller('wrong role', [credentials.client]),
  ];
  const oracle = eachRefused((answer) =>
    isVisit ? leadsOn(answer, stage) : answer.status < 400 && answer.text !== '',
  );
  const build = ({ uid: visited = uid, ...all }: Params, shown: readonly Header[]): Request => {
    const form = toUrlencoded(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));
    const at = path.replace('{uid}', encodeURIComponent(visited));
    if (method === 'POST') return post(at, form, shown);
    return get(form.bytes.length === 0 ? at : `${at}?${form.bytes}`, shown);
  };
  const replace = (field: string, text: string): Request => build({ ...params, ...wrong, [field]: text }, headers);
  const names = end === 'userinfo' ? ['access_token'] : Object.keys(params);
  return {
    endpoint,
    valid: () => build({ ...params, ...wrong }, headers),
    fields: Object.fromEntries(names.map((name) => [name, null])),
    replace,
    replaceInForm: replace,
    bad,
    request: ({ fields, headers: shown = [] }) => build({ ...params, ...fields }, shown),
    refusedCaller: oracle,
    refusedRequest: oracle,
    mostBytes: mostBytes.oidc,
  };
}

const placeholder = 'replaced-value';

/**
 * Names each value within an event by its position and key, and replaces the value that is called `replaced`.
 * @param json - text that need not be valid JSON
 */
function walk(event: string, replaced?: string, json = '') {
  const names: string[] = [];
  const text = JSON.stringify(JSON.parse(event), (key, value) => {
    const name = `${names.length} ${key}`;
    names.push(name);
    return name === replaced ? placeholder : value;
  });
  return { names: names.slice(1), text: text.replace(`"${placeholder}"`, () => json) };
}

function toHookTarget(endpoint: Endpoint, target: HookTarget, stage: Stage): Target {
  const { providers, credentials } = stage;
  const user = nextPerson(false);
  const valid = (): Request => hookRequest(target, user);
  const call = target.toCall(user);
  const [[name, shown]] = Object.entries(call.headers);
  const [scheme = '', token = ''] = shown.split(' ');
  const tokens = token.includes('.') ? alterToken(token, providers) : [];
  const foreign = providers.hooks.find(({ provider }) => provider !== target.provider) ?? target;
  const isSigned = /signature/.test(name);
  const place = (text: string) => ({ headers: [[name, text]] as const });
  return {
    endpoint,
    valid,
    fields: Object.fromEntries(walk(call.body).names.map((each) => [each, null])),
    replace(field, json) {
      const { text } = walk(target.toCall(user).body, field, json);
      return post(target.path, jsonText(text), Object.entries(target.sign(text)));
    },
    replaceInForm: () => null,
    bad: [
      ...show('forged', place, ['', ...alterSecret(shown), ...tokens.map((text) => `${scheme} ${text}`)]),
      ...show('replayed', place, { 'what was signed for a former call': isSigned ? shown : '' }),
      ...show('cross-tenant', () => ({ headers: Object.entries(foreign.toCall(user).headers) }), {
        'what another tenant’s provider shows': '',
      }),
      ...wrongEverywhere(credentials),
    ],
    // The call is about a user with an unused face check, so that an accepted forgery is noticed.
    request: ({ headers = [] }) => hookRequest(target, target.bait, { headers }),
    // Entra's signing keys may arrive too late, so success answers without a decision are accepted too.
    refusedCaller: eachRefused(
      (answer) => target.isGranted(answer) || (answer.status < 400 && target.provider !== 'entra'),
    ),
    refusedRequest: eachRefused((answer) => target.isGranted(answer)),
    mostBytes: mostBytes.hook,
  };
}

/** Returns the requests that an endpoint accepts and refuses, and how to judge its answers. */
export function toTarget(endpoint: Endpoint, field: Battlefield): Target {
  const { providers, credentials } = field.stage;
  const { name, path, needs } = endpoint;
  const hook = providers.hooks.find((each) => `POST ${each.path}` === name);
  if (hook !== undefined) return toHookTarget(endpoint, hook, field.stage);
  const [, connection] = /^\/oidc\/(okta|rival)\//.exec(path) ?? [];
  const target = connection === undefined ? toRestTarget(endpoint, field) : toOidcTarget(endpoint, connection, field);
  if (needs !== 'public') return target;
  const shared = path === metricsEndpoint.path ? figuresAlone : sameForEverybody(field.publicTexts);
  return { ...target, bad: shownToEverybody(credentials), refusedCaller: shared, refusedRequest: shared };
}
