import { renderSVG } from 'uqr';
import { escapeHtml } from '../web/site.js';

/** Continues once a wallet has answered. */
export const waitScript = `const wait = () => setTimeout(async () => {
  const { goOn } = await fetch('/card/state').then((reply) => reply.json()).catch(() => ({}));
  if (goOn) location.replace('/face'); else wait();
}, 1500);
wait();`;

const toPage = (title: string, body: string, script = ''): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; color: CanvasText; background: Canvas; }
  button, .button { font: inherit; display: inline-block; padding: .6rem 1.5rem; color: ButtonText; background: ButtonFace; border: 1px solid; border-radius: .4rem; text-decoration: none; }
  .qr { max-width: 20rem; background: #fff; padding: 1rem; } .qr svg { display: block; }
</style>
<main><h1>${escapeHtml(title)}</h1>${body}</main>${script}`;

const start = '<form method="post" action="/begin"><button>Sign in with my staff card</button></form>';

export const renderStart = (): string =>
  toPage('Staff portal', `<p>Show the staff card in your wallet, then your face: nothing is typed.</p>${start}`);

/** Renders a code for a wallet on another device and a link for one on this device. */
export const renderQuestion = ({ elsewhere, here }: { readonly elsewhere: string; readonly here: string }): string =>
  toPage(
    'Show your staff card',
    `<p>Scan this with the phone that your wallet is on, and choose the card there.</p>
<div class="qr" role="img" aria-label="QR code for your wallet" data-link="${escapeHtml(elsewhere)}">${renderSVG(elsewhere)}</div>
<p><a class="button" href="${escapeHtml(here)}">My wallet is on this device</a></p>
<p role="status">This page goes on by itself. It is good for ten minutes.</p>
<p>Scan it only if you opened this page yourself. If somebody sent it to you, they want to sign in as you.</p>`,
    `<script>${waitScript}</script>`,
  );

/** @param name - `null` if not disclosed */
export const renderSignedIn = (name: string | null): string =>
  toPage(
    name === null ? 'Welcome' : `Welcome, ${name}`,
    '<p data-result="signed-in">Your card said who you are, and your face that it is you.</p>',
  );

export const renderRefusal = (why: string): string =>
  toPage('You are not signed in', `<p data-result="refused">${escapeHtml(why)}</p>${start}`);
