import { z } from 'zod';
import type { ProviderSimulation } from '../../simulators/simulation.js';
import { simulations } from '../../simulators/simulations.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { type Backend, connectBackend } from './backend.js';
import { findFreePort } from './free-port.js';
import { runCli } from './run-command.js';
import { configure, startService } from './service.js';

/** Returns, for each provider, the part of the application's result to print and whether it has a verified face. */
const shown: Readonly<Record<string, (answer: JsonObject) => { readonly text: string; readonly isVerified: boolean }>> =
  {
    entra(answer) {
      const { face_verified, face_verified_at } = z
        .object({ face_verified: z.string(), face_verified_at: z.string().optional() })
        .parse(answer.tokenClaims);
      const claims = { face_verified, ...(face_verified_at === undefined ? {} : { face_verified_at }) };
      return { text: `a token with ${JSON.stringify(claims)}`, isVerified: face_verified === 'true' };
    },
    cognito(answer) {
      const { data } = z
        .object({ face_verified: z.literal('true'), face_verified_at: z.string() })
        .safeParse(answer.idTokenClaims);
      if (data === undefined) return { text: 'no tokens: a face challenge after the password', isVerified: false };
      return { text: `tokens with ${JSON.stringify(data)}`, isVerified: true };
    },
    onelogin(answer) {
      const isVerified = answer.signedIn === true;
      return {
        text: isVerified ? 'signed in under the normal policy' : 'denied: the face policy requires another factor',
        isVerified,
      };
    },
  };

const titles = { entra: 'Entra ID', cognito: 'Amazon Cognito', onelogin: 'OneLogin' } as const;
type Kind = keyof typeof titles;
const kinds = ['entra', 'cognito', 'onelogin'] as const satisfies readonly Kind[];

interface Stage {
  readonly say: (line: string) => void;
  readonly folder: string;
  readonly adminKey: string;
  readonly modelsFolder: string;
  readonly person: readonly [Uint8Array, Uint8Array];
  asExpected(answer: string, expected: string): string;
}

export async function showProviders({ say, folder, adminKey, modelsFolder, person, asExpected }: Stage): Promise<void> {
  const { simulated, env, service, close } = await startProviders(kinds, { folder, adminKey, modelsFolder });
  for (const { kind, simulation } of simulated) {
    say(`  ${titles[kind]}   ${simulation.url}`);
    const { code, stdout } = await runCli(['provision', kind, '--apply', '--yes'], env);
    say(`    facestep provision ${kind} --apply --yes   ${stdout.trim().split('\n').at(-1) ?? ''}`);
    if (code !== 0) say(`    ${asExpected('not set up', 'set up')}`);
    const backend = await connectBackend(service.url, adminKey, {
      connection: kind,
      application: simulation.application,
    });
    const { login, subject } = firstOf(simulation);
    const tell = (title: string, answer: JsonObject, expected: string): void => {
      const { text, isVerified } = shown[kind]?.(answer) ?? { text: '', isVerified: false };
      say(`    ${title} ${text}: ${asExpected(isVerified ? 'verified' : 'not verified', expected)}`);
    };
    await backend.enrol(subject, person[0]);
    tell('Password alone:   ', await simulation.signIn(login, null), 'not verified');
    tell(
      'Password and face:',
      await signInWithFace(simulation, backend, { login, subject, photo: person[1] }),
      'verified',
    );
  }
  await close();
}

/** Starts simulated providers, and a server with a connection to each, by its kind. */
export async function startProviders<Name extends string>(
  names: readonly Name[],
  {
    folder,
    adminKey,
    modelsFolder,
    preloaded = {},
  }: Omit<Stage, 'say' | 'person' | 'asExpected'> & {
    /** More environment variables of the server. */
    readonly preloaded?: Readonly<Record<string, string>>;
  },
) {
  const port = await findFreePort();
  const serverUrl = `http://127.0.0.1:${port}`;
  const simulated = await Promise.all(
    names.map(async (kind) => {
      const start = await simulations[kind]?.();
      if (start === undefined) throw new Error(`no simulation of ${kind}`);
      return { kind, simulation: await start({ port: 0, connection: kind, serverUrl }) };
    }),
  );
  const connections = simulated.map(({ kind, simulation }) => ({
    id: kind,
    kind,
    policy: { mode: 'enforce', liveness: 'off' },
    [kind]: simulation.settings,
  }));
  const settings = { modelsFolder, publicUrl: serverUrl, verifier: { kind: 'embedded', workers: 1 }, connections };
  const env = {
    ...Object.fromEntries(simulated.flatMap(({ simulation }) => Object.entries(simulation.environment))),
    ...(await configure(folder, settings, { port: String(port), adminKey, name: 'providers' })),
  };
  const service = await startService({ ...env, ...preloaded });
  return {
    simulated,
    env,
    service,
    async close() {
      await service.stop();
      for (const { simulation } of simulated) await simulation.close();
    },
  };
}

const challengedGuard = z.object({ session: z.string(), challenge: z.object({ request: z.string() }) });

async function signInWithFace(
  simulation: ProviderSimulation,
  backend: Backend,
  { login, subject, photo }: { login: string; subject: string; photo: Uint8Array },
): Promise<JsonObject> {
  if (simulation.faceCheck === 'before') {
    await backend.checkFace(subject, photo);
    return simulation.signIn(login, null);
  }
  const { session, challenge } = challengedGuard.parse(await simulation.signIn(login, null));
  const receipt = await backend.answerRequest(challenge.request, photo);
  return simulation.signIn(login, { session, receipt });
}

function firstOf({ users }: ProviderSimulation) {
  const [first] = users;
  if (first === undefined) throw new Error('no user');
  return first;
}
