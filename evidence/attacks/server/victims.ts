import { ticketOf } from '../../../support/fakes/browser.js';
import { asClient, asSession } from './credentials.js';
import { type FormPart, post, toPhotoParts, toPhotos } from './exchange.js';
import { type Film, lendCamera, openPage, startHandOff, takeFrames } from './page.js';
import type { Stage } from './stage.js';

type About = Readonly<Record<string, string>>;

export async function enrolUser(stage: Stage, login: string, photos: readonly Uint8Array[]): Promise<string> {
  const subject = await stage.providers.simulator.createUser({ login, password: 'first factor' });
  const consent = { consentStatement: 'consent-1', consentGivenAt: new Date().toISOString() };
  const texts = Object.entries({ connection: 'okta', subject, ...consent });
  await stage.backend.postForm('/enrolments', [...texts, ...toPhotoParts(photos)]);
  return subject;
}

export async function startStepUp({ backend }: Stage, about: About) {
  const started = await backend.post('/step-ups', about);
  return { id: started.text('id'), challenge: started.text('challenge'), ticket: ticketOf(started.text('url')) };
}

export async function passStepUp(stage: Stage, about: About) {
  const { id, challenge } = await startStepUp(stage, about);
  const photos = toPhotos(challenge, stage.pictures.person[1]);
  const { body } = await stage.caller.succeed(post(`/step-ups/${id}/photos`, photos));
  if (body.state !== 'passed') throw new Error(`A valid face check ended with ${String(body.state)}`);
  return { id, challenge, receipt: typeof body.receipt === 'string' ? body.receipt : '' };
}

export async function makeKiosk({ backend }: Stage, name: string) {
  const made = await backend.post('/kiosks', { name });
  const [id = '', secret = ''] = ticketOf(made.text('url')).split('.');
  return { id, secret };
}

async function makeTokens({ caller, credentials, pictures }: Stage) {
  const make = async (by: string, expiry: readonly FormPart[] = []): Promise<string> => {
    const made = await caller.postForm('/generate', [...toPhotoParts(pictures.person), ...expiry], asClient(by));
    return made.text('token');
  };
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  return {
    good: await make(credentials.legitimate),
    expiring: await make(credentials.legitimate, [['expiry', tomorrow]]),
    legitimate: await make(credentials.legitimate),
  };
}

async function openSessions(stage: Stage, subject: string) {
  const { caller, backend, providers, pictures } = stage;
  const about = { connection: 'okta', subject };
  const open = async (more: About = {}) => openPage(caller, (await startStepUp(stage, { ...about, ...more })).ticket);
  const invite = async (who: string, purpose = 'manage') => {
    const invited = await backend.post('/invitations', { ...about, subject: who, purpose });
    return openPage(caller, ticketOf(invited.text('url')));
  };
  const own = await open();
  const finished = await open();
  await caller.post('/face/decline', {}, asSession(finished));
  const managed = await enrolUser(stage, 'managed@example.com', pictures.person);
  const newcomer = { login: 'newcomer@example.com', password: 'first factor' };
  const unpaired = await startHandOff(caller, await open());
  const replacing = await open();
  const replacedCamera = await lendCamera(caller, replacing);
  await lendCamera(caller, replacing);
  return {
    own,
    finished,
    manageCamera: await lendCamera(caller, await invite(managed)),
    replacedCamera,
    manage: await invite(subject),
    /** Session of an enrolment that asks for a photo of an identity document. */
    enrolling: await invite(await providers.simulator.createUser(newcomer), 'enrol'),
    camera: await lendCamera(caller, own),
    /** Session of a phone on which the displayed number has not been chosen. */
    unpaired: await unpaired.open(),
    rival: await open({ connection: 'rival' }),
  };
}

/** Creates users, tokens and sessions that the attackers do not own. */
export async function makeVictims(stage: Stage, film: Film) {
  const { caller, admin, pictures } = stage;
  const subject = await enrolUser(stage, 'victim@example.com', pictures.person);
  const application = (await admin.post('/applications', { name: 'victim' })).text('id');
  const applicationKey = (await admin.post(`/applications/${application}/keys`, {})).text('id');
  const clientToken = (await admin.post('/generateToken', { name: 'victim' })).text('id');
  const administrator = 'victim';
  await admin.post('/administrators', { name: administrator, role: 'owner' });
  const kiosk = await makeKiosk(stage, 'victim');
  const about = { connection: 'okta', subject };
  await startStepUp(stage, { ...about, kiosk: kiosk.id });
  const sessions = await openSessions(stage, subject);
  const login = 'film@example.com';
  return {
    subject,
    application,
    applicationKey,
    administrator,
    clientToken,
    sessions,
    kiosk,
    tokens: await makeTokens(stage),
    stepUps: {
      waiting: await startStepUp(stage, about),
      rival: await startStepUp(stage, { connection: 'rival', subject: 'user-1' }),
      finished: await passStepUp(stage, about),
    },
    nonce: (await takeFrames(caller, { session: sessions.own, film, mark: 'victim' })).nonce,
    ticket: (await startStepUp(stage, about)).ticket,
    inFilm: { login, subject: await enrolUser(stage, login, film.centre) },
  };
}

export type Victims = Awaited<ReturnType<typeof makeVictims>>;
