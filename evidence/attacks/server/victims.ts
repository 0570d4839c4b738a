import { asAdministrator, asClient } from './credentials.js';
import { lendCamera, openHandOff, startHandOff } from './hand-off.js';
import { type Film, openPage, takeFrames, ticketOf } from './page.js';
import type { FormPart } from './request.js';
import type { Stage } from './stage.js';

/** What is for a link that was made to manage what is held. */
const managingPaths = [
  ...['/face/enrolment', '/face/enrolment/renew', '/face/enrolment/revoke'],
  ...['/face/data-consents', '/face/data-consents/withdraw', '/face/links', '/face/links/end'],
  ...['/face/checks', '/face/devices', '/face/devices/forget', '/face/services', '/face/export'],
];

/** What hostile calls are aimed at: all of it is in order, and none of it is theirs. */
export interface Victims {
  /** A user of `workforce` who is enrolled. */
  readonly subject: string;
  /** Tokens that a backend keeps, of the photos of `stage.pictures.person`. */
  readonly tokens: {
    readonly good: string;
    /** With an expiry a day ahead, which is said where the check asks for one. */
    readonly expiring: { readonly text: string; readonly expiry: string };
    readonly rival: string;
    /** As `good`: nobody attacks it. */
    readonly legitimate: string;
    readonly revoked: { readonly text: string; readonly expiry: string };
  };
  readonly application: string;
  /** The public id of its key. */
  readonly applicationKey: string;
  /** The public id of a client token. */
  readonly clientToken: string;
  readonly administrator: string;
  readonly stepUps: {
    /** Waits for its photos. */
    readonly waiting: { readonly id: string; readonly challenge: string };
    /** Of the rival's connection. */
    readonly rival: { readonly id: string; readonly challenge: string };
    readonly finished: { readonly id: string; readonly challenge: string };
  };
  readonly sessions: {
    readonly own: string;
    /** The phone of a hand-off of that session. */
    readonly camera: string;
    readonly manage: string;
    /** Of somebody who is asked for the photo of a document. */
    readonly enrolling: string;
    /** Phones of hand-offs of such pages of somebody else, each for one address. */
    readonly manageCameras: Readonly<Record<string, string>>;
    readonly rival: string;
    readonly finished: string;
    /** A phone that has not chosen the number of its hand-off; `null` where none has to. */
    readonly unpaired: string | null;
    /** Of a hand-off that a later one took the place of. */
    readonly replacedCamera: string;
  };
  /** Frames committed to in the session `own`, which are not sent. */
  readonly frames: readonly FormPart[];
  readonly kiosk: { readonly id: string; readonly secret: string };
  /** A ticket nobody has opened. */
  readonly ticket: string;
  /** A user of `workforce` whose face is that of the film. */
  readonly inFilm: { readonly subject: string; readonly login: string };
}

const consent = (): { consentStatement: string; consentGivenAt: string } => ({
  consentStatement: 'consent-1',
  consentGivenAt: new Date().toISOString(),
});

/** Enrols a user of a connection, as a backend does. */
export async function enrol(
  { caller, credentials }: Pick<Stage, 'caller' | 'credentials'>,
  {
    connection,
    subject,
    photos,
  }: { readonly connection: string; readonly subject: string; readonly photos: readonly Uint8Array[] },
): Promise<void> {
  const texts = Object.entries({ connection, subject, ...consent() });
  const parts = [...texts, ...photos.map((photo) => ['photo', photo] as const)];
  await caller.postForm('/enrolments', parts, asClient(credentials.legitimate));
}

/** Starts a face check. @param about - as `POST /step-ups` takes it */
export async function startStepUp(
  { caller, credentials }: Pick<Stage, 'caller' | 'credentials'>,
  about: { readonly [name: string]: string },
): Promise<{ readonly id: string; readonly challenge: string; readonly ticket: string }> {
  const started = await caller.post('/step-ups', about, asClient(credentials.legitimate));
  return { id: started.text('id'), challenge: started.text('challenge'), ticket: ticketOf(started.text('url')) };
}

/** Passes a face check by photos alone. @returns the receipt, where one was asked for */
async function passStepUp(
  stage: Pick<Stage, 'caller' | 'credentials' | 'pictures'>,
  about: { readonly [name: string]: string },
): Promise<{ readonly id: string; readonly challenge: string; readonly receipt: string | null }> {
  const { id, challenge } = await startStepUp(stage, about);
  const parts: FormPart[] = [
    ['challenge', challenge],
    ['photo', stage.pictures.person[1]],
  ];
  const { body } = await stage.caller.postForm(`/step-ups/${id}/photos`, parts);
  if (body.state !== 'passed') throw new Error(`A face check that is in order ended with ${String(body.state)}`);
  return { id, challenge, receipt: typeof body.receipt === 'string' ? body.receipt : null };
}

async function makeTokens({ caller, credentials, pictures }: Stage): Promise<Victims['tokens']> {
  const make = async (by: string, expiry?: string) => {
    const texts: FormPart[] = expiry === undefined ? [] : [['expiry', expiry]];
    const photos = pictures.person.map((photo) => ['photo', photo] as const);
    const made = await caller.postForm('/generate', [...photos, ...texts], asClient(by));
    const { expiresAt } = made.body;
    return { text: made.text('token'), expiry: typeof expiresAt === 'string' ? expiresAt : '' };
  };
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const revoked = await make(credentials.legitimate, tomorrow);
  await caller.post('/revoke', { token: revoked.text }, asClient(credentials.legitimate));
  return {
    good: (await make(credentials.legitimate)).text,
    expiring: await make(credentials.legitimate, tomorrow),
    rival: (await make(credentials.rival)).text,
    legitimate: (await make(credentials.legitimate)).text,
    revoked,
  };
}

async function openSessions(stage: Stage, subject: string, film: Film) {
  const { caller, credentials } = stage;
  const about = { connection: 'workforce', subject };
  const open = async (more: { readonly [name: string]: string } = {}) =>
    openPage(caller, (await startStepUp(stage, { ...about, ...more })).ticket);
  const invite = async (who: string, purpose = 'manage') => {
    const invited = await caller.post(
      '/invitations',
      { connection: 'workforce', subject: who, purpose },
      asClient(credentials.legitimate),
    );
    return openPage(caller, ticketOf(invited.text('url')));
  };
  const own = await open();
  const finished = await open();
  await caller.post('/face/decline', {}, [['Authorization', `Bearer ${finished.session}`]]);
  const manage = await invite(subject);
  const managed = await stage.providers.workforce.simulator.createUser({
    login: 'managed@example.com',
    password: 'first factor',
  });
  await enrol(stage, { connection: 'workforce', subject: managed, photos: stage.pictures.person });
  const newcomer = await stage.providers.workforce.simulator.createUser({
    login: 'newcomer@example.com',
    password: 'first factor',
  });
  const enrolling = await invite(newcomer, 'enrol');
  const manageCameras: Record<string, string> = {};
  for (const path of managingPaths) {
    manageCameras[path] = await lendCamera(caller, (await invite(managed)).session);
  }
  const unpaired = await openHandOff(caller, await startHandOff(caller, (await open()).session));
  const replacing = await open();
  const replacedCamera = await lendCamera(caller, replacing.session);
  await lendCamera(caller, replacing.session);
  return {
    sessions: {
      own: own.session,
      camera: await lendCamera(caller, own.session),
      manage: manage.session,
      enrolling: enrolling.session,
      manageCameras,
      finished: finished.session,
      replacedCamera,
      unpaired: unpaired.mustChoose ? unpaired.session : null,
      rival: (await open({ connection: 'rival' })).session,
    },
    frames: await takeFrames(caller, { session: own.session, film, mark: 'victim' }),
  };
}

async function enrolFilm(stage: Stage, film: Film): Promise<Victims['inFilm']> {
  const login = 'film@example.com';
  const subject = await stage.providers.workforce.simulator.createUser({ login, password: 'first factor' });
  await enrol(stage, { connection: 'workforce', subject, photos: film.centre });
  return { subject, login };
}

/** Makes all of it. */
export async function makeVictims(stage: Stage, film: Film): Promise<Victims> {
  const { caller, credentials, providers, pictures } = stage;
  const admin = asAdministrator(credentials.owner);
  const client = asClient(credentials.legitimate);
  const { simulator } = providers.workforce;
  const subject = await simulator.createUser({ login: 'victim@example.com', password: 'first factor' });
  await enrol(stage, { connection: 'workforce', subject, photos: pictures.person });
  const application = (await caller.post('/applications', { name: 'victim' }, admin)).text('id');
  const applicationKey = (await caller.post(`/applications/${application}/keys`, {}, admin)).text('id');
  const clientToken = (await caller.post('/generateToken', { name: 'victim' }, admin)).text('id');
  await caller.post('/administrators', { name: 'victim', role: 'owner' }, admin);
  const kiosk = await caller.post('/kiosks', { name: 'victim' }, client);
  const [kioskId = '', kioskSecret = ''] = ticketOf(kiosk.text('url')).split('.');
  await startStepUp(stage, { connection: 'workforce', subject, kiosk: kioskId });
  const about = { connection: 'workforce', subject };
  return {
    subject,
    application,
    applicationKey,
    clientToken,
    administrator: 'victim',
    tokens: await makeTokens(stage),
    stepUps: {
      waiting: await startStepUp(stage, about),
      rival: await startStepUp(stage, { connection: 'rival', subject: 'somebody' }),
      finished: await passStepUp(stage, about),
    },
    ...(await openSessions(stage, subject, film)),
    kiosk: { id: kioskId, secret: kioskSecret },
    ticket: (await startStepUp(stage, about)).ticket,
    inFilm: await enrolFilm(stage, film),
  };
}

/** Lays the baits of the hooks. */
export async function layBaits(stage: Stage, { good }: Victims['tokens']): Promise<void> {
  for (const { connection, bait } of stage.providers.hooks) {
    const { kind, subject } = bait;
    if (kind === 'profile' || kind === 'enrolment') {
      await enrol(stage, { connection, subject, photos: stage.pictures.person });
    }
    if (kind === 'profile') await passStepUp(stage, { connection, subject, application: 'portal' });
    if (kind === 'name') await passStepUp(stage, { connection, subject, application: 'portal', token: good });
  }
}

/** A receipt for a hook that takes one, in the name of its bait. It is good for two minutes. */
export async function issueReceipt(
  stage: Stage,
  { connection, subject, token }: { readonly connection: string; readonly subject: string; readonly token: string },
): Promise<string> {
  const audience = `${stage.url}/hooks/${connection}`;
  return (await passStepUp(stage, { connection, subject, token, audience })).receipt ?? '';
}
