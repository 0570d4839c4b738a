import { pushRequest } from './oidc.js';
import type { Film } from './page.js';
import { clientOf } from './providers.js';
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

export function singleUseOfOidc(stage: Stage, victims: Victims, film: Film): readonly SingleUse[] {
  const target = clientOf(stage.providers, 'app');
  return [
    {
      endpoint: 'GET /oidc/okta/authorize/{uid}',
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
      endpoint: 'POST /oidc/okta/par',
      thing: 'an assertion of a client',
      async prepare() {
        const assertion = await stage.providers.signAssertion({ aud: `${stage.url}/oidc/okta` });
        const { params } = authorizationParams({ ...target, id: 'signer' });
        const shown = {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        };
        return () => post('/oidc/okta/par', toUrlencoded(Object.entries({ ...params, ...shown })));
      },
      isWon: ({ status }) => status === 201,
    },
    {
      endpoint: 'POST /oidc/okta/token',
      thing: 'a code',
      weight: 'face',
      async prepare() {
        const signIn = await beginSignIn(stage.url, target, victims.inFilm.login);
        const code = await takeCode(stage.caller, signIn, film, `code ${nextNumber()}`);
        const body = toUrlencoded(redemption(signIn, code));
        return () => post('/oidc/okta/token', body, asOidcClient(target));
      },
      isWon: ({ status, text }) => status === 200 && text.includes('id_token'),
    },
  ];
}
