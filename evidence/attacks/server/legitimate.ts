import { z } from 'zod';
import { answerParent, forkScript } from '../../bench/forked.js';
import { openOkta, openOneLogin, toCall } from '../../bench/hook-providers.js';
import { quantile, round } from '../../bench/measure.js';
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

const samplesGuard = z.array(z.object({ kind: z.enum(loadKinds), ms: z.number(), refusal: z.string().nullable() }));

type LoadSample = z.output<typeof samplesGuard>[number];

function toFigures(samples: readonly LoadSample[]) {
  const times = samples.map(({ ms }) => ms);
  return {
    requests: samples.length,
    p50Ms: samples.length === 0 ? 0 : round(quantile(times), 1),
    p99Ms: samples.length === 0 ? 0 : round(quantile(times, 0.99), 1),
    refused: samples.filter(({ refusal }) => refusal !== null).length,
  };
}

export type LoadFigures = ReturnType<typeof toFigures>;

const toReport = (samples: readonly LoadSample[]) => ({
  figures: toFigures(samples),
  byKind: loadKinds.map((kind) => [kind, toFigures(samples.filter((sample) => sample.kind === kind))] as const),
  refusals: samples.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
});

export type LoadReport = ReturnType<typeof toReport>;

async function prepareLoad(stage: Stage, { tokens }: Victims, film: Film) {
  const { providers, pictures, credentials, url, port } = stage;
  const login = 'load-sign-in@example.com';
  await enrolUser(stage, login, film.centre);
  return {
    url,
    port,
    film,
    login,
    target: clientOf(providers, 'load'),
    photo: pictures.person[1],
    clientToken: credentials.legitimate,
    faceToken: tokens.legitimate,
    subject: await enrolUser(stage, 'load@example.com', pictures.person),
  };
}

type LoadSetting = Awaited<ReturnType<typeof prepareLoad>>;

/** Starts the legitimate load in a process of its own. */
export async function startLegitimate(stage: Stage, victims: Victims, film: Film) {
  const { ask, stop } = forkScript(new URL(import.meta.url));
  await ask({ start: await prepareLoad(stage, victims, film) }, samplesGuard);
  /** @returns what happened since the last report */
  const report = async (): Promise<LoadReport> => toReport(await ask({}, samplesGuard));
  return { report, stop };
}

export type Legitimate = Awaited<ReturnType<typeof startLegitimate>>;

function createLoad(setting: LoadSetting, note: (sample: LoadSample) => void) {
  const { port, url, photo, film, target, login, subject, clientToken, faceToken } = setting;
  const callerOf = (kind: LoadKind) =>
    createCaller(port, `127.3.0.${1 + loadKinds.indexOf(kind)}`, { note: (ms) => note({ kind, ms, refusal: null }) });
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
      const form = toMultipart([['token', faceToken], ...toPhotoParts([photo])]);
      return send('face check by photo', post('/authenticate', form, asClient(clientToken)), '"authenticated":true');
    },
    async 'step-up'() {
      const about = { connection: 'okta', subject, application: 'portal' };
      const start = post('/step-ups', toJson(about), asClient(clientToken));
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

/** Sends the load on a fixed schedule, and tells the parent process what it measured. */
function runLoad(): void {
  const samples: LoadSample[] = [];
  const begin = (setting: LoadSetting): void => {
    const acts = createLoad(setting, (sample) => samples.push(sample));
    for (const kind of loadKinds) {
      let isUnderWay = false;
      const act = async (): Promise<void> => {
        // One person has only one face check at a time.
        if (isUnderWay && (kind === 'step-up' || kind === 'sign-in')) return;
        isUnderWay = true;
        const began = performance.now();
        await acts[kind]().catch((error: unknown) => {
          const refusal = error instanceof Error ? error.message.slice(0, 200) : 'failed';
          samples.push({ kind, ms: performance.now() - began, refusal });
        });
        isUnderWay = false;
      };
      void act();
      setInterval(() => void act(), everyMs[kind]);
    }
  };
  answerParent((message) => {
    const { start }: { readonly start?: LoadSetting } = Object(message);
    if (start !== undefined) begin(start);
    return samples.splice(0);
  });
}

if (process.send !== undefined && process.argv[1]?.endsWith('legitimate.js')) runLoad();
