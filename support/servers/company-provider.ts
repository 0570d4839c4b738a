import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createSignInProvider } from '../../simulators/sign-in-provider.js';
import { listen } from '../../src/http/listen.js';
import { endAfterwards } from '../run/for-file.js';

export interface CompanyUser {
  readonly login: string;
  readonly groups: readonly string[];
}

type Trouble = 'none' | 'down' | 'overloaded';

/** Real OpenID provider that signs everyone in as `user`. */
export async function startCompanyProvider(
  redirectUri: string,
  users: Readonly<Record<string, CompanyUser>>,
  groupsIn: 'id-token' | 'user-info' = 'id-token',
) {
  const clientId = 'console';
  const clientSecret = randomBytes(32).toString('base64url');
  let handle: RequestListener = () => {};
  const state: { user: string; trouble: Trouble } = { user: Object.keys(users)[0] ?? '', trouble: 'none' };
  const { port, stop } = await listen((request, response) => handle(request, response), {
    host: '127.0.0.1',
    port: 0,
  });
  const issuer = `http://127.0.0.1:${port}`;
  const provider = createSignInProvider(
    issuer,
    { clientId, clientSecret, redirectUri },
    {
      claimsOf: (id) => {
        const { login = '', groups = [] } = users[id] ?? {};
        return { preferred_username: login, groups: [...groups] };
      },
      groupsIn,
    },
  );
  const answer = provider.callback();
  handle = (request, response) => {
    if (state.trouble === 'down') request.socket.destroy();
    else if (state.trouble === 'overloaded') response.writeHead(503, { 'content-type': 'text/html' }).end('busy');
    else if (request.url?.startsWith('/interaction/') === true)
      void provider.interactionFinished(request, response, { login: { accountId: state.user } });
    else void answer(request, response);
  };
  return Object.assign(state, {
    issuer,
    clientId,
    clientSecret,
    stop: endAfterwards(stop),
    async follow(address: string) {
      const jar = new Map<string, string>();
      let at = new URL(address);
      for (let hops = 0; at.origin === issuer && hops < 10; hops += 1) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          jar.set(name, value);
        }
        const next = response.headers.get('location');
        if (next === null) throw new Error(`${at.pathname}: ${response.status} ${await response.text()}`);
        at = new URL(next, at);
      }
      return at;
    },
  });
}

export type CompanyProviderServer = Awaited<ReturnType<typeof startCompanyProvider>>;
