import express from 'express';
import { createSignInProvider, type SignInClient } from '../../simulators/sign-in-provider.js';
import { listen, type Site } from '../web/site.js';
import { parseSignIn, toForm } from './sign-in-page.js';

export async function startProviderSignIn({
  port,
  user: { id, login, password },
  ...client
}: SignInClient & {
  readonly port: number;
  readonly user: { readonly id: string; readonly login: string; readonly password: string };
}): Promise<Site> {
  const app = express();
  const site = await listen(port, app);
  const provider = createSignInProvider(site.url, client);
  const toPage = (path: string, note: string): string => toForm('Example Directory', { users: [login], note, path });
  app.get('/interaction/:uid', (request, response) => {
    response.send(toPage(request.path, 'Your password here, and no camera.'));
  });
  app.post('/interaction/:uid', express.urlencoded({ extended: false }), async (request, response) => {
    const typed = parseSignIn(request.body);
    if (typed.login === login && typed.password === password) {
      await provider.interactionFinished(request, response, { login: { accountId: id } });
    } else response.status(401).send(toPage(request.path, 'User name or password is wrong.'));
  });
  app.use(provider.callback());
  return site;
}
