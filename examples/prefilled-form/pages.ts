import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';

const toPage = (title: string, body: string): string => toDocument({ site: 'City library', title, body });

const fields = {
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'Email address',
  phone_number: 'Phone number',
} as const;

export function renderForm(known: Readonly<Record<string, unknown>>, note = ''): string {
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

export const renderMessage = (title: string, text: string): string => toPage(title, `<p>${text}</p>`);
