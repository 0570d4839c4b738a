import { setTimeout as sleep } from 'node:timers/promises';
import { openOkta, openOneLogin, toCall } from '../../bench/hook-providers.js';
import { asClient } from './credentials.js';
import {
  type Answer,
  bodyOf,
  createCaller,
  jsonText,
  post,
  type Request,
  toJson,
  toMultipart,
  toPhotoParts,
  toPhotos,
  toUrlencoded,
} from './exchange.js';
import { asOidcClient, beginSignIn, type Film, toRedemption } from './page.js';
import { clientOf, nextPerson } from './providers.js';
import type { Stage } from './stage.js';
import { enrolUser, type Victims } from './victims.js';

const loadKinds = ['hook', 'face check by photo', 'step-up', 'sign-in'] as const;
type LoadKind = (typeof loadKinds)[number];

/** Interval between calls of each kind, in milliseconds. */
const everyMs: Readonly<Record<LoadKind, number>> = {
  hook: 250,
  'face check by photo': 1_000,
  'step-up': 2_500,
  'sign-in': 8_000,
};

/** Creates the calls of legitimate people and applications, which must work during an attack. */
async function createLoad(stage: Stage, { tokens }: Victims, film: Film) {
  const { providers, pictures, credentials, url, port } = stage;
  const login = 'load-sign-in@example.com';
  await enrolUser(stage, login, film.centre);
  const subject = await enrolUser(stage, 'load@example.com', pictures.person);
  const target = clientOf(providers, 'load');
  const photo = pictures.person[1];
  const callerOf = (kind: LoadKind) => createCaller(port, `127.3.0.${1 + loadKinds.indexOf(kind)}`);
  let count = 0;
  const mark = (): string => `load ${process.pid} ${++count}`;
  /** @throws Error if the answer does not contain the text `right` */
  const send = async (kind: LoadKind, request: Request, right: string): Promise<Answer> => {
    const answer = await callerOf(kind).call(request);
    const path = request.path.replace(/[\w-]{20,}/g, '…');
    if (answer.status >= 300 || !answer.text.includes(right))
      throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 120)}`);
    return answer;
  };
  const hooks = [
    { provider: openOkta({}), answer: 'face_not_verified' },
    { provider: openOneLogin({}), answer: '"step_up"' },
  ];
  const callHook = (kind: LoadKind, { provider, answer }: (typeof hooks)[number], about = '$&') => {
    const [{ hook, event }] = provider.hooks;
    const { headers, body } = toCall(provider, event(nextPerson(false), mark()));
    const sent = jsonText(body.replaceAll(/00utoken\d+/g, about));
    return send(kind, post(`/hooks/${provider.connection.id}/${hook}`, sent, Object.entries(headers)), answer);
  };

  let turn = 0;
  const acts: Readonly<Record<LoadKind, () => Promise<unknown>>> = {
    hook: () => callHook('hook', hooks[++turn % hooks.length]),
    'face check by photo'() {
      const form = toMultipart([['token', tokens.legitimate], ...toPhotoParts([photo])]);
      return send(
        'face check by photo',
        post('/authenticate', form, asClient(credentials.legitimate)),
        '"authenticated":true',
      );
    },
    async 'step-up'() {
      const about = { connection: 'okta', subject, application: 'portal' };
      const start = post('/step-ups', toJson(about), asClient(credentials.legitimate));
      const { id, challenge } = bodyOf(await send('step-up', start, '"challenge"'));
      const photos = post(`/step-ups/${String(id)}/photos`, toPhotos(String(challenge), photo));
      await send('step-up', photos, '"passed"');
      await callHook('step-up', { ...hooks[0], answer: '"verified"' }, subject);
    },
    async 'sign-in'() {
      const signIn = await beginSignIn(url, target, login);
      const form = toUrlencoded(await toRedemption(callerOf('sign-in'), signIn, film, mark()));
      await send('sign-in', post('/oidc/okta/token', form, asOidcClient(target)), 'id_token');
    },
  };
  return acts;
}

/** Sends the load on a fixed schedule, until it is stopped. */
export async function startLegitimate(stage: Stage, victims: Victims, film: Film) {
  const acts = await createLoad(stage, victims, film);
  const stop = new AbortController();
  const requests: Record<LoadKind, number> = { hook: 0, 'face check by photo': 0, 'step-up': 0, 'sign-in': 0 };
  const refusals: { readonly kind: LoadKind; readonly text: string }[] = [];
  const repeat = async (kind: LoadKind): Promise<void> => {
    while (!stop.signal.aborted) {
      requests[kind] += 1;
      const act = acts[kind]().catch((error: unknown) => {
        refusals.push({ kind, text: error instanceof Error ? error.message.slice(0, 200) : 'failed' });
      });
      // One person has only one face check at a time, so that a slow call delays the next one.
      await Promise.all([act, sleep(everyMs[kind], null, { signal: stop.signal }).catch(() => null)]);
    }
  };
  const ended = Promise.all(loadKinds.map(repeat));
  return {
    async stop() {
      stop.abort();
      await ended;
      const byKind = loadKinds.map((kind) => ({
        kind,
        requests: requests[kind],
        refused: refusals.filter((each) => each.kind === kind).length,
      }));
      return { byKind, refusals: refusals.map(({ text }) => text) };
    },
  };
}
