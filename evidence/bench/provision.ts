import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Ended, runCli } from '../../examples/demo/run-command.js';
import { startService } from '../../examples/demo/service.js';
import { simulations } from '../../simulators/simulations.js';
import { startSimulation } from '../../test/cli.js';
import { modelsFolder } from '../../test/paths.js';
import { signInWithFace } from '../../test/simulated-sign-in.js';

export interface ProvisionFigures {
  readonly commands: readonly string[];
  readonly manualSteps: readonly string[];
  /** Time that the commands take, without the time for reading and typing. */
  readonly seconds: number;
  readonly minutes: number;
  readonly verified: boolean;
}

export interface ProvisionReport {
  readonly provision: Readonly<Record<string, ProvisionFigures>>;
}

const login = 'ada@example.com';

const isVerified: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => boolean>> = {
  okta: (body) => JSON.stringify(body).includes('"result":"verified"'),
  entra: (body) => JSON.stringify(body).includes('"face_verified":"true"'),
  cognito: (body) => JSON.stringify(body).includes('"face_verified":"true"'),
  onelogin: ({ signedIn, factors }) => signedIn === true && Array.isArray(factors) && factors.length === 0,
};

const plannedGuard = z.object({
  steps: z.array(z.object({ title: z.string(), before: z.object({ state: z.string() }) })),
});

/**
 * Sets each simulated provider up with the commands of its README.
 * @throws Error if a command fails
 */
export async function benchProvision(): Promise<ProvisionReport> {
  const pictures = await loadPictures();
  const figures: Record<string, ProvisionFigures> = {};
  for (const provider of Object.keys(simulations)) figures[provider] = await setUp(provider, pictures);
  return { provision: figures };
}

async function setUp(provider: string, pictures: Pictures): Promise<ProvisionFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-provision-'));
  const simulation = await startSimulation(provider, { serverPort: await findFreePort() });
  const stops = [() => simulation.stop(), () => rm(folder, { recursive: true })];
  try {
    const config = join(folder, 'facestep.json');
    const own = { modelsFolder, dataFolder: join(folder, 'data'), verifier: { kind: 'embedded', workers: 1 } };
    await writeFile(config, JSON.stringify({ ...simulation.config, ...own }), { mode: 0o600 });
    const env = { ...simulation.environment, FACESTEP_CONFIG: config };
    const commands: string[] = [];
    const run = async (...args: readonly string[]): Promise<Ended> => {
      commands.push(`facestep ${args.join(' ')}`);
      const ended = await runCli(args, env);
      if (ended.code !== 0)
        throw new Error(`facestep ${args.join(' ')} at ${provider}:\n${ended.stdout}${ended.stderr}`);
      return ended;
    };

    const startedAt = performance.now();
    commands.push('facestep serve');
    const service = await startService(env);
    stops.unshift(() => service.stop());
    const plan = plannedGuard.parse(JSON.parse((await run('provision', 'simulated', '--plan', '--json')).stdout));
    await run('provision', 'simulated', '--apply', '--yes');
    await run('doctor', 'simulated');
    const before = await simulation.signIn({ user: login });
    commands.push('a sign-in with the password alone');
    const backend = await connectBackend(service.url, simulation.config.adminKey, {
      connection: 'simulated',
      application: simulation.application,
    });
    await backend.enrol(simulation.subjects.get(login) ?? '', pictures.person[0]);
    commands.push('curl /generateToken', 'curl /enrolments');
    const after = await signInWithFace(simulation, backend, { login, photo: pictures.person[1] });
    commands.push('curl /step-ups', 'curl /step-ups/{id}/photos', 'a sign-in with the face check');
    const seconds = (performance.now() - startedAt) / 1000;
    const isFace = isVerified[provider] ?? (() => false);
    return {
      commands,
      manualSteps: plan.steps.filter((step) => step.before.state === 'manual').map(({ title }) => title),
      seconds: Number(seconds.toFixed(1)),
      minutes: Number((seconds / 60).toFixed(2)),
      verified: !isFace(before.body) && isFace(after.body),
    };
  } finally {
    for (const stop of stops) await stop();
  }
}

export const showProvision = ({ provision }: ProvisionReport): string[] => [
  'From an empty org to a verified sign-in, on simulators; the time of the machine alone:',
  '',
  ...Object.entries(provision).flatMap(([provider, { commands, manualSteps, seconds, verified }]) => [
    `${provider.padEnd(9)} ${commands.length} commands, ${seconds} s, ${verified ? 'verified' : 'NOT verified'}`,
    ...manualSteps.map((step) => `  by hand: ${step}`),
  ]),
];
