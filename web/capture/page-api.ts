import type { z } from 'zod/mini';
import type { Hint } from '../../src/core/hints.js';
import type { ScreenAxis } from '../../src/core/screen-light.js';
import type { DeviceSignals } from '../../src/core/step-up/device-signals.js';
import { toBase64url } from './base64url.js';
import type { Memory } from './browser-memory.js';
import { type Call, callServer } from './call-server.js';
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

/** Timeout of sending pictures: enough for twelve pictures over a slow connection and for judging them. */
const verdictWithinMs = 60_000;

/** `lockedForSec`: seconds until the user's lockout ends. */
interface Opened {
  readonly view: View;
  readonly lockedForSec: number | null;
}

/** Every method throws `Problem`; those that send pictures also `UnusablePictures`. */
export class PageApi {
  #session: string | null = null;
  #shownAction: string | null = null;

  constructor(
    private readonly base: string,
    private readonly keys: OpeningKeys = new OpeningKeys(null),
  ) {}

  get session(): string | null {
    return this.#session;
  }

  resume(session: string): void {
    this.#session = session;
  }

  /** Exchanges the single-use ticket for a session. The call can be repeated if its answer was lost. */
  async open(ticket: string, returnUrl: string | null): Promise<Opened> {
    const body = { ticket, key: this.keys.keyOf(ticket), ...(returnUrl === null ? {} : { returnUrl }) };
    const { session, ...opened } = await this.call({ method: 'POST', path: '/open', body, reply: openedReply });
    this.#session = session;
    return opened;
  }

  /**
   * Returns the state of the step-up. The result contains the receipt if the check passed on the user's phone, or if
   * the reply with the receipt was lost.
   */
  async readState(): Promise<Opened & { readonly receipt: string | null }> {
    return this.call({ method: 'GET', path: '/session', reply: sessionReply });
  }

  async giveConsent(version: string, language: string): Promise<View> {
    return (await this.#post('/consent', { version, language }, viewReply)).view;
  }

  async decline(): Promise<View> {
    return (await this.#post('/decline', {}, viewReply)).view;
  }

  noteActionShown(digest: string): void {
    this.#shownAction = digest;
  }

  /**
   * Starts a new challenge, after which the previous one is invalid.
   * @param light - arrangement of the screen's halves, or `null` for movements only
   */
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
   * @returns the next movement, or `null` after the last
   */
  async commitFrame(nonce: string, digest: string): Promise<NextMovement | null> {
    return (await this.#post('/challenge/frames', { nonce, digest }, frameReply)).next;
  }

  /** @param sent.reference - photo of an identity document, for enrolment */
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

  /**
   * Lets the server check whether the photo of an identity document is usable.
   * @returns a hint, or `null` if the photo is usable
   */
  async lookAtReference(reference: Blob): Promise<Hint | null> {
    const body = new FormData();
    body.set('reference', reference, 'reference.jpg');
    const reply = referenceReply;
    return (await this.call({ method: 'POST', path: '/reference', body, reply, withinMs: verdictWithinMs })).hint;
  }

  async startHandOff(): Promise<{ readonly url: string; readonly code: string }> {
    return this.#post('/hand-off', {}, handOffReply);
  }

  /**
   * Sends the number that the user chose on the phone, which must be the one that the computer shows. `null` means that
   * the computer shows none of the offered numbers, which ends the check.
   */
  async chooseNumber(number: string | null): Promise<View> {
    return (await this.#post('/hand-off/choice', { number }, viewReply)).view;
  }

  async sendCode(channel: 'email' | 'sms', language: string): Promise<string> {
    return (await this.#post('/another-way/send', { channel, language }, sentCodeReply)).id;
  }

  async passAnotherWay(
    way: AnotherWay,
    { id, code }: { readonly id: string | null; readonly code: string },
  ): Promise<{ readonly view: View; readonly receipt: string | null }> {
    const path = { email: 'code', sms: 'code', recovery_code: 'recovery-code', bypass_code: 'bypass-code' }[way];
    const body = id === null ? { code } : { channel: way, id, code };
    return this.#post(`/another-way/${path}`, body, anotherWayReply);
  }

  /** Returns the receipt, which the server withholds until recovery codes were offered. */
  async takeReceipt(): Promise<string | null> {
    return (await this.#post('/receipt', {}, receiptReply)).receipt;
  }

  async makeRecoveryCodes(): Promise<readonly string[]> {
    return (await this.#post('/recovery-codes', {}, recoveryCodesReply)).codes;
  }

  async askForHelp(reason: HelpReason, note: string): Promise<void> {
    await this.#post('/help', { reason, note }, emptyReply);
  }

  readEnrolment(): Promise<HeldEnrolment> {
    return this.call({ method: 'GET', path: '/enrolment', reply: enrolmentReply });
  }

  get noticeWorkerUrl(): string {
    return `${this.base}/notice-worker.js`;
  }

  async readNotices(): Promise<Notices | null> {
    return (await this.call({ method: 'GET', path: '/notices', reply: noticesReply })).notices;
  }

  async chooseNotices(on: readonly NoticeKind[], email: boolean, language: string): Promise<void> {
    await this.#post('/notices', { on, email, language }, noticesReply);
  }

  async addNoticeDevice(subscription: Subscription, publicKey: string): Promise<void> {
    await this.#post('/notices/devices', { ...subscription, publicKey }, noticesReply);
  }

  async removeNoticeDevice(device: string | null): Promise<void> {
    await this.#post('/notices/devices/remove', { device }, noticesReply);
  }

  async revoke(): Promise<void> {
    await this.#post('/enrolment/revoke', {}, emptyReply);
  }

  async renew(): Promise<View> {
    return (await this.#post('/enrolment/renew', {}, viewReply)).view;
  }

  async reportNotMe(secret: string): Promise<void> {
    await this.#post('/not-me', { secret }, emptyReply);
  }

  async startPasskey(): Promise<PasskeyRequest> {
    return this.#post('/passkey', {}, passkeyReply);
  }

  /** Returns the ticket for this kiosk, or `null`. `page` is the page that accepts it, if not this one. */
  nextOfKiosk(kiosk: string, secret: string): Promise<z.output<typeof kioskReply>> {
    return this.#post('/kiosk/next', { kiosk, secret }, kioskReply);
  }

  #post<Reply>(path: string, body: Readonly<Record<string, unknown>>, reply: z.ZodMiniType<Reply>): Promise<Reply> {
    return this.call({ method: 'POST', path, body, reply });
  }

  call<Reply>(call: Call<Reply>): Promise<Reply> {
    return callServer(this.base, this.#session, call);
  }
}

export class OpeningKeys {
  #last: string | null = null;

  /** @param memory - storage that survives a reload; `null` to store nothing */
  constructor(private readonly memory: Memory | null) {}

  keyOf(ticket: string): string {
    const [known, kept] = (this.#last ?? this.memory?.read() ?? '').split(' ');
    const key = known === ticket && kept !== undefined ? kept : toBase64url(crypto.getRandomValues(new Uint8Array(32)));
    this.#last = `${ticket} ${key}`;
    this.memory?.write(this.#last);
    return key;
  }
}
