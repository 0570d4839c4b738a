import type { z } from 'zod/mini';
import type { DeviceSignals } from '../../src/core/device-signals.js';
import type { Hint } from '../../src/core/hints.js';
import type { ScreenAxis } from '../../src/core/screen-light.js';
import type { encryptPictures } from '../../src/face/engine/picture-encryption.js';
import type { Memory } from '../shared/browser-memory.js';
import { fromBase64url, toBase64url } from './base64url.js';
import { type Call, callServer } from './call-server.js';
import type { DeviceKey } from './device-key.js';
import { digestOf } from './digest.js';
import { Problem } from './problem.js';
import type { Subscription } from './push.js';
import type { Frames, Secret, VendorFrames, WrittenWay } from './state.js';
import {
  anotherWayReply,
  challengeReply,
  contextOfReference,
  documentReply,
  documentRequestReply,
  emptyReply,
  enrolmentReply,
  frameReply,
  type HelpReason,
  handOffReply,
  kioskReply,
  type NextMovement,
  type NotificationKind,
  noticesReply,
  notMeReply,
  type Outcome,
  openedReply,
  outcomeReply,
  passkeyReply,
  pictureKeysReply,
  receiptReply,
  recoveryCodesReply,
  referenceReply,
  sentCodeReply,
  sessionReply,
  setUpLinkReply,
  type VendorCheck,
  type View,
  vendorCheckReply,
  viewReply,
} from './view.js';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Timeout of sending pictures: enough for 25 pictures over a slow connection and for judging them. */
const verdictWithinMs = 60_000;

/** As a file, because a text field may not be as long. */
const appendDocument = (body: FormData, document: string): void =>
  body.append('document', new Blob([document]), 'document.jwe');

interface Encryption {
  readonly keys: readonly string[];
  readonly encryptPictures: typeof encryptPictures;
}

/** Every method throws `Problem`; those that send pictures also `UnusablePictures`. */
export class PageApi {
  /** Proof that this browser opened the link; `null` before that. */
  session: string | null = null;
  /** Digest of the action that the user has seen and approved. */
  shownAction: string | null = null;
  /** Prepared while the user moves, because its code and keys must arrive. */
  #encryption: Promise<Encryption> | null = null;
  /** Key that the page shows with challenges; `null` unless the view asks for one. */
  deviceKey: DeviceKey | null = null;

  constructor(
    private readonly base: string,
    private readonly keys: OpeningKeys = new OpeningKeys(null),
  ) {}

  /** Exchanges the single-use ticket for a session. The call can be repeated if its answer was lost. */
  async open(ticket: string, returnUrl: string | null) {
    const body = { ticket, key: this.keys.keyOf(ticket), returnUrl: returnUrl ?? undefined };
    const { session, ...opened } = await this.call({ method: 'POST', path: '/open', body, reply: openedReply });
    this.session = session;
    return opened;
  }

  /**
   * Returns the state of the step-up. The result contains the receipt if the check passed on the user's phone, or if
   * the reply with the receipt was lost.
   */
  readState = () => this.#get('/session', sessionReply);

  giveConsent = (version: string, language: string) => this.#toView('/consent', { version, language });
  /** Ends the check of a test person. */
  endTest = () => this.#post('/test', {}, anotherWayReply);
  decline = () => this.#toView('/decline');

  /**
   * Starts a new challenge, after which the previous one is invalid.
   * @param light - arrangement of the screen's halves, or `null` for movements only
   */
  async startChallenge(light: ScreenAxis | null): Promise<{ readonly nonce: string; readonly next: NextMovement }> {
    this.#encryption = this.#prepareEncryption();
    // It is awaited when the pictures are sent.
    this.#encryption.catch(() => {});
    const deviceKey = this.deviceKey?.publicKey;
    const body = { light: light ?? undefined, action: this.shownAction ?? undefined, deviceKey };
    const { nonce, next } = await this.#post('/challenge', body, challengeReply);
    if (next === null) throw new Problem('general');
    return { nonce, next };
  }

  /** Starts a vendor's liveness check. @returns `null` if the own challenge takes its place */
  async startVendorCheck(): Promise<VendorCheck | null> {
    const body = { action: this.shownAction ?? undefined };
    return (await this.#post('/vendor-check', body, vendorCheckReply)).check;
  }

  /**
   * Commits to a picture just taken and the looks before it, by the SHA-256 of their bytes.
   * @returns the next movement; `null` after the last, with the looks to send
   */
  commitFrame = (nonce: string, digest: string, looks: readonly string[]) =>
    this.#post('/challenge/frames', { nonce, digest, looks }, frameReply);

  /** @param sent.reference - photo of an identity document, for enrolment */
  async send(sent: {
    readonly frames: Frames | VendorFrames;
    readonly device: DeviceSignals | null;
    readonly secret: Secret | null;
    readonly reference: Blob | null;
    /** Encrypted response with a digital document; `null` or empty without one. */
    readonly document: string | null;
    readonly language: string;
  }): Promise<Outcome> {
    const { frames, device, secret, reference, document, language } = sent;
    const body = new FormData();
    body.set('nonce', frames.nonce);
    body.set('language', language);
    if (document) appendDocument(body, document);
    for (const [name, value] of Object.entries(secret ?? {})) body.set(name, value);
    await this.#appendPictures(body, { photos: frames.photos ?? [], reference, context: frames.nonce });
    if (device !== null) body.set('device', JSON.stringify(device));
    if (this.deviceKey !== null && frames.photos !== null) {
      const digests = await Promise.all(frames.photos.map(digestOf));
      body.set('deviceKey', this.deviceKey.publicKey);
      body.set('deviceSignature', await this.deviceKey.sign([frames.nonce, ...digests].join('.')));
    }
    const path = frames.photos === null ? '/vendor-check/finish' : '/frames';
    return this.call({ method: 'POST', path, body, reply: outcomeReply, withinMs: verdictWithinMs });
  }

  /**
   * Lets the server check whether the photo of an identity document is usable.
   * @returns a hint, or `null` if the photo is usable
   */
  async lookAtReference(reference: Blob): Promise<Hint | null> {
    const body = new FormData();
    await this.#appendPictures(body, { photos: [], reference, context: contextOfReference });
    const reply = referenceReply;
    return (await this.call({ method: 'POST', path: '/reference', body, reply, withinMs: verdictWithinMs })).hint;
  }

  requestDocument = () => this.#post('/document/request', {}, documentRequestReply);

  /**
   * Lets the server verify a digital document.
   * @param document - encrypted response, or `null` to ask for one that an app sent
   */
  lookAtDocument(document: string | null) {
    const body = new FormData();
    if (document !== null) appendDocument(body, document);
    return this.call({ method: 'POST', path: '/document', body, reply: documentReply, withinMs: verdictWithinMs });
  }

  async #prepareEncryption(): Promise<Encryption> {
    const [{ encryptPictures }, { keys }] = await Promise.all([
      import('../../src/face/engine/picture-encryption.js').catch((cause: unknown) => {
        throw new Problem('offline', null, { cause });
      }),
      this.#get('/picture-keys', pictureKeysReply),
    ]);
    return { keys, encryptPictures };
  }

  /** Appends pictures, encrypted to the processes of the server that parse pictures, if it has such processes. */
  async #appendPictures(
    body: FormData,
    sent: { readonly photos: readonly Blob[]; readonly reference: Blob | null; readonly context: string },
  ): Promise<void> {
    const { photos, reference, context } = sent;
    const pictures = reference === null ? photos : [...photos, reference];
    if (pictures.length === 0) return;
    const preparing = this.#encryption ?? this.#prepareEncryption();
    this.#encryption = null;
    const { keys, encryptPictures } = await preparing;
    const append = (picture: Blob, at: number): void =>
      body.append(at < photos.length ? 'photo' : 'reference', picture, `${at}.jpg`);
    if (keys.length === 0) return pictures.forEach(append);
    const bytes = await Promise.all(pictures.map(async (picture) => new Uint8Array(await picture.arrayBuffer())));
    const { contentKeys, encrypted } = await encryptPictures(bytes, keys.map(fromBase64url), context, random);
    const named = keys.map((key, at) => [key, toBase64url(contentKeys[at])]);
    body.set('contentKeys', JSON.stringify(Object.fromEntries(named)));
    encrypted.map((each) => new Blob([each])).forEach(append);
  }

  startHandOff = () => this.#post('/hand-off', {}, handOffReply);

  /**
   * Sends the number that the user chose on the phone, which must be the one that the computer shows. `null` means that
   * the computer shows none of the offered numbers, which ends the check.
   */
  chooseNumber = (number: string | null) => this.#toView('/hand-off/choice', { number });

  sendCode = (channel: 'email' | 'sms', language: string) =>
    this.#post('/another-way/send', { channel, language }, sentCodeReply);

  passAnotherWay(way: WrittenWay, { id, code }: { readonly id: string | null; readonly code: string }) {
    const path = { email: 'code', sms: 'code', recovery_code: 'recovery-code', bypass_code: 'bypass-code' }[way];
    const body = id === null ? { code } : { channel: way, id, code };
    return this.#post(`/another-way/${path}`, body, anotherWayReply);
  }

  passByPasskey = (passkey: string) => this.#post('/another-way/passkey', { passkey }, anotherWayReply);

  sendSetUpLink = async (language: string) => (await this.#post('/set-up-link', { language }, setUpLinkReply)).isSent;

  /** Returns the receipt, which the server withholds until recovery codes were offered. */
  takeReceipt = async () => (await this.#post('/receipt', {}, receiptReply)).receipt;
  makeRecoveryCodes = async () => (await this.#post('/recovery-codes', {}, recoveryCodesReply)).codes;
  askForHelp = (reason: HelpReason, note: string) => this.#post('/help', { reason, note }, emptyReply);

  readEnrolment = () => this.#get('/enrolment', enrolmentReply);
  revoke = () => this.#post('/enrolment/revoke', {}, emptyReply);
  renew = () => this.#toView('/enrolment/renew');

  get noticeWorkerUrl(): string {
    return `${this.base}/notice-worker.js`;
  }

  notMeUrl = (secret: string): string => `${this.base}/not-me#${secret}`;

  readNotices = async () => (await this.#get('/notices', noticesReply)).notices;
  chooseNotices = (on: readonly NotificationKind[], email: boolean, language: string) =>
    this.#post('/notices', { on, email, language }, noticesReply);
  addNoticeDevice = (subscription: Subscription, publicKey: string) =>
    this.#post('/notices/devices', { ...subscription, publicKey }, noticesReply);
  removeNoticeDevice = (device: string | null) => this.#post('/notices/devices/remove', { device }, noticesReply);

  readNotMe = (secret: string) => this.#post('/not-me/about', { secret }, notMeReply);
  reportNotMe = (secret: string) => this.#post('/not-me', { secret }, emptyReply);
  startPasskey = () => this.#post('/passkey', {}, passkeyReply);
  addPasskey = (passkey: string) => this.#post('/passkey/add', { passkey }, emptyReply);
  removePasskey = () => this.#post('/passkey/remove', {}, emptyReply);

  /** Returns the ticket for this kiosk, or `null`. `page` is the page that accepts it, if not this one. */
  nextOfKiosk = (kiosk: string, secret: string) => this.#post('/kiosk/next', { kiosk, secret }, kioskReply);

  #get<Reply>(path: string, reply: z.ZodMiniType<Reply>): Promise<Reply> {
    return this.call({ method: 'GET', path, reply });
  }

  async #toView(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<View> {
    return (await this.#post(path, body, viewReply)).view;
  }

  #post<Reply>(path: string, body: Readonly<Record<string, unknown>>, reply: z.ZodMiniType<Reply>): Promise<Reply> {
    return this.call({ method: 'POST', path, body, reply });
  }

  call<Reply>(call: Call<Reply>): Promise<Reply> {
    return callServer(this.base, this.session, call);
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
