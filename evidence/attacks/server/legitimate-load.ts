import { type Answer, bodyOf } from './answer.js';
import { createCaller } from './caller.js';
import type { OidcTarget } from './clients.js';
import { asClient } from './credentials.js';
import type { Film } from './page.js';
import { signForOneLogin } from './providers/onelogin.js';
import { type Header, post, type Request, toBytes, toJson, toMultipart, toPhotos, toUrlencoded } from './request.js';
import { asOidcClient, beginSignIn, redemption, takeCode } from './sign-in.js';
import { atOnce, exchange } from './socket.js';

export interface LoadedHook {
  readonly path: string;
  /** JSON in which `{{id}}`, `{{time}}` and `{{ip}}` are replaced in each call. */
  readonly template: string;
  readonly headers: readonly Header[];
  /** Secret that signs each body, used instead of `headers`. */
  readonly oneLoginSecret: string | null;
  readonly answer: string;
}

export interface LoadSetting {
  readonly url: string;
  readonly port: number;
  readonly clientToken: string;
  readonly faceToken: string;
  readonly photo: Uint8Array;
  readonly subject: string;
  readonly hooks: readonly LoadedHook[];
  /** Hook call about a user who passed a face check, so it must be granted. */
  readonly granted: LoadedHook;
  readonly oidc: { readonly target: OidcTarget; readonly login: string };
  readonly film: Film;
}

export const loadKinds = ['hook', 'face check by photo', 'step-up', 'sign-in'] as const;
export type LoadKind = (typeof loadKinds)[number];

/** Interval between calls of each kind, in milliseconds. */
export const everyMs: Readonly<Record<LoadKind, number>> = {
  hook: 250,
  'face check by photo': 1_000,
  'step-up': 2_500,
  'sign-in': 8_000,
};

export interface LoadSample {
  readonly kind: LoadKind;
  readonly ms: number;
  readonly refusal: string | null;
}

const addressOf: Readonly<Record<LoadKind, string>> = {
  hook: '127.3.0.1',
  'face check by photo': '127.3.0.2',
  'step-up': '127.3.0.3',
  'sign-in': '127.3.0.4',
};

const patienceMs = 30_000;

export function createLoad(setting: LoadSetting, note: (sample: LoadSample) => void) {
  const { port, url, photo, film } = setting;
  let count = 0;
  const mark = (): string => `load ${process.pid} ${++count}`;

  const send = async (
    kind: LoadKind,
    request: Request,
    isRight: (answer: Answer) => boolean,
  ): Promise<Answer | null> => {
    const { answer, end, ms } = await exchange(atOnce(toBytes(request)), { port, from: addressOf[kind], patienceMs });
    const what = `${request.method} ${request.path.replace(/[\w-]{20,}/g, '…')}`;
    const refusal =
      answer === null
        ? `${what}: ${end}`
        : isRight(answer)
          ? null
          : `${what}: ${answer.status} ${answer.text.slice(0, 120)}`;
    note({ kind, ms, refusal });
    return answer;
  };
  const hookRequest = ({ path, template, headers, oneLoginSecret }: LoadedHook): Request => {
    const text = template
      .replaceAll('{{id}}', mark())
      .replaceAll('{{time}}', new Date().toISOString())
      .replaceAll('{{ip}}', `198.51.100.${count % 250}`);
    const bytes = Buffer.from(text);
    const signed = oneLoginSecret === null ? headers : signForOneLogin(oneLoginSecret, bytes);
    return post(path, { type: 'application/json', bytes }, signed);
  };
  const callHook = (kind: LoadKind, hook: LoadedHook) =>
    send(kind, hookRequest(hook), ({ status, text }) => status === 200 && text.includes(hook.answer));

  let turn = 0;
  const acts: Readonly<Record<LoadKind, () => Promise<unknown>>> = {
    hook() {
      turn += 1;
      return callHook('hook', setting.hooks[turn % setting.hooks.length]);
    },
    'face check by photo': () =>
      send(
        'face check by photo',
        post(
          '/authenticate',
          toMultipart([
            ['token', setting.faceToken],
            ['photo', photo],
          ]),
          asClient(setting.clientToken),
        ),
        ({ status, text }) => status === 200 && text.includes('"authenticated":true'),
      ),
    async 'step-up'() {
      const about = { connection: 'workforce', subject: setting.subject, application: 'portal' };
      const start = post('/step-ups', toJson(about), asClient(setting.clientToken));
      const started = await send('step-up', start, ({ status }) => status === 201);
      if (started?.status !== 201) return;
      const { id, challenge } = bodyOf(started);
      const photos = post(`/step-ups/${String(id)}/photos`, toPhotos(String(challenge), photo));
      await send('step-up', photos, ({ text }) => text.includes('"passed"'));
      await callHook('step-up', setting.granted);
    },
    async 'sign-in'() {
      const caller = createCaller(port, addressOf['sign-in'], (ms) => note({ kind: 'sign-in', ms, refusal: null }));
      const began = performance.now();
      try {
        const signIn = await beginSignIn(url, setting.oidc.target, setting.oidc.login);
        const code = await takeCode(caller, signIn, film, mark());
        const redeem = post(
          '/oidc/workforce/token',
          toUrlencoded(redemption(signIn, code)),
          asOidcClient(setting.oidc.target),
        );
        await send('sign-in', redeem, ({ status, text }) => status === 200 && text.includes('id_token'));
      } catch (error) {
        note({
          kind: 'sign-in',
          ms: performance.now() - began,
          refusal: error instanceof Error ? error.message.slice(0, 200) : 'failed',
        });
      }
    },
  };
  return acts;
}
