import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import type { ProviderSimulation } from '../../simulators/simulation.js';

export const signInPath = '/simulate/sign-in';

const attemptGuard = z.strictObject({
  user: z.string(),
  answer: z.strictObject({ session: z.string(), receipt: z.string() }).nullable().default(null),
});

export function createSignInControl({ users, signIn }: ProviderSimulation): Express {
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
    response.status(404).json({ error: `there is only POST ${signInPath}` });
  });
  // Express recognizes error handlers by four parameters.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(400).json({ error: 'the sign-in could not be made; is the body JSON, and the answer complete?' });
  });
  return app;
}
