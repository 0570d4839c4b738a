import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { readBearer } from '../../../src/access/admission.js';
import type { Ports } from '../../../src/core/deps.js';
import { pagePath } from '../../../src/core/page-link.js';
import { looksOfPage } from '../../../src/core/page-protocol.js';
import { screenAxes } from '../../../src/core/screen-light.js';
import { Credential, digestOf, maxPhotoBytes, owningPhotos, type Photo } from '../../../src/core/secrets.js';
import { addSec, secondsPerDay } from '../../../src/core/units.js';
import { FaceError } from '../../../src/errors.js';
import { noteSource } from '../../../src/http/access-log.js';
import { type BodyOptions, readBody } from '../../../src/http/body.js';
import { type RouteExchange, serveRoute } from '../../../src/http/front-door.js';
import { createErrorHandler } from '../../../src/http/reply.js';
import { createBodyPools, formOverheadBytes } from '../../../src/http/request-budget.js';
import { parseFields } from '../../../src/http/rest/endpoint.js';
import { mountPage, type PageFolders } from '../../../src/step-up/endpoints/page.js';
import { photosOfChallenge } from '../../../src/step-up/movement-challenge.js';
import type { Collection } from './collection.js';
import { toCodeName } from './key-file.js';
import { presenceConsentVersion, skipReasons, type TesterView } from './page-protocol.js';
import type { Plan } from './plan.js';
import { commitFrame, readTally, startChallenge, type TesterSession, takeChallenge, type Visits } from './visits.js';

export interface PresenceAppDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly plan: Plan;
  readonly collection: Collection;
  readonly visits: Visits;
  readonly folders: PageFolders;
  readonly proxyHops: number;
  readonly onOpened: () => void;
}

type PhotoLimits = BodyOptions['photoLimits'];

interface Call {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly photos: readonly Photo[];
  readonly visit: TesterSession;
}

const codeGuard = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u)
  .transform(toCodeName);

const openGuard = z.strictObject({ ticket: z.string().min(1).max(256) });
const challengeGuard = z.strictObject({ light: z.enum(screenAxes).nullable().default(null) });
const testerGuard = z.strictObject({
  person: codeGuard,
  device: z.string(),
  consentVersion: z.literal(presenceConsentVersion),
  allowsAccuracy: z.boolean(),
});
const digestGuard = z.base64url().length(43);
const commitGuard = z.strictObject({
  nonce: z.string().min(1).max(256),
  digest: digestGuard,
  looks: z.array(digestGuard).max(looksOfPage.most),
});
const cellFields = { species: z.string(), light: z.string() };
const presentationGuard = z.strictObject({ ...cellFields, nonce: z.string().min(1).max(256) });
const skipGuard = z.strictObject({ ...cellFields, reason: z.enum(skipReasons) });

const maxBodyBytes = maxPhotoBytes + formOverheadBytes;

export function createPresenceApp(deps: PresenceAppDeps): Express {
  const { plan, collection, visits, clock } = deps;
  const app = express();
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.use(helmet());
  app.use((request, response, next) => {
    noteSource(request, deps.proxyHops);
    response.set('Cache-Control', 'no-store');
    next();
  });
  mountPage(app, deps.folders, { brands: null });

  const bodyPools = createBodyPools();
  const seen = new Set<string>();

  const viewOf = ({ tester }: TesterSession): TesterView => ({
    responsible: plan.responsible,
    keepDays: plan.keepDays,
    devices: plan.devices,
    tester: tester === null ? null : { person: tester.person, device: tester.device },
    due: tester?.tally.due() ?? null,
    cells: tester?.tally.cells() ?? [],
  });
  const findTester = ({ tester }: TesterSession): NonNullable<TesterSession['tester']> => {
    if (tester === null) throw new FaceError('consent_missing');
    return tester;
  };
  const checkDue = (visit: TesterSession, cell: { readonly species: string; readonly light: string }) => {
    const tester = findTester(visit);
    const due = tester.tally.due();
    if (due?.species.name !== cell.species || due.light.name !== cell.light) throw new FaceError('request_malformed');
    return tester;
  };
  /** @throws `caller_untrusted` if the participant was erased meanwhile */
  const keep = async (
    visit: TesterSession,
    about: Omit<Parameters<Collection['keep']>[1], 'device' | 'at'>,
    photos: readonly Photo[],
  ): Promise<{ readonly view: TesterView }> => {
    const { person, device, tally } = checkDue(visit, about);
    const isKept = await collection.keep(person, { ...about, device, at: clock.now() }, photos);
    if (!isKept) throw new FaceError('caller_untrusted');
    tally.count(about);
    return { view: viewOf(visit) };
  };

  const serve =
    (run: (arrival: RouteExchange<Request, Response>) => Promise<void>) =>
    (request: Request, response: Response): Promise<void> =>
      serveRoute(
        { methods: ['POST'], pools: bodyPools.capture, anonymousLimitBytes: maxBodyBytes, answer: run },
        { request, response },
      );

  const post = (path: string, run: (call: Call) => object | Promise<object>, photoLimits: PhotoLimits = {}) =>
    app.post(
      `${pagePath}${path}`,
      serve(async (arrival) => {
        const visit = visits.find(readBearer(arrival.request));
        arrival.response.json(await withBody(arrival, photoLimits, (body) => run({ ...body, visit })));
      }),
    );

  const withBody = <T>(
    { request, response, allowance }: RouteExchange<Request, Response>,
    photoLimits: PhotoLimits,
    run: (body: Omit<Call, 'visit'>) => T | Promise<T>,
  ): Promise<T> =>
    owningPhotos(async (own) => {
      const { fields, photos } = await readBody(request, response, {
        photoLimits,
        allowance,
        own,
        maxBytes: maxBodyBytes,
        onAuthToken: () => Promise.reject(new FaceError('field_unknown')),
        refuseField: (field) => new FaceError('request_malformed', { field }),
        ignoresField: () => false,
      });
      return run({ fields: Object.fromEntries(fields), photos: photos.get('photo') ?? [] });
    });

  const open = serve(async (arrival) => {
    const opened = await withBody(arrival, {}, ({ fields }) =>
      visits.open(new Credential(parseFields(openGuard, fields).ticket)),
    );
    deps.onOpened();
    const session = opened.session.use((text) => text);
    arrival.response.status(201).json({ session, view: viewOf(opened.visit) });
  });
  app.post(`${pagePath}/open`, open);
  app.get(`${pagePath}/tester`, (request, response) => {
    response.json({ view: viewOf(visits.find(readBearer(request))) });
  });
  post('/tester', async ({ fields, visit }) => {
    const { person, device, ...consent } = parseFields(testerGuard, fields);
    if (!plan.devices.some(({ name }) => name === device)) throw new FaceError('request_malformed');
    const now = clock.now();
    const keepUntil = addSec(now, plan.keepDays * secondsPerDay);
    await collection.admit({ person, ...consent, consentGivenAt: now, keepUntil });
    visit.tester = { person, device, tally: await readTally(plan, { person, device }, collection) };
    return { view: viewOf(visit) };
  });
  post('/challenge', ({ fields, visit }) => {
    const { light } = parseFields(challengeGuard, fields);
    findTester(visit);
    return startChallenge(visit, light, deps);
  });
  post('/challenge/frames', ({ fields, visit }) => commitFrame(visit, parseFields(commitGuard, fields), deps));
  post(
    '/presentations',
    ({ fields, photos, visit }) => {
      const { nonce, ...cell } = parseFields(presentationGuard, fields);
      checkDue(visit, cell);
      const digests = photos.map((photo) => photo.use((bytes) => digestOf(bytes).toString('base64url')));
      const fresh = digests.filter((digest, at) => !seen.has(digest) && digests.indexOf(digest) === at).length;
      const { asked, looks, missed } = takeChallenge(visit, { nonce, digests, fresh });
      for (const digest of digests) seen.add(digest);
      return keep(visit, { ...cell, outcome: 'captured', missed, frames: [...asked], looks: [...looks] }, photos);
    },
    { photo: { atLeast: photosOfChallenge.least, atMost: photosOfChallenge.most } },
  );
  post('/presentations/skip', ({ fields, visit }) => {
    const { reason, ...cell } = parseFields(skipGuard, fields);
    return keep(visit, { ...cell, outcome: reason, missed: [], frames: [], looks: [] }, []);
  });

  app.use(() => {
    throw new FaceError('not_found');
  });
  app.use(createErrorHandler(deps.log));
  return app;
}
