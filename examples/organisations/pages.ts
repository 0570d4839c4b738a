import { escapeHtml } from '../web/site.js';

export interface Organisation {
  readonly sub: string;
  readonly name: string;
  readonly roles: readonly string[];
}

const toPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
  input { font: inherit; box-sizing: border-box; width: 100%; padding: .4rem; } label { display: block; margin: 1rem 0; }
  button, .button { font: inherit; display: inline-block; padding: .5rem 1.5rem; } .note { font-weight: 600; }
</style>
<main><h1>${title}</h1>${body}</main>`;

export const renderStart = (note = ''): string =>
  toPage(
    'Tax Office',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button" href="/sign-in">Sign in for a company</a></p>`,
  );

/** Renders the user's rights for a company. */
export function renderCompany({ sub, name, roles }: Organisation, person: string): string {
  const form = `<form method="post" action="/file"><label>Turnover of the year <input name="turnover" inputmode="numeric"></label>
<button>File the return</button></form>`;
  return toPage(
    'Your company',
    `<p>You act for <b class="company"><bdi>${escapeHtml(name)}</bdi></b> (${escapeHtml(sub)}) as ${escapeHtml(roles.join(', '))}.</p>
<p><small>Signed in: ${escapeHtml(person)}</small></p>
${roles.includes('filer') ? form : '<p class="note">You may look, and not file.</p>'}
<p><a href="/sign-in">Act for another company</a></p>`,
  );
}

export const renderFiled = ({ name }: Organisation): string =>
  toPage('Filed', `<p class="note">The return of <bdi>${escapeHtml(name)}</bdi> is on its way.</p>`);
