import { type Html, html } from '../../core/base/html.js';
import { inkOn } from '../../core/colour.js';
import { directionOf, type SupportedLanguage } from '../../core/language.js';
import type { EmailBrand } from '../../core/ports/delivery.js';

interface EmailLink {
  readonly label: string;
  readonly address: string;
}

export interface EmailParts {
  readonly language: SupportedLanguage;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Text shown in large type, such as a one-time code. */
  readonly code?: string;
  readonly button?: EmailLink;
  /** Link next to the button. */
  readonly otherLink?: EmailLink;
  readonly footer: readonly string[];
}

export interface Email {
  /** Display name of the sender. */
  readonly sender: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: Html;
}

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif";
const small = 'margin:0 0 8px;font-size:14px;line-height:1.5;color:#4c5a68';
const body = 'margin:0 0 16px;font-size:16px;line-height:1.5;color:#16202b';

/** Style for mail clients with dark mode. Others keep the inline colors or invert them. */
const darkStyle = html`@media (prefers-color-scheme: dark) {
.ground { background: #10161c !important; }
.card { background: #1a222b !important; border-color: #333f4b !important; }
.ink { color: #eef2f5 !important; }
.soft { color: #b3bfca !important; }
}`;

/** Composes an e-mail as text and as equivalent HTML, which has inline styles, tables, and no remote content. */
export function composeEmail(parts: EmailParts, brand: EmailBrand): Email {
  return { sender: brand.organisation, subject: parts.subject, text: toText(parts, brand), html: toHtml(parts, brand) };
}

function toText({ paragraphs, code, button, otherLink, footer }: EmailParts, { organisation }: EmailBrand): string {
  const blocks = [
    ...(organisation === null ? [] : [organisation]),
    ...paragraphs,
    ...(code === undefined ? [] : [code]),
    ...[button, otherLink].flatMap((link) => (link === undefined ? [] : [`${link.label}:\n${link.address}`])),
    ...(footer.length === 0 ? [] : [footer.join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const lines = (text: string): Html[] =>
  text.split(/\r?\n/).map((line, at) => (at === 0 ? html`${line}` : html`<br>${line}`));

function toHtml(
  { language, subject, paragraphs, code, button, otherLink, footer }: EmailParts,
  brand: EmailBrand,
): Html {
  const { organisation, accent } = brand;
  const direction = directionOf(language);
  const align = direction === 'rtl' ? 'right' : 'left';
  return html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${darkStyle}</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#eef1f4">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#eef1f4">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" dir="${direction}" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;background:#ffffff;border:1px solid #d3dae1;border-radius:16px">
<tr><td align="${align}" style="padding:24px;text-align:${align};overflow-wrap:anywhere;${font}">
${organisation === null ? null : html`<p class="soft" style="${small};font-weight:600">${organisation}</p>\n`}${paragraphs.map(
  (paragraph) => html`<p class="ink" style="${body}">${lines(paragraph)}</p>\n`,
)}${
  code === undefined
    ? null
    : html`<p class="ink" dir="ltr" style="${body};font-size:28px;font-weight:600;letter-spacing:4px">${code}</p>\n`
}${
  button === undefined
    ? null
    : html`<p style="margin:24px 0"><a href="${button.address}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:${accent};color:${inkOn(accent)};font-size:16px;font-weight:600;text-decoration:none">${button.label}</a>${otherLink === undefined ? null : html` &nbsp; <a class="ink" href="${otherLink.address}" style="display:inline-block;padding:12px 8px;color:#16202b;font-size:16px">${otherLink.label}</a>`}</p>
<p class="soft" dir="ltr" style="${small};text-align:${align}">${button.address}</p>\n`
}${footer.map((line) => html`<p class="soft" style="${small}">${lines(line)}</p>\n`)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}
