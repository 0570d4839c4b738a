import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import type { ProviderSimulation } from '../../../simulators/simulation.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { wholeNumber } from '../../cli/parse-option.js';
import type { JsonObject } from '../../core/base/json.js';
import { listen } from '../../http/listen.js';

const connection = 'simulated';
const host = '127.0.0.1';

export function createSimulateCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('simulate')
    .summary('start a simulated provider for offline tests')
    .description(
      'Starts a simulated provider with two users and stays up until Ctrl+C. Standard output is a configuration for it, ' +
        'ready to use; standard error has the next steps. The environment variable PORT sets the port of the server in it (8080).',
    )
    .argument('<provider>', 'kind of the provider, such as okta')
    .option('--port <port>', 'port of the provider; the sign-in address uses the next one', wholeNumber(0, 65_534), 0)
    .action(async (provider, { port }) => {
      // Loaded here, because no other command needs the simulators.
      const { simulations } = await import('../../../simulators/simulations.js');
      const load = Object.hasOwn(simulations, provider) ? simulations[provider] : undefined;
      if (load === undefined) {
        const names = Object.keys(simulations).join(', ');
        throw new UsageError(`no simulated provider "${provider}". There are: ${names}`);
      }
      const start = await load();
      const serverPort = toServerPort(deps.env.PORT);
      if (port !== 0 && [port, port + 1].includes(serverPort)) {
        throw new UsageError(
          `the server needs port ${serverPort}. Choose another --port, or another PORT for the server`,
        );
      }
      const serverUrl = `http://${host}:${serverPort}`;
      const simulation = await start({ port, connection, serverUrl });
      const control = await listen(createSignInControl(simulation), { host, port: port === 0 ? 0 : port + 1 });
      const stopped = deps.untilStopped();
      const settings = {
        kind: provider,
        connection,
        serverPort,
        serverUrl,
        simulation,
        adminKey: `fsa_${Buffer.from(deps.random(24)).toString('base64url')}`,
        command: commandOf(deps.env),
        signInUrl: `http://${host}:${control.port}${signInPath}`,
      };
      deps.print(JSON.stringify(toConfiguration(settings), null, 2));
      toGuide(settings).forEach(deps.printError);
      await stopped;
      await control.stop();
      await simulation.close();
    });
}

const toConfiguration = (settings: SimulationSettings): JsonObject => {
  const { kind, serverPort, serverUrl, adminKey, simulation } = settings;
  return {
    port: serverPort,
    publicUrl: serverUrl,
    dataFolder: `./data/simulated-${kind}`,
    adminKey,
    connections: [
      {
        id: connection,
        kind,
        policy: { mode: 'enforce', liveness: 'off' },
        ...(simulation.oidc === undefined ? {} : { oidc: simulation.oidc }),
        [kind]: simulation.settings,
      },
    ],
  };
};

/** Returns the command line that started this program: an npm script of a checkout, `npx`, or the installed command. */
function commandOf({ npm_lifecycle_event: script }: CliDeps['env']): string {
  if (script === 'facestep') return 'npm run -s facestep --';
  return script === 'npx' ? 'node_modules/.bin/facestep' : 'facestep';
}

/** Returns the port in `PORT`. For 0 or an invalid port it returns 8080. */
const toServerPort = (text = ''): number => (/^[1-9]\d{0,4}$/.test(text) ? Number(text) : 8080);

const signInPath = '/simulate/sign-in';

const attemptGuard = z.strictObject({
  user: z.string(),
  answer: z.strictObject({ session: z.string(), receipt: z.string() }).nullable().default(null),
});

function createSignInControl({ users, signIn }: ProviderSimulation): Express {
  const app = express();
  app.disable('x-powered-by');
  // Accepts only JSON, which other origins cannot send without a CORS preflight.
  app.use(express.json({ limit: '64kb' }));
  app.post(signInPath, async (request, response) => {
    const attempt = attemptGuard.safeParse(request.body);
    if (!attempt.success) {
      response.status(400).json({ error: 'expected JSON such as {"user":"<login>"}' });
      return;
    }
    const { user, answer } = attempt.data;
    if (!users.some(({ login }) => login === user)) {
      response.status(404).json({ error: 'no such user', users: users.map(({ login }) => login) });
      return;
    }
    response.json(await signIn(user, answer));
  });
  app.use((_request, response) => {
    response.status(404).json({ error: `only POST ${signInPath} exists` });
  });
  // Express recognizes error handlers by four parameters.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response
      .status(400)
      .json({ error: 'the sign-in failed. Check that the body is JSON and that the answer is complete' });
  });
  return app;
}

interface SimulationSettings {
  readonly kind: string;
  readonly connection: string;
  readonly serverPort: number;
  readonly serverUrl: string;
  readonly adminKey: string;
  readonly simulation: ProviderSimulation;
  readonly command: string;
  readonly signInUrl: string;
}

const json = `-H 'Content-Type: application/json'`;

/** Returns an administrator's instructions, with commands to paste. */
function toGuide(settings: SimulationSettings): string[] {
  const { simulation, serverPort, command, signInUrl } = settings;
  const { title, url, users, environment, application, signInPage } = simulation;
  const [user] = users;
  if (user === undefined) return [];
  // PORT overrides the configuration, so a PORT of another terminal would separate the server from its triggers.
  const variables = Object.entries({ FACESTEP_CONFIG: 'simulated.json', PORT: String(serverPort), ...environment });
  const exports = variables.map(([name, value]) => `  export ${name}=${value}`);
  const signIn = `curl -s ${signInUrl} ${json} -d '{"user":"${user.login}"}'`;
  return [
    '',
    `A simulated ${title} runs on ${url}. Its users:`,
    ...users.map(({ login, subject }) => `  ${login}  ${subject}`),
    `They sign in to the application ${application}.`,
    '',
    'Standard output is its configuration. To connect it in the console instead, copy the values from there. With it in simulated.json, in another terminal, in the same folder:',
    ...exports,
    `  ${command} serve`,
    'and in a third:',
    ...exports,
    `  ${command} provision --apply --yes`,
    `  ${command} doctor`,
    '',
    'Sign in without a face check:',
    `  ${signIn}`,
    '',
    ...(signInPage === undefined ? [] : ['', 'Sign in in a browser, with a camera:', `  ${signInPage}`]),
    '',
    'Ctrl+C stops it and deletes its users and secrets.',
  ];
}
