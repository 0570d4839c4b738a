/*
 * A wallet for one person, in a browser on this machine: takes a credential that a page of facestep offers, says what is in
 * it, asks whether it is still good, and shows it to whoever asks for it and is known. A wallet of a phone scans the codes in
 * place of the forms.
 */
import { randomUUID, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, type Site, sendPage } from '../web/site.js';
import { createHolder, type HeldCredential, hasEnded } from './holder.js';
import { renderAsked, renderReply, renderWallet } from './pages.js';
import { type CardRequest, readCardRequest } from './requests.js';

/**
 * Starts the wallet on this machine. What it holds ends with it.
 * @param port - 0 takes a free one
 * @param issuer - whose credentials it takes
 * @param offerPage - where a person gets an offer
 * @param authority - signs certificates of those who may ask for a card; `null`: nobody may
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
  /** What was asked, by a name that the page of it carries: an answer goes to who is shown there. */
  const requests = new Map<string, CardRequest>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch((error: unknown) =>
      show(response, `That did not work: ${error instanceof Error ? error.message : 'nobody knows why'}`),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A press of our own buttons: a page of others cannot, as its browser says where it comes from.
    if (request.method === 'POST' && request.headers.origin !== site.url) throw new Error('that is not for this page');
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (request.url === '/take') {
      held.push(await holder.take((form.get('offer') ?? '').trim(), (form.get('code') ?? '').trim()));
      return show(response, 'It is in the wallet.');
    }
    const credential = held[Number(form.get('at') ?? Number.NaN)];
    if (request.url === '/check' && credential !== undefined) {
      const isOver = await hasEnded(credential);
      return show(response, isOver ? 'It has ended: nobody should take it.' : 'It is good.');
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
