import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { quantile, round } from '../../bench/measure.js';
import type { LoadedHook, LoadKind, LoadSample, LoadSetting } from './legitimate-load.js';
import type { Film } from './page.js';
import { hookAddress } from './providers/provider.js';
import type { Stage } from './stage.js';
import { enrolUser, type Victims } from './victims.js';

export interface LoadFigures {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly refused: number;
}

export interface LoadReport extends LoadFigures {
  readonly byKind: Readonly<Record<LoadKind, LoadFigures>>;
  readonly refusals: readonly string[];
}

export interface Legitimate {
  report(): Promise<LoadReport>;
  stop(): Promise<LoadReport>;
}

function toFigures(samples: readonly LoadSample[]): LoadFigures {
  const times = samples.map(({ ms }) => ms);
  return {
    requests: samples.length,
    p50Ms: samples.length === 0 ? 0 : round(quantile(times), 1),
    p99Ms: samples.length === 0 ? 0 : round(quantile(times, 0.99), 1),
    refused: samples.filter(({ refusal }) => refusal !== null).length,
  };
}

const toReport = (samples: readonly LoadSample[]): LoadReport => {
  const of = (kind: LoadKind): LoadFigures => toFigures(samples.filter((sample) => sample.kind === kind));
  return {
    ...toFigures(samples),
    byKind: {
      ...{ hook: of('hook'), 'face check by photo': of('face check by photo') },
      ...{ 'step-up': of('step-up'), 'sign-in': of('sign-in') },
    },
    refusals: samples.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
  };
};

function toLoadedHook(stage: Stage, name: string, answer: string, subject: string | null = null): LoadedHook {
  const target = stage.providers.hooks.find((each) => hookAddress(each) === name);
  if (target === undefined) throw new Error(`there is no hook ${name}`);
  const event = JSON.stringify(target.event({ about: 'stranger', id: '{{id}}', receipt: '' }));
  const template = event
    .replace(/"eventTime":"[^"]*"/, '"eventTime":"{{time}}"')
    .replace(/"ip":"192[^"]*"/, '"ip":"{{ip}}"')
    .replaceAll(/00u\w+/g, subject ?? '$&');
  const isOneLogin = target.connection === 'partners';
  return {
    path: name,
    template,
    answer,
    headers: isOneLogin ? [] : target.sign(Buffer.alloc(0)),
    oneLoginSecret: isOneLogin ? stage.providers.partners.hookSecret : null,
  };
}

export async function startLegitimate(stage: Stage, victims: Victims, film: Film): Promise<Legitimate> {
  const { providers, pictures, credentials, url, port } = stage;
  const login = 'load-sign-in@example.com';
  const subject = await enrolUser(stage, 'load@example.com', pictures.person);
  await enrolUser(stage, login, film.centre);
  const target = providers.targets.find(({ id }) => id === 'load');
  if (target === undefined) throw new Error('there is no client for the load');
  const setting: LoadSetting = {
    url,
    port,
    clientToken: credentials.legitimate,
    faceToken: victims.tokens.legitimate,
    subject,
    photo: pictures.person[1],
    film,
    hooks: [
      toLoadedHook(stage, '/hooks/workforce/token', 'face_not_verified'),
      toLoadedHook(stage, '/hooks/staff/token-issuance-start', '"faceVerified":"false"'),
      toLoadedHook(stage, '/hooks/partners/pre-authentication', '"step_up"'),
    ],
    granted: toLoadedHook(stage, '/hooks/workforce/token', '"verified"', subject),
    oidc: { target, login },
  };
  const child = fork(fileURLToPath(new URL('./legitimate-process.js', import.meta.url)), { serialization: 'advanced' });
  child.send({ start: setting });
  const ask = async (what: 'report' | 'stop'): Promise<LoadReport> => {
    const answer = once(child, 'message');
    child.send({ ask: what });
    const [samples]: LoadSample[][] = await answer;
    return toReport(samples);
  };
  return {
    report: () => ask('report'),
    async stop() {
      const ended = once(child, 'exit');
      const last = await ask('stop');
      await ended;
      return last;
    },
  };
}
