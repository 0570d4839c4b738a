import type { JsonObject } from '../../src/core/base/json.js';
import { cardType, clientIds, connectionId, payrollId, payrollSchema, type Sites } from './portal-sites.js';

interface Registered {
  readonly id: keyof typeof clientIds;
  readonly site: { readonly redirectUri: string };
  readonly secret: string;
}

const toClient = ({ id, site, secret }: Registered, more: JsonObject): JsonObject => ({
  kind: 'relying_party',
  id: clientIds[id],
  secret,
  redirectUris: [site.redirectUri],
  ...more,
});

const purpose = (text: string) => ({ purpose: { en: text } });

/** Returns the OpenID clients of the sites. */
function toClients(sites: Sites, secret: string): readonly JsonObject[] {
  const { signIn, form, bank, lender, checkIn, office } = sites;
  const onCard = purpose('Your name is printed on the card');
  const library = purpose('We call when a book you wait for is in');
  return [
    toClient({ id: 'signIn', site: signIn, secret }, { mayEnrol: true }),
    toClient(
      { id: 'form', site: form, secret },
      {
        name: 'City Library',
        claims: {
          given_name: onCard,
          family_name: onCard,
          email: purpose('We write when a book is due'),
          phone_number: library,
        },
      },
    ),
    toClient({ id: 'bank', site: bank, secret }, { name: 'Example Bank', actions: true }),
    {
      kind: 'counter',
      id: clientIds.counter,
      name: 'City Library, desk 1',
      secret,
      claims: {
        given_name: purpose('Staff greet you by name'),
        family_name: purpose('Staff find your books by it'),
        phone_number: library,
      },
    },
    toClient({ id: 'checkIn', site: checkIn, secret }, { name: 'Check-in' }),
    toClient(
      { id: 'lender', site: lender, secret },
      {
        name: 'City Bank',
        claims: {
          name: purpose('Your name is printed on the contract'),
          annual_income: {
            from: payrollId,
            label: { en: 'Income of a year' },
            ...purpose('To see how much we can lend you'),
          },
        },
      },
    ),
    toClient({ id: 'office', site: office, secret }, { name: 'Tax Office', organisations: true }),
  ];
}

/** Returns the connections of the facestep server: the company, and the payroll. */
export function toConnections(sites: Sites, { secret, okta }: { readonly secret: string; readonly okta: JsonObject }) {
  const { signIn, form, bank, ownSignIn, payroll, payslips } = sites;
  const byName = purpose('To call you by your name');
  const company = {
    id: connectionId,
    kind: 'okta',
    policy: {
      mode: 'enforce',
      whenNotEnrolled: 'enrol',
      glance: { days: 14, proof: 'browser' },
      rules: [
        {
          name: 'Portal',
          when: { applications: [clientIds.signIn] },
          liveness: 'glance',
          mode: 'enforce',
          whenUnknown: 'deny',
        },
      ],
      organisation: 'Example Portal',
      enrolmentDays: 365,
      fallbackUrl: signIn.url,
      returnUrls: [bank.returnUrl],
    },
    oidc: {
      clients: toClients(sites, secret),
      credentials: {
        [cardType]: {
          vct: 'urn:example:staff-card',
          name: 'Staff card',
          claims: { given_name: byName, family_name: byName, email: purpose('To write to you') },
        },
      },
    },
    me: {
      signIn: { issuer: ownSignIn.url, clientId: clientIds.homePage, clientSecret: secret },
      services: [
        { name: 'Example Portal', text: { en: 'Sign in with your password and your face' }, url: signIn.url },
        { name: 'City Library', text: { en: 'Get a library card' }, url: form.url },
      ],
    },
    organisations: {
      pattern: 'corp:{organisation}:{role}',
      list: [
        { id: '201912345K', name: 'Harbour Bakery' },
        { id: 'T08GB0001A', name: 'Orchard Cycles' },
      ],
    },
    okta,
  };
  const source = {
    id: payrollId,
    kind: 'scim',
    claims: { annual_income: `${payrollSchema}:annualIncome` },
    policy: { mode: 'enforce', whenNotEnrolled: 'enrol', organisation: 'Example Payroll' },
    scim: { baseUrl: payroll.baseUrl, auth: { kind: 'bearer', token: payroll.bearer } },
    oidc: { clients: [toClient({ id: 'payslips', site: payslips, secret }, { mayEnrol: true })] },
  };
  return [company, source] as const;
}

/** Groups of the user at the provider: the roles at the organizations of `toConnections`. */
export const groups = ['corp:201912345K:filer', 'corp:201912345K:payer', 'corp:T08GB0001A:reader'];
