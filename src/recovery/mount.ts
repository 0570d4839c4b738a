import type { Express, Request, Response } from 'express';
import { readCookie } from '../core/base/cookie.js';
import { languageOf } from '../core/base/languages.js';
import { isSameOrigin } from '../core/base/same-origin.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SupportedLanguage } from '../core/language.js';
import { createDirectories, type DirectoryFor } from '../core/limits/directories.js';
import { createConsumeLimits, usesOfStart } from '../core/limits/limits.js';
import { startedLink } from '../core/page-link.js';
import { secondThings } from '../core/second-things.js';
import { Credential } from '../core/secrets.js';
import { joinTicket, newSecret, splitTicket } from '../core/tickets.js';
import { secondsPerDay } from '../core/units.js';
import { FaceError, type FaceErrorCode, isFault, toCode } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, deviceCookieOf, setBrowserCookie, shownDevice } from '../http/cookies.js';
import { mountGet, mountRoute, parseForm, queryOf, type RouteExchange, userNameIn } from '../http/front-door.js';
import { sendPage } from '../http/page-layout.js';
import type { CallerPools } from '../http/request-budget.js';
import { type AdvanceDeps, advanceRecovery, readCheck, startRecoveryCheck } from './advance.js';
import { type BegunRecovery, beginRecovery, openRecoveryLink } from './begin.js';
import { confirmSeen, finishRecovery } from './issue.js';
import { type Alert, isAlert, recoveryPath, renderEnding, renderStage, renderStart } from './page.js';
import { proveSecondThing, type Shown, sendSecondCode } from './prove.js';
import { createReadProviderRefuses } from './provider-refusal.js';
import { changeRecovery, findRecovery, type Recovery, recoveryAt, withStage } from './record.js';
import { isProvenFirst, stageAt, toRevoking } from './stage.js';

/** Longer than the longest wait of a privileged person. */
const cookieLifeSec = 9 * secondsPerDay;
const maxFormBytes = 4 * 1024;
const refreshSec = 10;

export interface RecoveryMountDeps extends AdvanceDeps, Ports<'signer' | 'connections'> {
  readonly pools: CallerPools;
  /** Returns true if the last health check found that recoveries of this connection would fail. */
  readonly findsRecoveryFailing: (connection: string) => Promise<boolean>;
}

interface Visit extends RouteExchange<Request, Response> {
  readonly connection: Connection;
  readonly source: string;
}

const languageAsked = (request: Request): SupportedLanguage =>
  languageOf(new URLSearchParams(queryOf(request)).get('lang'), request.acceptsLanguages());

const alertIn = (request: Request): Alert | null => {
  const alert = new URLSearchParams(queryOf(request)).get('alert');
  return isAlert(alert) ? alert : null;
};

/** Returns the address that the help desk sends. Its secret names one recovery, and proves nothing. */
export const recoveryLink = (issuer: string, connection: string, { id, secret }: BegunRecovery): string =>
  `${issuer}${recoveryPath(connection, '/link')}?t=${joinTicket(id, secret).use((text) => text)}`;

/** What the steps of a visit share. */
function createVisits(deps: RecoveryMountDeps) {
  const { issuer } = deps;
  const consumeLimits = createConsumeLimits(deps);
  const directories = new Map<string, DirectoryFor>(
    [...deps.connections.values()].map((connection) => [
      connection.id,
      createDirectories(connection, { ...deps, consumeLimits }),
    ]),
  );
  const readProviderRefuses = createReadProviderRefuses(deps);
  const cookie = browserCookieOf('recovery', issuer.startsWith('https:'));
  return {
    directoryFor({ id }: Connection): DirectoryFor {
      const found = directories.get(id);
      if (found === undefined) throw new FaceError('not_found');
      return found;
    },
    find(request: Request): Connection {
      const connection = deps.connections.get(String(request.params.connection));
      if (connection === undefined) throw new FaceError('not_found');
      recoveryAt(connection);
      return connection;
    },
    /** Returns a message instead of an offer while the provider refuses recoveries. */
    async alertOf({ request, connection }: Pick<Visit, 'request' | 'connection'>): Promise<Alert | null> {
      if (await readProviderRefuses(connection.id)) return 'refused';
      const alert = alertIn(request);
      return alert === 'refused' ? null : alert;
    },
    /** Returns the link to the help desk: of the brand, or its address in the policy. */
    async helpOf(connection: Connection): Promise<string | null> {
      const { helpDesk } = connection.policy;
      const { helpUrl } = await deps.brandOf(connection);
      return helpUrl ?? (helpDesk === null ? null : `mailto:${helpDesk}`);
    },
    async findOwn({ request, connection }: Visit): Promise<Recovery> {
      const ticket = readCookie(request, cookie);
      if (ticket === null) throw new FaceError('step_up_unknown');
      const recovery = await findRecovery(splitTicket(new Credential(ticket)), deps);
      if (recovery.connection !== connection.id) throw new FaceError('step_up_unknown');
      return recovery;
    },
    goOn: ({ response, connection }: Visit): void =>
      response.redirect(303, `${issuer}${recoveryPath(connection.id, '/step')}`),
    bind: ({ response }: Visit, { id, secret }: BegunRecovery): void =>
      setBrowserCookie(response, { name: cookie, secret: joinTicket(id, secret), lifeSec: cookieLifeSec }),
    /** Counts what an anonymous caller causes, before any look-up or write. */
    countStart: ({ source, connection }: Visit): Promise<void> => consumeLimits(...usesOfStart(source, connection.id)),
    readForm: async ({ request, readBody }: Visit): Promise<URLSearchParams> => parseForm(request, await readBody()),
  };
}

type Acts = Readonly<Record<string, (visit: Visit) => Promise<void>>>;

/** Steps by method and last part of the path. */
function createActs(
  { directoryFor, alertOf, helpOf, findOwn, goOn, bind, countStart, readForm }: ReturnType<typeof createVisits>,
  deps: RecoveryMountDeps,
): Acts {
  const { issuer } = deps;
  return {
    'GET link': async (visit) => {
      const { response, request, connection } = visit;
      const alert = await alertOf(visit);
      // Mail filters open links, so the link counts only after a click.
      const help = await helpOf(connection);
      const language = languageAsked(request);
      sendPage(response, renderStart({ language, connection, alert, help, link: linkIn(request) }));
    },
    'POST link': async (visit) => {
      const { connection } = visit;
      if ((await alertOf(visit)) === 'refused') throw new FaceError('provider_refused');
      const ticket = new Credential((await readForm(visit)).get('t') ?? '');
      const { recovery, secret } = await openRecoveryLink({ connection, ticket }, deps);
      bind(visit, { id: recovery.id, secret });
      goOn(visit);
    },
    'POST begin': async (visit) => {
      const { connection, source, request } = visit;
      await countStart(visit);
      if ((await alertOf(visit)) === 'refused') throw new FaceError('provider_refused');
      const login = userNameIn(await readForm(visit));
      const language = languageAsked(request);
      const begun = { connection, login, source, language };
      bind(visit, await beginRecovery(begun, { ...deps, directoryFor: directoryFor(connection) }));
      goOn(visit);
    },
    'GET step': async (visit) => {
      const { request, response, connection } = visit;
      const recovery = await findOwn(visit);
      const stage = stageAt(recovery, deps.clock.now());
      const check = await readCheck(recovery, deps);
      const alert = alertIn(request) ?? (check === 'failed' ? 'face' : null);
      // The page works without its script. It is read again while it waits, and the person decides when to go on.
      if (stage.kind === 'approval' && check !== 'continue') response.set('Refresh', String(refreshSec));
      const { outbox } = deps.delivery;
      const mayContinue = check === 'continue';
      const help = await helpOf(connection);
      const shown = { language: recovery.language, connection, alert, help, outbox, mayContinue };
      sendPage(response, renderStage(stage, recovery.number, shown));
    },
    'POST step': async (visit) => {
      const { connection, source } = visit;
      await advanceRecovery({ recovery: await findOwn(visit), connection, source }, deps);
      goOn(visit);
    },
    'POST send': async (visit) => {
      const { connection, source } = visit;
      const channel = (await readForm(visit)).get('thing');
      if (channel !== 'other_email' && channel !== 'phone') throw new FaceError('not_found');
      await sendSecondCode({ recovery: await findOwn(visit), connection, channel, source }, deps);
      goOn(visit);
    },
    'POST prove': async (visit) => {
      const { connection, source } = visit;
      const shown = toShown(await readForm(visit), visit.request, deps);
      await proveSecondThing({ recovery: await findOwn(visit), connection, shown, source }, deps);
      goOn(visit);
    },
    'POST face': async (visit) => {
      const { response, connection, source } = visit;
      const recovery = await findOwn(visit);
      if (await deps.findsRecoveryFailing(connection.id)) throw new FaceError('provider_refused');
      const { stage } = recovery;
      const isProven = stage.kind === 'face' && isProvenFirst(stage.secondThing);
      if (!isProven && recovery.begunBy === null) await countStart(visit);
      const browser = newSecret(deps);
      const returnUrl = `${issuer}${recoveryPath(connection.id, '/step')}`;
      const started = await startRecoveryCheck({ recovery, connection, source, browser, returnUrl }, deps);
      const name = browserCookieOf(started.id, issuer.startsWith('https:'));
      setBrowserCookie(response, { name, secret: browser, lifeSec: connection.policy.stepUpTimeoutSec });
      response.redirect(303, startedLink(issuer, started, recovery.language));
    },
    'POST credential': async (visit) => {
      const { response, connection } = visit;
      const recovery = await findOwn(visit);
      const ending = await finishRecovery({ recovery, connection }, deps);
      if (ending.kind === 'over') return goOn(visit);
      const help = await helpOf(connection);
      sendPage(response, renderEnding(ending, { language: recovery.language, connection, alert: null, help }));
    },
    'POST revoke': async (visit) => {
      const revoke = (found: Recovery): Recovery => withStage(found, toRevoking(found.stage, { alsoSeen: false }));
      await changeRecovery((await findOwn(visit)).id, revoke, deps);
      goOn(visit);
    },
    'POST noted': async (visit) => {
      await confirmSeen(await findOwn(visit), deps);
      goOn(visit);
    },
  };
}

/** Mounts the pages at `/recover`. Unknown accounts, and those without an enrolment, cause the same pages. */
export function mountRecovery(app: Express, deps: RecoveryMountDeps): void {
  const { issuer } = deps;
  const visits = createVisits(deps);
  const { find, alertOf, helpOf } = visits;
  const acts = createActs(visits, deps);

  mountGet(app, '/recover/:connection', async (response, request) => {
    const connection = find(request);
    const alert = await alertOf({ request, connection });
    const help = await helpOf(connection);
    sendPage(response, renderStart({ language: languageAsked(request), connection, alert, help }));
  });

  mountRoute(app, '/recover/:connection/:act', {
    methods: ['GET', 'POST'],
    pools: deps.pools,
    anonymousLimitBytes: maxFormBytes,
    async answer(arrival) {
      const { request } = arrival;
      const act = acts[`${request.method} ${String(request.params.act)}`];
      const connection = find(request);
      if (act === undefined) throw new FaceError('not_found');
      if (request.method === 'POST' && !isSameOrigin(request.headers, issuer)) throw new FaceError('caller_untrusted');
      await act({ ...arrival, connection, source: sourceOf(request) });
    },
    refuse(error, { request, response }) {
      const code = toCode(error);
      const alert = alerts[code];
      if (alert === undefined) throw error;
      const { id } = find(request);
      if (isFault(code)) deps.log.warn('recovery page request failed', { connection: id, code });
      const below = alert === 'over' || alert === 'refused' ? '' : '/step';
      response.redirect(303, `${issuer}${recoveryPath(id, below)}?alert=${alert}`);
    },
  });
}

const linkIn = (request: Request): string | null => {
  const link = new URLSearchParams(queryOf(request)).get('t');
  return link !== null && /^[\w.-]{1,200}$/.test(link) ? link : null;
};

function toShown(form: URLSearchParams, request: Request, { issuer }: Ports<'issuer'>): Shown {
  const thing = secondThings.find((each) => each === form.get('thing'));
  switch (thing) {
    case 'recovery_code':
    case 'other_email':
    case 'phone': {
      const code = form.get('code')?.trim() ?? '';
      if (code === '' || code.length > 64) throw new FaceError('code_wrong');
      return { secondThing: thing, code: new Credential(code) };
    }
    case 'known_device':
      return { secondThing: thing, device: shownDevice(readCookie(request, deviceCookieOf(issuer))) };
    case 'document':
    case 'help_desk':
    case 'manager':
      return { secondThing: thing };
    case undefined:
      throw new FaceError('not_found');
  }
}

/** Alert of the page after an error. Our pages cause no other errors. */
const alerts: { readonly [Code in FaceErrorCode]?: Alert } = {
  code_wrong: 'code',
  face_not_verified: 'face',
  locked_out: 'later',
  limit_reached: 'later',
  overloaded: 'later',
  recovery_running: 'running',
  step_up_unknown: 'over',
  step_up_finished: 'over',
  step_up_opened: 'over',
  caller_untrusted: 'over',
  provider_refused: 'refused',
  profile_unavailable: 'down',
  state_unavailable: 'down',
  key_service_unavailable: 'down',
  delivery_failed: 'down',
  credential_refused: 'down',
};
