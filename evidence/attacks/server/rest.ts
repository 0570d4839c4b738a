import type { Json } from '../../../src/core/base/json.js';
import { badCredentials, rightCredential, type Shown } from './bad-credentials.js';
import { type FormPart, jsonText, type Request, toJson, toMultipart } from './exchange.js';
import {
  type Battlefield,
  type Endpoint,
  eachRefused,
  metricsEndpoint,
  type Oracle,
  refused,
  refusedOrHelped,
  type Schema,
  sameForEverybody,
  type Target,
} from './hostile.js';

/** Optional fields without which the endpoint has nothing to act on. */
const alsoSent: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/step-ups$/, ['connection', 'subject']],
  [/^\/subjects\/(export|revoke|erase|unlock|withdraw-data-consents|end-links)$/, ['connection', 'subject']],
  [/^\/applications\/\{id\}\/change$/, ['contact']],
  [/^\/enrolments(\/revoke)?$/, ['subject']],
  [/^\/invitations$|^\/subjects\/invite$/, ['subject', 'purpose']],
];

let made = 0;

function knownValues({ path }: Endpoint, { stage, victims }: Battlefield): Readonly<Record<string, Json>> {
  const { tokens, stepUps, kiosk } = victims;
  const [, nonce = ''] = victims.frames[0] ?? [];
  const isCode = path.endsWith('/authenticate-credentials');
  return {
    ...{ connection: 'okta', client: 'portal', subject: victims.subject, tenant: 'default', ticket: victims.ticket },
    ...{ purpose: 'manage', accuracy: 4, scope: '', scopes: ['verify'], role: 'auditor', number: '10', language: 'en' },
    ...{ consentStatement: 'consent-1', consentGivenAt: new Date().toISOString(), version: 'consent-1' },
    ...{ contact: 'nobody', email: `siege-${made}@example.com`, phone: `+1500555${String(1000 + (made % 9000))}` },
    ...{ emailCode: '000000', phoneCode: '000000', kiosk: kiosk.id, secret: kiosk.secret, digest: 'A'.repeat(43) },
    key: victims.applicationKey,
    name: path === '/administrators/remove' ? victims.administrator : `siege-${made}`,
    id: isCode ? 'A'.repeat(43) : victims.clientToken,
    nonce: typeof nonce === 'string' ? nonce : '',
    challenge: stepUps.waiting.challenge,
    request: `${stage.url}/no-request`,
    token: path === '/revoke' ? tokens.expiring.text : tokens.good,
  };
}

function leastOf({ type, enum: values, minimum }: Schema): Json {
  if (Array.isArray(values)) return values[0] ?? '';
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1;
  if (type === 'boolean') return true;
  return type === 'array' ? [] : 'x';
}

interface Sample {
  readonly texts: Readonly<Record<string, Json>>;
  readonly photos: readonly (readonly [string, Uint8Array])[];
}

function sampleOf(endpoint: Endpoint, source: Battlefield, picture?: Uint8Array): Sample {
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
  const { application, stepUps } = source.victims;
  const { method, path } = endpoint;
  const parts = { applications: application, 'step-ups': stepUps.waiting.id };
  const part = Object.entries(parts).find(([name]) => path.startsWith(`/${name}/`))?.[1] ?? 'none';
  const body = method === 'GET' ? null : sample.photos.length > 0 ? asForm(sample) : toJson(jsonFields(sample));
  return { method, path: path.replace(/\{\w+\}/g, part), headers: [], body };
}

/** Largest bodies that the server accepts, in bytes. */
const mostJsonBytes = 14 * 1024 * 1024;
const mostFormBytes = 50 * 1024 * 1024;

/** Accepts only metrics as success. Their text is not compared, because it changes. */
const figuresAlone: Oracle = eachRefused(({ status, text }) => status < 400 && !text.startsWith('# '));

/** Endpoints that receive the user's own photo, so that an accepted credential is noticed. */
const facePath =
  /^\/(generate|authenticate|authenticate-score|content-key|identify|match|match-bulk|consistency-check|detect|quality|liveness|enrolments|step-ups\/\{id\}\/photos)$/;

export function toRestTarget(endpoint: Endpoint, source: Battlefield): Target {
  const { needs, path, photos, method } = endpoint;
  const { stage, victims, known } = source;
  const headers = rightCredential(endpoint, stage, victims);
  const small = (): Sample => sampleOf(endpoint, source, stage.pictures.landscape);
  const withBody = (body: Request['body']): Request => ({ ...validRequest(endpoint, source, small()), headers, body });
  const shared = path === metricsEndpoint.path ? figuresAlone : sameForEverybody(known);
  const names = method === 'GET' ? [] : [...Object.keys(endpoint.fields), ...Object.keys(photos)];
  const toBad = ({ fields = {}, headers: shown = [], ...about }: Shown) => ({
    ...about,
    request(): Request {
      const sample = facePath.test(path) ? sampleOf(endpoint, source) : small();
      const texts = { ...sample.texts, ...fields };
      return { ...validRequest(endpoint, source, { ...sample, texts }), headers: shown };
    },
  });
  return {
    endpoint,
    valid: () => ({ ...validRequest(endpoint, source, small()), headers }),
    fields: Object.fromEntries(names.map((name) => [name, endpoint.fields[name] ?? null])),
    replace(field, json) {
      const { [field]: _, ...rest } = jsonFields(small());
      const others = JSON.stringify(rest).slice(1, -1);
      return withBody(jsonText(`{"${field}":${json}${others === '' ? '' : `,${others}`}}`));
    },
    replaceInForm(field, text) {
      const sample = small();
      return withBody(asForm({ ...sample, texts: { ...sample.texts, [field]: text } }));
    },
    bad: badCredentials(endpoint, stage, victims).map(toBad),
    refusedCaller: needs === 'public' ? shared : refused,
    refusedRequest: needs === 'public' ? shared : refusedOrHelped,
    mostBytes: Object.keys(photos).length > 0 ? mostFormBytes : mostJsonBytes,
  };
}
