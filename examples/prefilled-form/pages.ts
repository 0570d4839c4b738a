import { escapeHtml } from '../web/site.js';

const toPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
  label { display: block; margin: 1rem 0; } input { font: inherit; box-sizing: border-box; width: 100%; padding: .4rem; }
  button, .button { font: inherit; display: inline-block; padding: .5rem 1.5rem; } .note { font-weight: 600; }
</style>
<main><h1>${title}</h1>${body}</main>`;

/** Form fields by claim. */
const fields = {
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'Email address',
  phone_number: 'Phone number',
} as const;

/** Renders the form with the known claims; the user fills in the others. */
export function renderForm(known: Readonly<Record<string, unknown>>, note = ''): string {
  const rows = Object.entries(fields).map(([claim, label]) => {
    const value = known[claim];
    const text = typeof value === 'string' ? value : '';
    return `<label>${label} <input name="${claim}" value="${escapeHtml(text)}"></label>`;
  });
  return toPage(
    'Apply for a library card',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button" href="/fill">Fill in from my profile</a></p>
<form method="post" action="/send">${rows.join('\n')}<button>Send</button></form>`,
  );
}

export const renderMessage = (title: string, text: string): string => toPage(title, `<p>${text}</p>`);
