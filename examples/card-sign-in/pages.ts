import { renderSVG } from 'uqr';
import { escapeHtml } from '../web/site.js';
import { toDocument } from '../web/skin.js';

/** Script that opens the next page once a wallet has answered. */
export const waitScript = `const wait = () => setTimeout(async () => {
  const { goOn } = await fetch('/card/state').then((reply) => reply.json()).catch(() => ({}));
  if (goOn) location.replace('/face'); else wait();
}, 1500);
wait();`;

const toPage = (title: string, body: string, script = ''): string =>
  toDocument({ site: 'Staff portal', title, body, script });

const start = '<form method="post" action="/begin"><button>Sign in with my staff card</button></form>';

export const renderStart = (): string =>
  toPage('Sign in', `<p>Show the staff card in your wallet, then your face. You type nothing.</p>${start}`);

/** Renders a QR code for a wallet on another device, and a link for a wallet on this device. */
export const renderQuestion = ({ elsewhere, here }: { readonly elsewhere: string; readonly here: string }): string =>
  toPage(
    'Show your staff card',
    `<p>Scan this code with the phone that has your wallet, and choose the card there.</p>
<div class="qr" role="img" aria-label="QR code for your wallet" data-link="${escapeHtml(elsewhere)}">${renderSVG(elsewhere)}</div>
<p><a class="button" href="${escapeHtml(here)}">My wallet is on this device</a></p>
<p role="status">This page continues by itself. The code expires after ten minutes.</p>
<p>Scan the code only if you opened this page yourself. Anyone who sends you this page wants to sign in as you.</p>`,
    `<script>${waitScript}</script>`,
  );

export const renderSignedIn = (name: string | null): string =>
  toPage(
    name === null ? 'Welcome' : `Welcome, ${name}`,
    '<p data-result="signed-in">Your card and your face confirmed who you are.</p>',
  );

export const renderRefusal = (why: string): string =>
  toPage('You are not signed in', `<p data-result="refused">${escapeHtml(why)}</p>${start}`);
