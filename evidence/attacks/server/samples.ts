import type { Json } from '../../../src/base/json.js';
import { type Body, type FormPart, type Request, toJson, toMultipart } from './request.js';
import type { Stage } from './stage.js';
import { type Endpoint, fillPath, type Schema } from './surface.js';
import type { Victims } from './victims.js';

/** What an endpoint is sent. */
export interface Sample {
  readonly texts: Readonly<Record<string, Json>>;
  readonly photos: readonly (readonly [string, Uint8Array])[];
}

/** What samples are filled from. */
export interface SampleSource {
  readonly stage: Stage;
  readonly victims: Victims;
  /** In place of the person's photos, where nobody looks at a face; small. */
  readonly picture: Uint8Array;
}

/** Makes names that are nobody's yet. */
let made = 0;

/** Optional fields without which a request of that address means nothing. */
const alsoSent: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/step-ups$/, ['connection', 'subject']],
  [/^\/subjects\/(export|revoke|erase|unlock|withdraw-data-consents|end-links)$/, ['connection', 'subject']],
  [/^\/applications\/\{id\}\/change$/, ['contact']],
  [/^\/enrolments(\/revoke)?$/, ['subject']],
  [/^\/invitations$|^\/subjects\/invite$/, ['subject', 'purpose']],
];

/** A value of every field there is, by its name; by address where one name means several things. */
function sampleValue(name: string, { path }: Endpoint, { stage, victims }: SampleSource): Json | undefined {
  const { tokens, stepUps, kiosk } = victims;
  const unique = `siege-${made}`;
  const [, nonce = ''] = victims.frames[0] ?? [];
  const values: Readonly<Record<string, Json>> = {
    connection: 'workforce',
    client: 'portal',
    subject: victims.subject,
    purpose: 'manage',
    accuracy: 4,
    scope: '',
    consentStatement: 'consent-1',
    consentGivenAt: new Date().toISOString(),
    tenant: 'default',
    scopes: ['verify'],
    contact: 'nobody',
    days: 1,
    key: victims.applicationKey,
    email: `${unique}@example.com`,
    phone: `+1500555${String(1000 + (made % 9000))}`,
    emailCode: '000000',
    phoneCode: '000000',
    name: unique,
    role: 'auditor',
    id: victims.clientToken,
    ticket: victims.ticket,
    version: 'consent-1',
    language: 'en',
    kiosk: kiosk.id,
    secret: kiosk.secret,
    nonce: typeof nonce === 'string' ? nonce : '',
    digest: 'A'.repeat(43),
    challenge: stepUps.waiting.challenge,
    request: `${stage.url}/no-request`,
    number: '10',
    token: tokens.good,
  };
  if (path === '/administrators/remove' && name === 'name') return victims.administrator;
  if (path.endsWith('/authenticate-credentials') && name === 'id') return 'A'.repeat(43);
  if (path === '/revoke' && name === 'token') return tokens.expiring.text;
  return values[name];
}

/** For a field that no name is known of: the least its schema takes. */
function leastOf({ type, enum: values, minimum }: Schema): Json {
  if (Array.isArray(values)) return values[0] ?? '';
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1;
  if (type === 'boolean') return true;
  return type === 'array' ? [] : 'x';
}

/** What the endpoint takes from whoever may call it. */
export function sampleOf(endpoint: Endpoint, source: SampleSource): Sample {
  made += 1;
  const more = alsoSent.find(([path]) => path.test(endpoint.path))?.[1] ?? [];
  const names = Object.keys(endpoint.fields).filter((name) => endpoint.required.includes(name) || more.includes(name));
  const texts = names.map(
    (name) => [name, sampleValue(name, endpoint, source) ?? leastOf(endpoint.fields[name])] as const,
  );
  const [, second] = source.stage.pictures.person;
  const photos = Object.entries(endpoint.photos).flatMap(([name, { atLeast }]) =>
    Array.from(
      { length: atLeast },
      () => [name, name === 'roster' ? Buffer.from(source.victims.tokens.good) : second] as const,
    ),
  );
  return { texts: Object.fromEntries(texts), photos };
}

/** The same with a small picture in place of a person's: where it is refused before anybody looks. */
export const withPicture = ({ texts, photos }: Sample, picture: Uint8Array): Sample => ({
  texts,
  photos: photos.map(([name]) => [name, picture]),
});

const toText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** As a form. */
export const asForm = ({ texts, photos }: Sample): Body => {
  const parts: FormPart[] = Object.entries(texts).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each): FormPart => [name, toText(each)]),
  );
  return toMultipart([...parts, ...photos]);
};

/** As JSON, with pictures in base64. */
export function asJson({ texts, photos }: Sample): Body {
  const pictures: Record<string, Json> = {};
  for (const [name, bytes] of photos) {
    const text = Buffer.from(bytes).toString('base64');
    const former = pictures[name];
    pictures[name] = former === undefined ? text : [former, text].flat();
  }
  return toJson({ ...texts, ...pictures });
}

/** The part of the address that names somebody's thing. */
function partOf({ path }: Endpoint, { applications, stepUps }: { applications: string; stepUps: string }): string {
  if (path.startsWith('/applications/')) return applications;
  return path.startsWith('/step-ups/') ? stepUps : 'none';
}

/** The request that the endpoint takes, without its caller's credential. */
export function validRequest(endpoint: Endpoint, source: SampleSource, sample = sampleOf(endpoint, source)): Request {
  const { victims } = source;
  const part = partOf(endpoint, { applications: victims.application, stepUps: victims.stepUps.waiting.id });
  const { method } = endpoint;
  const body = method === 'GET' ? null : sample.photos.length > 0 ? asForm(sample) : asJson(sample);
  return { method, path: fillPath(endpoint.path, part), headers: [], body };
}
