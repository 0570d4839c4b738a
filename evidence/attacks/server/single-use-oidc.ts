import type { Answer } from './answer.js';
import { leadsOn } from './oidc-targets.js';
import { externalMfaParams, pushRequest, signHint } from './oidc-victims.js';
import type { Film } from './page.js';
import { post, toUrlencoded } from './request.js';
import {
  asOidcClient,
  authorizationParams,
  beginSignIn,
  beginWith,
  comeBack,
  redemption,
  takeCode,
} from './sign-in.js';
import { nextNumber, type SingleUse } from './single-use.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

const holdsTheWay = ({ headers, cookies }: Answer): boolean => {
  const { pathname } = new URL(headers.location ?? '/', 'http://localhost');
  return cookies.some((cookie) => new RegExp(`; ?path=${pathname}(;|$)`, 'i').test(cookie));
};

export function singleUseOfOidc(stage: Stage, victims: Victims, film: Film): readonly SingleUse[] {
  const target = stage.providers.targets.find(({ id }) => id === 'app');
  const entra = stage.providers.targets.find(({ kind }) => kind === 'entra_external_mfa');
  if (target === undefined || entra === undefined) return [];
  const begun = (answer: Answer): boolean => leadsOn(answer, stage);
  return [
    {
      endpoint: 'GET /oidc/workforce/authorize/{uid}',
      thing: 'a pushed request, in two browsers',
      weight: 'face',
      async prepare() {
        const about = { client_id: target.id, request_uri: await pushRequest(stage, target, victims.inFilm.login) };
        const ways = await Promise.all(
          ['first', 'second'].map(async (name) => {
            return comeBack(stage.caller, await beginWith(stage.url, target, about), film, `${name} ${nextNumber()}`);
          }),
        );
        return (sender) => ({ method: 'GET', body: null, ...ways[sender % ways.length] });
      },
      isWon: ({ headers }) => /[?&]code=/.test(headers.location ?? ''),
    },
    {
      endpoint: 'POST /oidc/staff/authorize',
      thing: 'a hint of Entra',
      async prepare() {
        const form = toUrlencoded(Object.entries(externalMfaParams(entra, await signHint(stage))));
        return () => post('/oidc/staff/authorize', form);
      },
      // A repeated form redirects to the sign-in that the first form started, but only the first sender gets the cookie
      // of that sign-in.
      isWon: (answer) => begun(answer) && holdsTheWay(answer),
    },
    {
      endpoint: 'POST /oidc/workforce/par',
      thing: 'an assertion of a client',
      async prepare() {
        const assertion = await stage.clients.signAssertion({ aud: `${stage.url}/oidc/workforce` });
        const signer = stage.providers.targets.find(({ id }) => id === 'signer') ?? target;
        const { params } = authorizationParams(signer);
        const shown = {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        };
        return () => post('/oidc/workforce/par', toUrlencoded(Object.entries({ ...params, ...shown })));
      },
      isWon: ({ status }) => status === 201,
    },
    {
      endpoint: 'POST /oidc/workforce/token',
      thing: 'a code',
      weight: 'face',
      async prepare() {
        const signIn = await beginSignIn(stage.url, target, victims.inFilm.login);
        const code = await takeCode(stage.caller, signIn, film, `code ${nextNumber()}`);
        const body = toUrlencoded(redemption(signIn, code));
        return () => post('/oidc/workforce/token', body, asOidcClient(target));
      },
      isWon: ({ status, text }) => status === 200 && text.includes('id_token'),
    },
  ];
}
