import * as z from 'zod/mini';
import type { Hint } from '../../../src/core/hints.js';
import { actions, button, el, linkButton, paragraph } from '../dom.js';
import type { PageApi } from '../page-api.js';
import { nullIfPassing } from '../problem.js';
import { type Step, sleep, type Tools } from '../step.js';
import { drawQr } from './hand-off.js';
import { waiting } from './sending.js';

type Request = Awaited<ReturnType<PageApi['requestDocument']>>;
type Seen = Awaited<ReturnType<PageApi['lookAtDocument']>>;

const pollEveryMs = 2000;

declare global {
  interface Window {
    /** @see https://www.w3.org/TR/digital-credentials/ */
    readonly DigitalCredential?: { userAgentAllowsProtocol?(protocol: string): boolean };
  }
}

/** A browser may have the interface for other protocols only, as Safari does. */
const isInBrowser = ({ protocol }: Request): boolean =>
  window.DigitalCredential?.userAgentAllowsProtocol?.(protocol) ?? 'DigitalCredential' in window;

/** The credential as the browser returns it, for the response mode `dc_api.jwt`. */
const credentialGuard = z.object({ data: z.object({ response: z.string() }) });

/** Asks for a digital identity document, in the browser or in an app, until the server can compare one. */
export const presentDocument: Step = async ({ document }, { again, isPhone }, tools) => {
  const { page, api, interrupted } = tools;
  for (let hint = again?.hint ?? null; ; ) {
    const request = await api.requestDocument();
    const ended = new AbortController();
    const choice = ask(request, { hint, isPhone, isOptional: document === 'offered' }, tools);
    const sent = request.link === null ? [] : [follow(tools, ended.signal)];
    const found = await Promise.race([choice, ...sent, interrupted]).finally(() => ended.abort());
    if (found === 'without') return { document: '', again: null };
    const response = found === 'browser' ? await askBrowser(request, tools) : found.response;
    if (found === 'browser' && response === null) continue;
    if (found === 'browser') page.show((words) => waiting('document-look', words));
    const seen: Seen = found === 'browser' ? await api.lookAtDocument(response) : found;
    if (seen.hint === null) return { document: seen.response, again: null };
    hint = seen.hint;
  }
};

function ask(
  request: Request,
  {
    hint,
    isPhone,
    isOptional,
  }: { readonly hint: Hint | null; readonly isPhone: boolean; readonly isOptional: boolean },
  { page }: Pick<Tools, 'page'>,
): Promise<'browser' | 'without'> {
  const { link } = request;
  const qr = link === null || isPhone ? null : drawQr(link);
  return page.ask((words, choose) => {
    const { document: texts } = words;
    const code =
      qr === null ? [] : [paragraph(texts.scan), el('div', { class: 'qr', role: 'img', 'aria-label': texts.qr }, qr)];
    return {
      screen: 'document',
      heading: texts.heading,
      body: [
        hint === null ? null : paragraph(words.hints[hint], 'note'),
        paragraph(texts.text, 'lead'),
        isInBrowser(request) || link !== null ? null : paragraph(texts.unsupported, 'note'),
        actions(
          isInBrowser(request) ? button('plain', texts.show, () => choose('browser')) : null,
          isPhone && link !== null ? linkButton('quiet', texts.open, link) : null,
        ),
        ...code,
        isOptional ? actions(button('quiet', texts.without, () => choose('without'))) : null,
      ],
    };
  });
}

/** Asks the browser for a document. @returns `null` if the person closed its dialog */
async function askBrowser({ protocol, data }: Request, { interrupted }: Tools): Promise<string | null> {
  const ended = new AbortController();
  const options = {
    mediation: 'required' as const,
    signal: ended.signal,
    digital: { requests: [{ protocol, data }] },
  };
  try {
    const credential: unknown = await Promise.race([navigator.credentials.get(options), interrupted]);
    return credentialGuard.safeParse(credential).data?.data.response ?? null;
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  } finally {
    ended.abort();
  }
}

/** Waits for the response that an app sends to the server. */
async function follow({ api }: Tools, ended: AbortSignal): Promise<Seen> {
  for (;;) {
    await sleep(pollEveryMs);
    ended.throwIfAborted();
    // The app may change the network of the phone.
    const seen = await api.lookAtDocument(null).catch(nullIfPassing);
    if (seen !== null && seen.response !== null) return seen;
  }
}
