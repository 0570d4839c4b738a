/*
 * A wallet for one person in a browser on this machine: accepts offers of facestep, shows credentials and their status,
 * and presents them to trusted verifiers.
 */
import { randomUUID, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, type Site, sendPage } from '../web/site.js';
import { createHolder, type HeldCredential, hasEnded } from './holder.js';
import { renderAsked, renderReply, renderWallet } from './pages.js';
import { type CardRequest, readCardRequest } from './requests.js';

/**
 * Starts the wallet on this machine, with storage in memory.
 * @param issuer - issuer of the credentials that the wallet accepts
 * @param offerPage - page where users get an offer
 * @param authority - authority that signs certificates of verifiers; if `null`, no verifier is trusted
 */
export async function startWallet({
  port,
  issuer,
  offerPage,
  authority,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly offerPage: string;
  readonly authority: X509Certificate | null;
}): Promise<Site> {
  const holder = await createHolder(issuer);
  const held: HeldCredential[] = [];
  /** Open requests by id, so that an answer goes to the verifier that the page showed. */
  const requests = new Map<string, CardRequest>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch((error: unknown) =>
      show(response, `This failed: ${error instanceof Error ? error.message : 'unknown error'}`),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Accepts only this site's own buttons, by the Origin header.
    if (request.method === 'POST' && request.headers.origin !== site.url) throw new Error('that is not for this page');
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (request.url === '/take') {
      held.push(await holder.take((form.get('offer') ?? '').trim(), (form.get('code') ?? '').trim()));
      return show(response, 'The card was added.');
    }
    const credential = held[Number(form.get('at') ?? Number.NaN)];
    if (request.url === '/check' && credential !== undefined) {
      const isOver = await hasEnded(credential);
      return show(response, isOver ? 'The card was revoked.' : 'The card is valid.');
    }
    if (request.url === '/ask' && authority !== null) {
      const asked = await readCardRequest((form.get('request') ?? '').trim(), authority);
      const name = randomUUID();
      requests.set(name, asked);
      return sendPage(response, 200, renderAsked(name, asked, held));
    }
    const asked = requests.get(form.get('asked') ?? '');
    if (request.url === '/answer' && asked !== undefined) {
      const { clientId: audience, nonce, choices, answer: tell, decline } = asked;
      const names = choices[Number(form.get('choice') ?? Number.NaN)] ?? [];
      requests.delete(form.get('asked') ?? '');
      const reply =
        credential === undefined
          ? await decline()
          : await tell(await holder.show(credential, names, { audience, nonce }));
      return sendPage(response, 200, renderReply(reply));
    }
    return show(response, '');
  }

  const show = (response: ServerResponse, note: string): void =>
    sendPage(response, 200, renderWallet(held, { offerPage, note }));

  return site;
}
