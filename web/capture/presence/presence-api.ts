// Import this first, because it configures zod for all guards.
import '../zod-settings.js';
import {
  presenceConsentVersion,
  type SkipReason,
  type TesterView,
  testerOpenedReply,
  testerReply,
} from '../../../src/step-up/page-protocol.js';
import { callServer } from '../call-server.js';
import { PageApi } from '../page-api.js';
import type { Frames } from '../state.js';

export type { DuePresentation, SkipReason, TesterView } from '../../../src/step-up/page-protocol.js';

/** Timeout of sending pictures: enough for five pictures over a slow connection. */
const keptWithinMs = 60_000;

export interface TakingPart {
  readonly person: string;
  readonly device: string;
  readonly allowsAccuracy: boolean;
}

interface Cell {
  readonly species: string;
  readonly light: string;
}

export class PresenceApi {
  readonly challenges: PageApi;

  constructor(private readonly base: string) {
    this.challenges = new PageApi(base);
  }

  get session(): string | null {
    return this.challenges.session;
  }

  resume(session: string): void {
    this.challenges.resume(session);
  }

  async open(ticket: string): Promise<TesterView> {
    const body = { ticket };
    const opened = await callServer(this.base, null, {
      ...{ method: 'POST', path: '/open', body, reply: testerOpenedReply },
    });
    this.challenges.resume(opened.session);
    return opened.view;
  }

  async read(): Promise<TesterView> {
    return (await callServer(this.base, this.session, { method: 'GET', path: '/tester', reply: testerReply })).view;
  }

  takePart(taking: TakingPart): Promise<TesterView> {
    return this.#post('/tester', { ...taking, consentVersion: presenceConsentVersion });
  }

  async keep({ species, light }: Cell, { nonce, photos }: Frames): Promise<TesterView> {
    const body = new FormData();
    for (const [name, value] of Object.entries({ species, light, nonce })) body.set(name, value);
    photos.forEach((photo, index) => {
      body.append('photo', photo, `${index}.jpg`);
    });
    return this.#post('/presentations', body, keptWithinMs);
  }

  skip({ species, light }: Cell, reason: SkipReason): Promise<TesterView> {
    return this.#post('/presentations/skip', { species, light, reason });
  }

  async #post(
    path: string,
    body: FormData | Readonly<Record<string, unknown>>,
    withinMs?: number,
  ): Promise<TesterView> {
    const call = { method: 'POST', path, body, reply: testerReply } as const;
    return (await callServer(this.base, this.session, withinMs === undefined ? call : { ...call, withinMs })).view;
  }
}
