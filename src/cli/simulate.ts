import { Command, InvalidArgumentError } from 'commander';
import { listen } from '../http/listen.js';
import type { JsonObject } from '../json.js';
import type { CliDeps } from './deps.js';
import type { ProviderSimulation } from './simulation.js';
import { createSignInControl, signInPath } from './simulation-control.js';
import { UsageError } from './usage-error.js';

const connection = 'simulated';
const host = '127.0.0.1';

/** `facestep simulate`: a provider on this machine, for trying everything without the real one. */
export function createSimulateCommand(deps: CliDeps): Command {
  return new Command('simulate')
    .summary('start a simulated provider, to try everything offline')
    .description(
      'Starts a simulated provider with two users and stays up until Ctrl+C. Standard output is a configuration for it, ' +
        'ready to use; standard error says what to try.',
    )
    .argument('<provider>', 'the kind of a connection, such as okta')
    .option('--port <port>', 'where it listens; the sign-in address is at the next one', parsePort, 0)
    .action(async (provider: string, { port }: { port: number }) => {
      // Simulators stay with the tests: nothing else here needs them, or what they are made of.
      const { simulations } = await import('../../test/simulators/simulations.js');
      const load = Object.hasOwn(simulations, provider) ? simulations[provider] : undefined;
      if (load === undefined) {
        const names = Object.keys(simulations).join(', ');
        throw new UsageError(`no simulated provider "${provider}". There are: ${names}`);
      }
      const start = await load();
      const serverPort = toServerPort(deps.env.PORT);
      const serverUrl = `http://${host}:${serverPort}`;
      const simulation = await start({ port, serverUrl });
      const control = await listen(createSignInControl(simulation), { host, port: port === 0 ? 0 : port + 1 });
      const adminKey = `fsa_${Buffer.from(deps.random(24)).toString('base64url')}`;
      const settings = { kind: provider, serverPort, serverUrl, adminKey, simulation };
      deps.print(JSON.stringify(toConfiguration(settings), null, 2));
      toGuide({ ...settings, signInUrl: `http://${host}:${control.port}${signInPath}` }).forEach(deps.tell);
      await deps.untilStopped();
      await control.stop();
      await simulation.close();
    });
}

interface Settings {
  readonly kind: string;
  readonly serverPort: number;
  readonly serverUrl: string;
  readonly adminKey: string;
  readonly simulation: ProviderSimulation;
}

const toConfiguration = ({ kind, serverPort, serverUrl, adminKey, simulation }: Settings): JsonObject => ({
  port: serverPort,
  publicUrl: serverUrl,
  dataFolder: `./data/simulated-${kind}`,
  adminKey,
  connections: [{ id: connection, kind, policy: {}, [kind]: simulation.settings }],
});

function toGuide({ serverUrl, adminKey, simulation, signInUrl }: Settings & { readonly signInUrl: string }): string[] {
  const { title, url, users } = simulation;
  const [user] = users;
  if (user === undefined) return [];
  const json = `-H 'Content-Type: application/json'`;
  return [
    '',
    `A simulated ${title} runs on ${url}. Its users:`,
    ...users.map(({ login, subject }) => `  ${login}  ${subject}`),
    '',
    'Standard output is its configuration. With that in simulated.json, in another terminal:',
    '  export FACESTEP_CONFIG=simulated.json',
    '  npx facestep serve',
    'and in a third:',
    '  export FACESTEP_CONFIG=simulated.json',
    `  npx facestep provision ${connection} --apply`,
    `  npx facestep doctor ${connection}`,
    '',
    'Sign in without a face check:',
    `  curl -s ${signInUrl} ${json} -d '{"user":"${user.login}"}'`,
    '',
    'Enrol the user, from a photo of one person:',
    `  TOKEN=$(curl -s ${serverUrl}/generateToken -H 'X-Admin-Key: ${adminKey}' ${json} \\`,
    `    -d '{"name":"portal"}' | node -p 'JSON.parse(require("fs").readFileSync(0)).token')`,
    `  curl -s ${serverUrl}/enrolments -H "X-Auth-Token: $TOKEN" -F connection=${connection} \\`,
    `    -F subject=${user.subject} -F consentStatement='Trying it out' -F consentGivenAt=$(date -u +%FT%TZ) \\`,
    '    -F photo=@1.jpg',
    'Check the face, with another photo, and sign in again:',
    `  STEP=$(curl -s ${serverUrl}/step-ups -H "X-Auth-Token: $TOKEN" ${json} \\`,
    `    -d '{"connection":"${connection}","subject":"${user.subject}"}')`,
    `  field() { node -p "JSON.parse(process.argv[1]).$1" "$STEP"; }`,
    `  curl -s ${serverUrl}/step-ups/$(field id)/photos -F challenge=$(field challenge) -F photo=@2.jpg`,
    '',
    'Ctrl+C ends it; users and secrets are gone then.',
  ];
}

const toServerPort = (text: string | undefined): number =>
  text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 8080;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_534) throw new InvalidArgumentError('Expected a port, 0 to 65534.');
  return port;
}
