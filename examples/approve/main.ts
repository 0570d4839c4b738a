/*
 * Runs the bank on its own.
 *
 *   export FACESTEP_URL=https://face.example.com FACESTEP_CLIENT_TOKEN=… CONNECTION=acme PORT=8092
 *   export CLIENT_ID=bank CLIENT_SECRET=… LOGIN=ada@example.com SUBJECT=00u1ab2cd3
 *   node dist/examples/approve/main.js
 */
import { startBank } from './server.js';

const { env } = process;
const bank = await startBank({
  port: Number(env.PORT ?? '8092'),
  serverUrl: env.FACESTEP_URL ?? '',
  connection: env.CONNECTION ?? '',
  client: { id: env.CLIENT_ID ?? '', secret: env.CLIENT_SECRET ?? '' },
  customer: { login: env.LOGIN ?? '', subject: env.SUBJECT ?? '' },
  clientToken: async () => env.FACESTEP_CLIENT_TOKEN ?? '',
  clientModule: import.meta.resolve('@facestep/client'),
});
console.log(
  `The bank is at ${bank.url}; register ${bank.redirectUri} for the client, and ${bank.returnUrl} in returnUrls.`,
);
