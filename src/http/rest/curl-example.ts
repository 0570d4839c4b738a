import { z } from 'zod';
import type { Json } from '../../core/base/json.js';
import type { Endpoint } from './endpoint.js';
import { describeFields } from './json-schema.js';
import { documentedPath } from './openapi.js';

const exampleTexts: Readonly<Record<string, string>> = {
  name: 'reception',
  role: 'help-desk',
  token: '$STORED_TOKEN',
  connection: 'acme',
  subject: '00u1ab2cd3',
  subjects: '00u1ab2cd3',
  client: 'shop',
  id: '818f1c0d07efab4670eaa8a5',
  key: '818f1c0d07efab4670eaa8a5',
  email: 'ada@example.com',
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
  number: '47',
  version: 'consent-1',
  language: 'en',
  brand: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  campaign: 'q2Z5H0r8mC1nT7uX',
  group: 'Everyone',
  code: '077113',
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
  client: ' -H "X-Auth-Token: $FACENITION_TOKEN"',
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
  const call = `curl${endpoint.method === 'POST' ? ' -X POST' : ''} $FACESTEP${path}${headersByAuth[endpoint.auth.kind]}`;
  const fields = Object.entries(exampleFields(endpoint));
  const photos = Object.entries(endpoint.photos).flatMap(([name, { atLeast }]) =>
    Array.from({ length: atLeast }, (_, index) => {
      const file = name === 'roster' ? 'roster.txt' : `${name}${atLeast > 1 ? index + 1 : ''}.jpg`;
      return `-F "${name}=@${file}"`;
    }),
  );
  if (photos.length > 0) {
    const texts = fields.map(([name, value]) => `-F "${name}=${String(value)}"`);
    return [call, ...texts, ...photos].join(' \\\n  ');
  }
  if (fields.length === 0) return call;
  const json = JSON.stringify(Object.fromEntries(fields));
  const quoted = json.includes('$') ? `"${json.replaceAll('"', '\\"')}"` : `'${json}'`;
  return `${call} \\\n  -H "Content-Type: application/json" -d ${quoted}`;
}
