import type { Express, Request, Response } from 'express';
import type { OwnSignInConfig } from '../config/home-page.js';
import { readCookie } from '../core/base/cookie.js';
import { isLanguage, languageOf } from '../core/base/languages.js';
import { isSameOrigin } from '../core/base/same-origin.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { createDirectories, type DirectoryFor } from '../core/limits/directories.js';
import { type ConsumeLimits, createConsumeLimits, usesOfStart } from '../core/limits/limits.js';
import { Credential } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { FaceError, type FaceErrorCode, isFault, toCode } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, clearBrowserCookie, setBrowserCookie } from '../http/cookies.js';
import { mountGet, mountRoute, parseForm, queryOf, type RouteExchange, userNameIn } from '../http/front-door.js';
import { sendPage } from '../http/page-layout.js';
import type { CallerPools } from '../http/request-budget.js';
import { createSignInProvider, matchesState, secretsOf } from '../sign-in/provider.js';
import { beginFaceCheck, type DoorVisit, finishFaceCheck, openOwnPage } from './arrival.js';
import { type Door, doorPath, isRefusedReason, type RefusedReason, renderDoor, renderDoors } from './door-page.js';
import type { HomePages } from './home-page.js';

const visitLifeSec = 10 * 60;

type OwnSignIn = ReturnType<typeof createOwnSignIn>;

function createOwnSignIn(
  { id, profile }: Connection,
  config: OwnSignInConfig,
  deps: Pick<HomeDeps, 'issuer' | 'clock' | 'random' | 'fetch'> & { readonly consumeLimits: ConsumeLimits },
) {
  const redirectUri = `${deps.issuer}${doorPath(id, '/callback', null)}`;
  const provider = createSignInProvider(config, { ...deps, redirectUri, use: `me of ${id}` });
  const cookie = browserCookieOf('me-sign-in', deps.issuer.startsWith('https:'));
  // Derived per connection, so that one connection's answer is invalid for another.
  const secretsFor = (secret: Credential) => secretsOf(secret, `me ${id}`);
  return {
    async begin({ response }: DoorVisit): Promise<void> {
      const secret = newSecret(deps);
      const address = await provider.begin(secretsFor(secret));
      setBrowserCookie(response, { name: cookie, secret, lifeSec: visitLifeSec });
      response.redirect(303, address.href);
    },
    /**
     * @returns the user's id
     * @throws `caller_untrusted` if the answer is invalid or another browser's; `subject_unknown`; `locked_out`;
     * `profile_unavailable`
     */
    async finish({ request, response }: DoorVisit): Promise<string> {
      const browserSecret = readCookie(request, cookie);
      if (browserSecret === null) throw new FaceError('caller_untrusted');
      const secrets = secretsFor(new Credential(browserSecret));
      const query = queryOf(request);
      // This answer belongs to another window, whose cookie is kept.
      if (!matchesState(secrets, query)) throw new FaceError('caller_untrusted');
      // Counted, because even a forged answer causes a call to the provider.
      await deps.consumeLimits(['signInReturns', sourceOf(request)]);
      clearBrowserCookie(response, cookie);
      const claims = await provider.finish(query, secrets, () => true);
      const subject = claims[config.subjectClaim];
      if (typeof subject !== 'string' || subject === '') throw new FaceError('subject_unknown');
      // Some providers also find users by login, so the returned id is compared.
      const account = await profile.readAccount(subject);
      if (account.subject !== subject) throw new FaceError('subject_unknown');
      return subject;
    },
  };
}

export interface HomeDeps extends CoreDeps, HomePages, Ports<'fetch' | 'connections'> {
  readonly pools: CallerPools;
}

interface OpenDoor extends Door {
  readonly of: Connection;
  readonly directoryFor: DirectoryFor;
  readonly signIn: OwnSignIn | null;
}

const maxFormBytes = 4 * 1024;

/** Mounts the entry pages at `/me`, which show no personal data. */
export function mountHome(app: Express, deps: HomeDeps): void {
  const consumeLimits = createConsumeLimits(deps);
  const doors = openDoors({ ...deps, consumeLimits });

  const visitOf = (request: Request, response: Response) => {
    const asked = new URLSearchParams(queryOf(request));
    const lang = asked.get('lang');
    const requestedLanguage = lang !== null && isLanguage(lang) ? lang : null;
    const language = languageOf(lang, request.acceptsLanguages());
    return { request, response, requestedLanguage, language, refused: asked.get('refused') };
  };
  type PendingSignIn = DoorVisit & RouteExchange<Request, Response> & { readonly door: OpenDoor };

  function mountStep(below: string, steps: Readonly<Record<string, (visit: PendingSignIn) => Promise<void>>>): void {
    const find = (request: Request): OpenDoor => {
      const door = doors.get(String(request.params.connection));
      if (door === undefined) throw new FaceError('not_found');
      return door;
    };
    mountRoute(app, `/me/:connection${below}`, {
      methods: Object.keys(steps),
      pools: deps.pools,
      anonymousLimitBytes: maxFormBytes,
      async answer(arrival) {
        const { request, response } = arrival;
        const door = find(request);
        const { requestedLanguage } = visitOf(request, response);
        await steps[request.method]?.({ ...arrival, connection: door.of, requestedLanguage, door });
      },
      refuse(error, { request, response }) {
        const refused = reasons[toCode(error)];
        if (refused === undefined) throw error;
        const { connection } = find(request);
        if (isFault(toCode(error))) deps.log.warn('self-service page request failed', { connection, refused });
        const back = new URL(doorPath(connection, '', visitOf(request, response).requestedLanguage), deps.issuer);
        back.searchParams.set('refused', refused);
        response.redirect(303, `${deps.issuer}${back.pathname}${back.search}`);
      },
    });
  }

  /** Counts anonymous starts before any look-up or write. */
  const countStart = ({ request, door }: PendingSignIn): Promise<void> =>
    consumeLimits(...usesOfStart(sourceOf(request), door.connection));

  mountGet(app, '/me', (response, request) => {
    const [first, ...more] = [...doors.values()];
    if (first === undefined) throw new FaceError('not_found');
    const { requestedLanguage, language } = visitOf(request, response);
    if (more.length > 0) return sendPage(response, renderDoors({ language, requestedLanguage }, [first, ...more]));
    response.redirect(303, `${deps.issuer}${doorPath(first.connection, '', requestedLanguage)}`);
  });

  mountGet(app, '/me/:connection', (response, request) => {
    const door = doors.get(String(request.params.connection));
    if (door === undefined) throw new FaceError('not_found');
    const { requestedLanguage, language, refused } = visitOf(request, response);
    sendPage(response, renderDoor({ language, requestedLanguage }, door, isRefusedReason(refused) ? refused : null));
  });

  mountStep('/face-check', {
    GET: (visit) => finishFaceCheck(visit, deps),
    async POST(visit) {
      const { request, door, readBody } = visit;
      if (!door.hasFaceCheck) throw new FaceError('not_found');
      if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('caller_untrusted');
      await countStart(visit);
      const name = userNameIn(parseForm(request, await readBody()));
      await beginFaceCheck(visit, name, { ...deps, directoryFor: door.directoryFor });
    },
  });

  mountStep('/sign-in', {
    async GET(visit) {
      if (visit.door.signIn === null) throw new FaceError('not_found');
      await countStart(visit);
      await visit.door.signIn.begin(visit);
    },
  });

  mountStep('/callback', {
    async GET(visit) {
      const { connection, door } = visit;
      if (door.signIn === null) throw new FaceError('not_found');
      await openOwnPage(visit, { connection, subject: await door.signIn.finish(visit) }, null, deps);
    },
  });
}

function openDoors(deps: HomeDeps & { readonly consumeLimits: ConsumeLimits }): ReadonlyMap<string, OpenDoor> {
  return new Map(
    [...deps.connections.values()].flatMap((connection) => {
      const { door } = deps.homePages.get(connection.id) ?? { door: null };
      if (door === null) return [];
      const { organisation } = connection.policy;
      const signIn = door.signIn && createOwnSignIn(connection, door.signIn, deps);
      const open = {
        connection: connection.id,
        organisation,
        hasFaceCheck: door.faceCheck,
        hasSignIn: signIn !== null,
      };
      return [[connection.id, { ...open, of: connection, directoryFor: createDirectories(connection, deps), signIn }]];
    }),
  );
}

/** Why the page refuses after an error. The other errors are not caused by pages of ours. */
const reasons: { readonly [Code in FaceErrorCode]?: RefusedReason } = {
  face_not_verified: 'face',
  step_up_unknown: 'over',
  step_up_finished: 'over',
  caller_untrusted: 'sign-in',
  subject_unknown: 'unknown',
  profile_unavailable: 'down',
  state_unavailable: 'down',
  locked_out: 'later',
  overloaded: 'later',
};
