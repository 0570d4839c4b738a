import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isPassed, openOkta, openOneLogin, toCall } from '../../bench/hook-providers.js';
import { quantile, round } from '../../bench/measure.js';
import { createCaller } from './caller.js';
import { asClient } from './credentials.js';
import { type Answer, atOnce, bodyOf, exchange } from './exchange.js';
import type { Film } from './page.js';
import { clientOf } from './providers.js';
import { jsonText, post, type Request, toBytes, toJson, toMultipart, toPhotos, toUrlencoded } from './request.js';
import { asOidcClient, beginSignIn, redemption, takeCode } from './sign-in.js';
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

interface LoadSample {
  readonly kind: LoadKind;
  readonly ms: number;
  readonly refusal: string | null;
}

const patienceMs = 30_000;

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
    ...{ url, port, film, login, target: clientOf(providers, 'load'), photo: pictures.person[1] },
    ...{ clientToken: credentials.legitimate, faceToken: tokens.legitimate },
    subject: await enrolUser(stage, 'load@example.com', pictures.person),
  };
}

type LoadSetting = Awaited<ReturnType<typeof prepareLoad>>;

/** Starts the legitimate load in a process of its own. */
export async function startLegitimate(stage: Stage, victims: Victims, film: Film) {
  const child = fork(fileURLToPath(import.meta.url), ['load'], { serialization: 'advanced' });
  child.send({ start: await prepareLoad(stage, victims, film) });
  const ask = async (what: 'report' | 'stop'): Promise<LoadReport> => {
    const answer = once(child, 'message');
    child.send({ ask: what });
    const [samples] = await answer;
    return toReport(samples);
  };
  return {
    report: () => ask('report'),
    async stop() {
      const ended = once(child, 'exit');
      await ask('stop');
      await ended;
    },
  };
}

export type Legitimate = Awaited<ReturnType<typeof startLegitimate>>;

function createLoad(setting: LoadSetting, note: (sample: LoadSample) => void) {
  const { port, url, photo, film, target, login, subject, clientToken, faceToken } = setting;
  const addressOf = (kind: LoadKind): string => `127.3.0.${1 + loadKinds.indexOf(kind)}`;
  let count = 0;
  const mark = (): string => `load ${process.pid} ${++count}`;

  const send = async (kind: LoadKind, request: Request, isRight: (answer: Answer) => boolean) => {
    const from = addressOf(kind);
    const { answer, end, ms } = await exchange(atOnce(toBytes(request)), { port, from, patienceMs });
    const what = `${request.method} ${request.path.replace(/[\w-]{20,}/g, '…')}`;
    const came = answer === null ? end : `${answer.status} ${answer.text.slice(0, 120)}`;
    note({ kind, ms, refusal: answer !== null && isRight(answer) ? null : `${what}: ${came}` });
    return answer;
  };
  const hooks = [
    { provider: openOkta({}), answer: 'face_not_verified' },
    { provider: openOneLogin({}), answer: '"step_up"' },
  ];
  const callHook = (kind: LoadKind, { provider, answer }: (typeof hooks)[number], about?: string) => {
    do count += 1;
    while (isPassed(count));
    const [{ hook, event }] = provider.hooks;
    const { headers, body } = toCall(provider, event(count, mark()));
    const request = post(
      `/hooks/${provider.connection.id}/${hook}`,
      jsonText(body.replaceAll(/00utoken\d+/g, about ?? '$&')),
      Object.entries(headers),
    );
    return send(kind, request, ({ status, text }) => status === 200 && text.includes(answer));
  };

  let turn = 0;
  const acts: Readonly<Record<LoadKind, () => Promise<unknown>>> = {
    hook() {
      turn += 1;
      return callHook('hook', hooks[turn % hooks.length]);
    },
    'face check by photo'() {
      const form = toMultipart([
        ['token', faceToken],
        ['photo', photo],
      ]);
      const request = post('/authenticate', form, asClient(clientToken));
      return send('face check by photo', request, ({ text }) => text.includes('"authenticated":true'));
    },
    async 'step-up'() {
      const about = { connection: 'okta', subject, application: 'portal' };
      const start = post('/step-ups', toJson(about), asClient(clientToken));
      const started = await send('step-up', start, ({ status }) => status === 201);
      if (started?.status !== 201) return;
      const { id, challenge } = bodyOf(started);
      const photos = post(`/step-ups/${String(id)}/photos`, toPhotos(String(challenge), photo));
      await send('step-up', photos, ({ text }) => text.includes('"passed"'));
      await callHook('step-up', { provider: openOkta({}), answer: '"verified"' }, subject);
    },
    async 'sign-in'() {
      const noteTime = (ms: number): void => note({ kind: 'sign-in', ms, refusal: null });
      const caller = createCaller(port, addressOf('sign-in'), noteTime);
      const began = performance.now();
      try {
        const signIn = await beginSignIn(url, target, login);
        const form = toUrlencoded(redemption(signIn, await takeCode(caller, signIn, film, mark())));
        const redeem = post('/oidc/okta/token', form, asOidcClient(target));
        await send('sign-in', redeem, ({ status, text }) => status === 200 && text.includes('id_token'));
      } catch (error) {
        const refusal = error instanceof Error ? error.message.slice(0, 200) : 'failed';
        note({ kind: 'sign-in', ms: performance.now() - began, refusal });
      }
    },
  };
  return acts;
}

/** Sends the load on a fixed schedule, and tells the parent process what it measured. */
function runLoad(): void {
  let samples: LoadSample[] = [];
  const underWay = new Set<Promise<unknown>>();
  const timers: NodeJS.Timeout[] = [];
  const report = (): void => {
    process.send?.(samples);
    samples = [];
  };
  const begin = (setting: LoadSetting): void => {
    const acts = createLoad(setting, (sample) => samples.push(sample));
    for (const kind of loadKinds) {
      let isUnderWay = false;
      const act = (): void => {
        // One person has only one face check at a time.
        if (isUnderWay && (kind === 'step-up' || kind === 'sign-in')) return;
        isUnderWay = true;
        const running = acts[kind]().finally(() => {
          isUnderWay = false;
          underWay.delete(running);
        });
        underWay.add(running);
      };
      act();
      timers.push(setInterval(act, everyMs[kind]));
    }
  };
  process.on('disconnect', () => process.exit());
  process.on('message', async (message: { readonly start?: LoadSetting; readonly ask?: 'report' | 'stop' }) => {
    if (message.start !== undefined) begin(message.start);
    if (message.ask === 'stop') {
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled(underWay);
    }
    if (message.ask !== undefined) report();
    if (message.ask === 'stop') process.disconnect();
  });
}

if (process.argv[2] === 'load' && process.send !== undefined) runLoad();
