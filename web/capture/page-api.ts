import type { z } from 'zod/mini';
import type { Hint } from '../../src/core/hints.js';
import type { ScreenAxis } from '../../src/core/screen-light.js';
import type { DeviceSignals } from '../../src/core/step-up/device-signals.js';
import { type Call, callServer } from './call-server.js';
import { OpeningKeys } from './opening-keys.js';
import { Problem } from './problem.js';
import type { Subscription } from './push.js';
import type { Frames, Secret } from './state.js';
import {
  type AnotherWay,
  anotherWayReply,
  challengeReply,
  emptyReply,
  enrolmentReply,
  frameReply,
  type HeldEnrolment,
  type HelpReason,
  handOffReply,
  kioskReply,
  type NextMovement,
  type NoticeKind,
  type Notices,
  noticesReply,
  type Outcome,
  openedReply,
  outcomeReply,
  type PasskeyRequest,
  passkeyReply,
  receiptReply,
  recoveryCodesReply,
  referenceReply,
  sentCodeReply,
  sessionReply,
  type View,
  viewReply,
} from './view.js';

/** Twelve pictures over a slow connection, and their judgement. */
const verdictWithinMs = 60_000;

/** The server, as the page knows it. Every method throws `Problem`, and those that send pictures also `UnusablePictures`. */
export class PageApi {
  #session: string | null = null;
  #shownAction: string | null = null;

  /** @param base - where the page lives, without a slash at the end: `/face` */
  constructor(
    private readonly base: string,
    private readonly keys: OpeningKeys = new OpeningKeys(null),
  ) {}

  /** What proves to the server that this browser opened the link. */
  get session(): string | null {
    return this.#session;
  }

  resume(session: string): void {
    this.#session = session;
  }

  /** Trades the one-time ticket for a session, which this object then holds; also where the answer to a try before was lost. */
  async open(ticket: string, returnUrl: string | null): Promise<View> {
    const body = { ticket, key: this.keys.keyOf(ticket), ...(returnUrl === null ? {} : { returnUrl }) };
    const { session, view } = await this.call({ method: 'POST', path: '/open', body, reply: openedReply });
    this.#session = session;
    return view;
  }

  /** How the step-up stands now; a receipt where it passed meanwhile, on the phone or in a reply that got lost. */
  async readState(): Promise<{ readonly view: View; readonly receipt: string | null }> {
    return this.call({ method: 'GET', path: '/session', reply: sessionReply });
  }

  /** @param version - of the text that was shown; `language` the one it was shown in */
  async giveConsent(version: string, language: string): Promise<View> {
    return (await this.#post('/consent', { version, language }, viewReply)).view;
  }

  async decline(): Promise<View> {
    return (await this.#post('/decline', {}, viewReply)).view;
  }

  /** Notes that the person has seen what they are to approve. @param digest - the server's, of what was shown */
  noteActionShown(digest: string): void {
    this.#shownAction = digest;
  }

  /** Asks for a new challenge; the one before it is void. @param light - how the screen's halves lie; `null`: movements alone */
  async startChallenge(light: ScreenAxis | null): Promise<{ readonly nonce: string; readonly next: NextMovement }> {
    const body = {
      ...(light === null ? {} : { light }),
      ...(this.#shownAction === null ? {} : { action: this.#shownAction }),
    };
    const { nonce, next } = await this.#post('/challenge', body, challengeReply);
    if (next === null) throw new Problem('general');
    return { nonce, next };
  }

  /**
   * Commits to a picture just taken.
   * @param digest - SHA-256 of its bytes, base64url
   * @returns what is asked for next; `null` after the last
   */
  async commitFrame(nonce: string, digest: string): Promise<NextMovement | null> {
    return (await this.#post('/challenge/frames', { nonce, digest }, frameReply)).next;
  }

  /**
   * Sends the pictures and what goes with them.
   * @param sent.device - what is told of the camera
   * @param sent.reference - a photo of an ID, at enrolment
   * @param sent.language - of the page
   */
  async send(sent: {
    readonly frames: Frames;
    readonly device: DeviceSignals | null;
    readonly secret: Secret | null;
    readonly reference: Blob | null;
    readonly language: string;
  }): Promise<Outcome> {
    const { frames, device, secret, reference, language } = sent;
    const body = new FormData();
    body.set('nonce', frames.nonce);
    body.set('language', language);
    for (const [name, value] of Object.entries(secret ?? {})) body.set(name, value);
    frames.photos.forEach((photo, index) => {
      body.append('photo', photo, `${index}.jpg`);
    });
    if (reference !== null) body.set('reference', reference, 'reference.jpg');
    if (device !== null) body.set('device', JSON.stringify(device));
    return this.call({ method: 'POST', path: '/frames', body, reply: outcomeReply, withinMs: verdictWithinMs });
  }

  /** Has the photo of an ID looked at, alone. @returns what would help; `null`: it can be used */
  async lookAtReference(reference: Blob): Promise<Hint | null> {
    const body = new FormData();
    body.set('reference', reference, 'reference.jpg');
    const reply = referenceReply;
    return (await this.call({ method: 'POST', path: '/reference', body, reply, withinMs: verdictWithinMs })).hint;
  }

  /** A link for the person's phone, and the number that this screen shows for it. */
  async startHandOff(): Promise<{ readonly url: string; readonly code: string }> {
    return this.#post('/hand-off', {}, handOffReply);
  }

  /** On the phone: the number that the computer shows; `null`: none of those offered, which ends the check. */
  async chooseNumber(number: string | null): Promise<View> {
    return (await this.#post('/hand-off/choice', { number }, viewReply)).view;
  }

  /** Has a code sent in place of a face check. @returns what goes with it */
  async sendCode(channel: 'email' | 'sms', language: string): Promise<string> {
    return (await this.#post('/another-way/send', { channel, language }, sentCodeReply)).id;
  }

  /** Gives a code in place of a face. @param given.id - what went with one that was sent */
  async passAnotherWay(
    way: AnotherWay,
    { id, code }: { readonly id: string | null; readonly code: string },
  ): Promise<{ readonly view: View; readonly receipt: string | null }> {
    const path = { email: 'code', sms: 'code', recovery_code: 'recovery-code', bypass_code: 'bypass-code' }[way];
    const body = id === null ? { code } : { channel: way, id, code };
    return this.#post(`/another-way/${path}`, body, anotherWayReply);
  }

  /** The receipt that waited for recovery codes. */
  async takeReceipt(): Promise<string | null> {
    return (await this.#post('/receipt', {}, receiptReply)).receipt;
  }

  /** New recovery codes, once. */
  async makeRecoveryCodes(): Promise<readonly string[]> {
    return (await this.#post('/recovery-codes', {}, recoveryCodesReply)).codes;
  }

  async askForHelp(reason: HelpReason, note: string): Promise<void> {
    await this.#post('/help', { reason, note }, emptyReply);
  }

  readEnrolment(): Promise<HeldEnrolment> {
    return this.call({ method: 'GET', path: '/enrolment', reply: enrolmentReply });
  }

  /** Where the worker is that shows pushed notices. */
  get noticeWorkerUrl(): string {
    return `${this.base}/notice-worker.js`;
  }

  /** Which notices the person gets, and how; `null`: nobody gets any. */
  async readNotices(): Promise<Notices | null> {
    return (await this.call({ method: 'GET', path: '/notices', reply: noticesReply })).notices;
  }

  /** @param language - of the page, which notices are in from then on */
  async chooseNotices(on: readonly NoticeKind[], email: boolean, language: string): Promise<void> {
    await this.#post('/notices', { on, email, language }, noticesReply);
  }

  /** @param publicKey - that the browser subscribed with */
  async addNoticeDevice(subscription: Subscription, publicKey: string): Promise<void> {
    await this.#post('/notices/devices', { ...subscription, publicKey }, noticesReply);
  }

  /** @param device - as the server calls it; `null`: all of them */
  async removeNoticeDevice(device: string | null): Promise<void> {
    await this.#post('/notices/devices/remove', { device }, noticesReply);
  }

  async revoke(): Promise<void> {
    await this.#post('/enrolment/revoke', {}, emptyReply);
  }

  async renew(): Promise<View> {
    return (await this.#post('/enrolment/renew', {}, viewReply)).view;
  }

  /** @param secret - of a notice's link */
  async reportNotMe(secret: string): Promise<void> {
    await this.#post('/not-me', { secret }, emptyReply);
  }

  async startPasskey(): Promise<PasskeyRequest> {
    return this.#post('/passkey', {}, passkeyReply);
  }

  /** The ticket that waits for this kiosk; `null`: none yet. `page`: where it lets in, if not here. */
  nextOfKiosk(kiosk: string, secret: string): Promise<z.output<typeof kioskReply>> {
    return this.#post('/kiosk/next', { kiosk, secret }, kioskReply);
  }

  #post<Reply>(path: string, body: Readonly<Record<string, unknown>>, reply: z.ZodMiniType<Reply>): Promise<Reply> {
    return this.call({ method: 'POST', path, body, reply });
  }

  /** Any other call of the server. */
  call<Reply>(call: Call<Reply>): Promise<Reply> {
    return callServer(this.base, this.#session, call);
  }
}
