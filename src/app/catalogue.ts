import { z } from 'zod';
import type { Auth } from '../access/admission.js';
import { quotaRanges } from '../access/applications.js';
import { hasRight, roles } from '../access/rights.js';
import { type Html, html } from '../core/base/html.js';
import type { Ports } from '../core/deps.js';
import { faceErrorCodes, type Json, refusals } from '../errors.js';
import type { RenderedPage } from '../http/page-layout.js';
import { type Endpoint, groupDescriptions } from '../http/rest/endpoint.js';
import { describeFields } from '../http/rest/json-schema.js';
import { codesOf, documentedPath } from '../http/rest/openapi.js';
import { renderInCatalogueStyle } from './catalogue-style.js';

const exampleObjects: Readonly<Record<string, Json>> = {
  values: { 'scim.baseUrl': 'https://idp.example.com/scim/v2' },
};

const exampleTexts: Readonly<Record<string, string>> = {
  name: 'reception',
  role: 'help-desk',
  token: '$STORED_TOKEN',
  connection: 'acme',
  provider: 'scim',
  subject: '00u1ab2cd3',
  subjects: '00u1ab2cd3',
  client: 'shop',
  id: '818f1c0d07efab4670eaa8a5',
  key: '818f1c0d07efab4670eaa8a5',
  email: 'ada@example.com',
  user: 'ada@example.com',
  settings: '{"mode": "shadow"}',
  reason: 'Pilot group',
  reference: 'HELP-4711',
  phone: '+4915112345678',
  emailCode: '077113',
  phoneCode: '187569',
  consentStatement: 'face check, version 1',
  consentGivenAt: '2026-11-20T08:49:39Z',
  request: '$REQUEST',
  receipt: '$RECEIPT',
  challenge: '$CHALLENGE',
  ticket: '$TICKET',
  kiosk: '$KIOSK',
  secret: '$SECRET',
  nonce: '$NONCE',
  digest: '$DIGEST',
  number: '4711',
  version: 'consent-1',
  language: 'en',
  brand: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  campaign: 'q2Z5H0r8mC1nT7uX',
  group: 'Everyone',
  code: '077113',
  pin: '018 349 5527',
  signing: 'wGx1mYq3',
  purpose: 'Opens payslips for their owner.',
  scopes: 'verify',
  changedAt: '2026-11-20T20:38:30.811Z',
  message: 'Who will use it?',
  text: 'All employees in Berlin.',
  endpoint: 'https://push.example.com/send/dZ3kPq8',
  p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
  auth: 'tBHItJI5svbpez7KI4CCXg',
  publicKey: 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs',
  on: 'locked',
  device: 'tm0k5vN8n3Qx1mY0b2Zc4dE6fG8hA2pQ1iMwL9yJ0sU',
  developer: 'q2Z5H0r8mC1nT7uX3bV6kL9wY4eJ0sD5fG8hA2pQ1iM',
};

const shownAnyway: ReadonlySet<string> = new Set(['connection', 'subject', 'perMinute', 'signing', 'group']);

const headersByAuth = {
  client: ' -H "X-Auth-Token: $FACESTEP_TOKEN"',
  admin: ' -H "X-Admin-Key: $FACESTEP_ADMIN_KEY"',
  developer: ' -H "X-Console-Token: $CONSOLE_TOKEN" -H "Cookie: $CONSOLE_COOKIE"',
  session: ' -H "Authorization: Bearer $SESSION"',
  open: '',
} as const;

const schemaGuard = z.object({
  type: z.string().optional(),
  enum: z.array(z.json()).optional(),
  default: z.json().optional(),
  minimum: z.number().optional(),
});

function exampleOf(name: string, schema: Json): Json {
  const { type, enum: values, default: standard, minimum } = schemaGuard.parse(schema);
  if (type === 'boolean') return true;
  if (type === 'object' && exampleObjects[name] !== undefined) return exampleObjects[name];
  if (type === 'integer' || type === 'number') return standard ?? minimum ?? 1;
  const [first = ''] = values ?? [];
  const example = exampleTexts[name] ?? first;
  return type === 'array' ? [example] : example;
}

function exampleFields({ fieldsGuard }: Endpoint): Readonly<Record<string, Json>> {
  const { properties, required } = describeFields(fieldsGuard);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) =>
      required.includes(name) || shownAnyway.has(name) ? [[name, exampleOf(name, schema)]] : [],
    ),
  );
}

export function toCurlExample(endpoint: Endpoint): string {
  const path = documentedPath(endpoint).replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const isGet = endpoint.method === 'GET';
  const fields = Object.entries(exampleFields(endpoint));
  const option = isGet ? (fields.length > 0 ? ' -G' : '') : ` -X ${endpoint.method}`;
  const call = `curl${option} $FACESTEP${path}${headersByAuth[endpoint.auth.kind]}`;
  const photos = Object.entries(endpoint.photos).flatMap(([name, { atLeast }]) =>
    Array.from({ length: atLeast }, (_, index) => {
      const file = name === 'roster' ? 'roster.txt' : `${name}${atLeast > 1 ? index + 1 : ''}.jpg`;
      return `-F "${name}=@${file}"`;
    }),
  );
  if (isGet || photos.length > 0) {
    const texts = fields.map(([name, value]) => `${isGet ? '--data-urlencode' : '-F'} "${name}=${String(value)}"`);
    return [call, ...texts, ...photos].join(' \\\n  ');
  }
  if (fields.length === 0) return call;
  const json = JSON.stringify(Object.fromEntries(fields));
  const quoted = json.includes('$') ? `"${json.replaceAll('"', '\\"')}"` : `'${json}'`;
  return `${call} \\\n  -H "Content-Type: application/json" -d ${quoted}`;
}

const toHtml = (text: string): Html =>
  html`${text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`))}`;

const toAnchor = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

export function renderCatalogue(
  endpoints: readonly Endpoint[],
  { issuer, catalogueNotes }: Ports<'issuer'> & { readonly catalogueNotes: readonly Html[] },
): RenderedPage {
  const groups = Object.entries(groupDescriptions).flatMap(([name, description]) => {
    const members = endpoints.filter(({ tag }) => tag === name);
    return members.length === 0 ? [] : [{ name, description, members }];
  });
  const links = [...groups.map(({ name }) => name), 'Quotas', 'Refusals'].map(
    (name) => html`<li><a href="#${toAnchor(name)}">${name}</a></li>`,
  );
  return renderInCatalogueStyle(
    'en',
    'API catalogue · facestep',
    html`<header>
<h1>API catalogue</h1>
<p class="lead">The endpoints of this server, with what each call needs. For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Groups"><ul>${links}</ul></nav>
</header>
<main>
${renderPreparation(issuer, catalogueNotes)}
${groups.map(renderGroup)}${renderQuotas()}
${renderRefusals()}
</main>`,
  );
}

const renderPreparation = (
  issuer: string,
  notes: readonly Html[],
): Html => html`<section class="card" aria-labelledby="before">
<h2 id="before">Before the first call</h2>
<p>The examples use these environment variables. An administrator issues client tokens, with or without an application.</p>
<pre>export FACESTEP=${issuer}
export FACESTEP_TOKEN=fst_…      # a client token
export FACESTEP_ADMIN_KEY=fsa_…    # an administrator’s key</pre>
<p>Every address is also available under <code>/v1</code> and <code>/v2</code>. An address without a prefix is v1. Addresses shown with <code>/v2</code> exist, or differ, only on v2.</p>${notes.map((note) => html`\n<p>${note}</p>`)}
</section>`;

function renderGroup(group: { name: string; description: string; members: readonly Endpoint[] }): Html {
  const id = toAnchor(group.name);
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${group.name}</h2>
<p class="about">${toHtml(group.description)}</p>
${group.members.map(renderEndpoint)}</section>
`;
}

function renderEndpoint(endpoint: Endpoint): Html {
  const { method, summary, auth, isExtension } = endpoint;
  const path = documentedPath(endpoint);
  const id = toAnchor(`${method}-${path}`);
  return html`<article aria-labelledby="${id}">
<h3 id="${id}" class="address"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></h3>
<p class="summary">${toHtml(summary)}</p>
<p>${toHtml(endpoint.description)}${isExtension ? null : html` <span class="about">As in the Facenition API.</span>`}</p>
<p>${toHtml(describeNeeds(auth))}</p>
${renderFields(endpoint)}<details><summary>Example</summary>
<pre>${toCurlExample(endpoint)}</pre></details>
<details><summary>Errors</summary>
<ul class="codes">${codesOf(endpoint).map(
    (code) => html`<li><a href="#${code}"><code>${code}</code></a> ${refusals[code].text}</li>`,
  )}</ul></details>
</article>
`;
}

function describeNeeds(auth: Auth): string {
  switch (auth.kind) {
    case 'client':
      return auth.scope === null
        ? 'Needs a client token, in `X-Auth-Token`.'
        : `Needs a client token with the scope \`${auth.scope}\`, in \`X-Auth-Token\`.`;
    case 'admin': {
      const holders = roles.filter((role) => hasRight({ role }, auth.right)).join(', ');
      return `Needs an administrator’s key with the right \`${auth.right}\` (${holders}), in \`X-Admin-Key\`.`;
    }
    case 'developer':
      return 'Needs a session of the console: only the console page calls this.';
    case 'session':
      return 'Needs the session of a capture page, in `Authorization`.';
    case 'open':
      return 'Needs no client token.';
  }
}

const fieldGuard = z.looseObject({ description: z.string().default(''), enum: z.array(z.string()).default([]) });

function describeField(schema: Json): string {
  const { description, enum: values } = fieldGuard.parse(schema);
  return [
    description,
    ...(values.length === 0 ? [] : [`One of ${values.map((value) => `\`${value}\``).join(', ')}.`]),
  ].join(' ');
}

function renderFields({ fieldsGuard, photos }: Endpoint): Html | null {
  const { properties, required } = describeFields(fieldsGuard);
  const texts = Object.entries(properties).map(([name, schema]) => ({
    name,
    note: required.includes(name) ? 'required' : 'optional',
    about: describeField(schema),
  }));
  const files = Object.entries(photos).map(([name, { atLeast, atMost, about }]) => ({
    name,
    note: atLeast === atMost ? `${atMost} of them` : `${atLeast} to ${atMost}`,
    about: about?.description ?? 'JPEG, PNG or WebP, at most 10 MB.',
  }));
  const rows = [...files, ...texts].map(
    ({ name, note, about }) => html`<dt><code>${name}</code> <small>${note}</small></dt><dd>${toHtml(about)}</dd>`,
  );
  if (rows.length === 0) return null;
  return html`<details><summary>Fields</summary>\n<dl>${rows}</dl></details>\n`;
}

const inWords = (count: number): string => count.toLocaleString('en');

const renderQuotas = (): Html => html`<section aria-labelledby="quotas">
<h2 id="quotas">Quotas</h2>
<div class="card">
<p>The keys of an application share its quotas: ${inWords(quotaRanges.perMinute.standard)} requests a minute and ${inWords(quotaRanges.perDay.standard)} a day, in UTC, unless it was registered with other quotas. Requests over a quota are refused with <a href="#quota_exceeded"><code>quota_exceeded</code></a>, and <code>Retry-After</code> is the time to wait. Each response has the remaining quotas:</p>
<pre>RateLimit-Policy: "minute";q=600;w=60, "day";q=100000;w=86400
RateLimit: "minute";r=599;t=29, "day";r=99999;t=12089</pre>
<p>A client token without an application has no quota.</p>
</div>
</section>`;

function renderRefusals(): Html {
  const rows = faceErrorCodes.map(
    (code) =>
      html`<div id="${code}"><dt><code>${code}</code> <small>${refusals[code].status}</small></dt><dd>${refusals[code].text}</dd></div>\n`,
  );
  return html`<section aria-labelledby="refusals">
<h2 id="refusals">Errors</h2>
<p class="about">Each error has a code, an HTTP status and a text. Rely on the code; the text can change. With 429 and 503, <code>Retry-After</code> is the time to wait in seconds. Every response has an <code>X-Request-Id</code>: include it when you report a problem to the administrator of this server.</p>
<dl class="card refusals">
${rows}</dl>
</section>`;
}
