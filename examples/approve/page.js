/*
 * Runs in the browser: sends a document to be signed, and verifies a signature with @facestep/client. The verification
 * needs no network once the page is loaded.
 */
import { createSignatureVerifier } from '@facestep/client';

// Removes the receipt that the face check adds to the address. The server fetches the receipt itself.
if (location.hash !== '') history.replaceState(null, '', location.pathname);

const trusted = await (await fetch('/trusted.json')).json();
const signatures = createSignatureVerifier(trusted);

const upload = document.querySelector('form[data-upload]');
upload?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = upload.querySelector('output');
  const [file] = upload.elements.document.files;
  if (file === undefined) return;
  said.textContent = 'Sending…';
  const headers = { 'content-type': 'application/octet-stream', 'x-name': encodeURIComponent(file.name) };
  const reply = await fetch('/documents', { method: 'POST', headers, body: file }).catch(() => null);
  const { url, problem } = reply === null ? { problem: 'The document could not be sent.' } : await reply.json();
  if (url === undefined) said.textContent = problem;
  else location.assign(url);
});

const check = document.querySelector('form[data-check]');
check?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = check.querySelector('output');
  const [file] = check.elements.document.files;
  if (file === undefined) return;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { approval } = await signatures.verify(bytes, check.elements.signature.value.trim(), trusted.expected);
    said.dataset.result = 'holds';
    said.textContent = `The signature is valid. Approved by a face check of ${approval.sub}, who was shown: ${approval.action.title}, ${approval.action.document.name}`;
  } catch (error) {
    said.dataset.result = 'broken';
    said.textContent = `The signature is not valid. ${error.message}`;
  }
});
// Enable the buttons only now: without this script, the browser would submit the forms itself.
for (const button of document.querySelectorAll('button[disabled]')) button.disabled = false;
