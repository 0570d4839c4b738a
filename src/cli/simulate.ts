import { Command } from 'commander';
import type { JsonObject } from '../base/json.js';
import { listen } from '../http/listen.js';
import type { CliDeps } from './deps.js';
import { wholeNumber } from './parse-option.js';
import { createSignInControl, signInPath } from './simulation-control.js';
import { type SimulationSettings, toGuide } from './simulation-guide.js';
import { UsageError } from './usage-error.js';

const connection = 'simulated';
const host = '127.0.0.1';

export function createSimulateCommand(deps: CliDeps): Command {
  return new Command('simulate')
    .summary('start a simulated provider for offline tests')
    .description(
      'Starts a simulated provider with two users and stays up until Ctrl+C. Standard output is a configuration for it, ' +
        'ready to use; standard error has the next steps.',
    )
    .argument('<provider>', 'kind of the provider, such as okta')
    .option('--port <port>', 'port of the provider; the sign-in address uses the next one', wholeNumber(0, 65_534), 0)
    .action(async (provider: string, { port }: { port: number }) => {
      // Loaded here, because no other command needs the simulators.
      const { simulations } = await import('../../simulators/simulations.js');
      const load = Object.hasOwn(simulations, provider) ? simulations[provider] : undefined;
      if (load === undefined) {
        const names = Object.keys(simulations).join(', ');
        throw new UsageError(`no simulated provider "${provider}". There are: ${names}`);
      }
      const start = await load();
      const serverPort = toServerPort(deps.env.PORT);
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
        // npm sets this variable only if the command runs as an npm script of a checkout.
        command: deps.env.npm_lifecycle_event === 'facestep' ? 'npm run -s facestep --' : 'facestep',
        signInUrl: `http://${host}:${control.port}${signInPath}`,
      };
      deps.print(JSON.stringify(toConfiguration(settings), null, 2));
      toGuide(settings).forEach(deps.tell);
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

/** Returns the port in `PORT`. For 0 or an invalid port it returns 8080. */
const toServerPort = (text = ''): number => (/^[1-9]\d{0,4}$/.test(text) ? Number(text) : 8080);
