/*
 * A form that is prefilled from the user's profile after a face check and consent. A complete relying party with
 * openid-client only.
 */
import { fetchClaims, type Registration } from '../web/face-check.js';
import { startRelyingParty } from '../web/relying-party.js';
import { escapeHtml, type RelyingParty, sendPage, toDocument } from '../web/site.js';

/** Requested claims. They must be registered for this client, with their purpose. */
const claims = {
  userinfo: { given_name: { essential: true }, family_name: { essential: true }, email: null, phone_number: null },
};

const cookie = { name: 'prefilled-form', maxAgeSec: 900 };

export const startPrefilledForm = ({
  port,
  ...registration
}: Registration & { readonly port: number }): Promise<RelyingParty> =>
  startRelyingParty(port, registration, {
    cookie,
    renderStart: (note) => renderForm({}, note),
    routes: {
      'GET /fill': ({ leave }) => leave({ claims: JSON.stringify(claims) }),
      // Process the form here; the example discards it.
      'POST /send': ({ response }) => sendPage(response, 200, toPage('Thank you', '<p>Your application was sent.</p>')),
    },
    welcome: async (tokens) => renderForm(await fetchClaims(registration, tokens.access_token, tokens.claims()?.sub)),
    denied: () => ({ status: 200, note: 'Nothing was read from your profile. Fill in the form yourself.' }),
  });

const toPage = (title: string, body: string): string => toDocument({ site: 'City library', title, body });

const fields = {
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'Email address',
  phone_number: 'Phone number',
} as const;

function renderForm(known: Readonly<Record<string, unknown>>, note = ''): string {
  const rows = Object.entries(fields).map(([claim, label]) => {
    const value = known[claim];
    const text = typeof value === 'string' ? value : '';
    return `<label>${label} <input name="${claim}" value="${escapeHtml(text)}"></label>`;
  });
  return toPage(
    'Apply for a library card',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button quiet" href="/fill">Fill in from my profile</a></p>
<form method="post" action="/send">${rows.join('\n')}<button>Send</button></form>`,
  );
}
