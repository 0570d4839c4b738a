import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Forked {
  readonly pid: number;
  /** @throws Error if the process ends first */
  ask<Answer>(message: object, guard: z.ZodType<Answer>): Promise<Answer>;
  stop(): Promise<void>;
}

export function forkScript(script: URL): Forked {
  const child = fork(fileURLToPath(script), { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
  const gone = once(child, 'exit');
  return {
    pid: z.int().parse(child.pid),
    async ask(message, guard) {
      const answered = once(child, 'message');
      child.send(message);
      const answer = await Promise.race([answered, gone.then(() => null)]);
      if (answer === null) throw new Error(`${script.pathname} ended before it had answered`);
      return guard.parse(answer[0]);
    },
    async stop() {
      child.kill();
      await gone;
    },
  };
}
