import { z } from 'zod';
import type { Backend } from '../../examples/demo/backend.js';
import type { RunningSimulation } from '../benches/cli.js';

const challengeGuard = z.object({ session: z.string(), challenge: z.looseObject({ request: z.string() }) });

/** Signs a simulated user in with a face check, before the sign-in or as answer to its challenge. */
export async function signInWithFace(
  simulation: RunningSimulation,
  backend: Backend,
  { login, photo }: { readonly login: string; readonly photo: Uint8Array },
) {
  const challenged = challengeGuard.safeParse((await simulation.signIn({ user: login })).body);
  if (!challenged.success) {
    await backend.checkFace(simulation.subjects.get(login) ?? '', photo);
    return simulation.signIn({ user: login });
  }
  const { session, challenge } = challenged.data;
  const receipt = await backend.answerRequest(challenge.request, photo);
  return simulation.signIn({ user: login, answer: { session, receipt } });
}
