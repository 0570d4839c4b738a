/*
 * A wallet for one person, in a browser on this machine: takes a credential that a page of facestep offers, shows what is in
 * it, and asks whether it is still good. A wallet of a phone scans the code in place of the form.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, type Site, sendPage } from '../web/site.js';
import { createHolder, type HeldCredential, hasEnded } from './holder.js';
import { renderWallet } from './pages.js';

/**
 * Starts the wallet on this machine. What it holds ends with it.
 * @param port - 0 takes a free one
 * @param issuer - whose credentials it takes
 * @param offerPage - where a person gets an offer
 */
export async function startWallet({
  port,
  issuer,
  offerPage,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly offerPage: string;
}): Promise<Site> {
  const holder = await createHolder(issuer);
  const held: HeldCredential[] = [];
  const site = await listen(port, (request, response) => {
    answer(request, response).catch((error: unknown) =>
      show(response, `That did not work: ${error instanceof Error ? error.message : 'nobody knows why'}`),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (request.url === '/take') {
      held.push(await holder.take((form.get('offer') ?? '').trim(), (form.get('code') ?? '').trim()));
      return show(response, 'It is in the wallet.');
    }
    const credential = held[Number(form.get('at') ?? '')];
    if (request.url === '/check' && credential !== undefined) {
      const isOver = await hasEnded(credential);
      return show(response, isOver ? 'It has ended: nobody should take it.' : 'It is good.');
    }
    return show(response, '');
  }

  const show = (response: ServerResponse, note: string): void =>
    sendPage(response, 200, renderWallet(held, { offerPage, note }));

  return site;
}
