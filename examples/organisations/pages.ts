import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';

export interface Organisation {
  readonly sub: string;
  readonly name: string;
  readonly roles: readonly string[];
}

const toPage = (title: string, body: string): string => toDocument({ site: 'Tax Office', title, body });

export const renderStart = (note = ''): string =>
  toPage(
    'File a tax return',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button" href="/sign-in">Sign in for a company</a></p>`,
  );

export function renderCompany({ sub, name, roles }: Organisation, person: string): string {
  const form = `<form method="post" action="/file"><label>Annual turnover <input name="turnover" inputmode="numeric"></label>
<button>File return</button></form>`;
  return toPage(
    'Your company',
    `<p>You act for <b class="company"><bdi>${escapeHtml(name)}</bdi></b> (${escapeHtml(sub)}) as ${escapeHtml(roles.join(', '))}.</p>
<p><small>Signed in: ${escapeHtml(person)}</small></p>
${roles.includes('filer') ? form : '<p class="note">You can view returns but not file them.</p>'}
<p><a href="/sign-in">Act for another company</a></p>`,
  );
}

export const renderFiled = ({ name }: Organisation): string =>
  toPage('Filed', `<p class="note">The return of <bdi>${escapeHtml(name)}</bdi> has been filed.</p>`);
