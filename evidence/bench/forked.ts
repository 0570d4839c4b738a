import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Starts a script of its own process that answers messages one at a time. */
export function forkScript(script: URL) {
  const child = fork(fileURLToPath(script), { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
  const gone = once(child, 'exit');
  return {
    pid: z.int().parse(child.pid),
    /** @throws Error if the process ends first */
    async ask<Answer>(message: object, guard: z.ZodType<Answer>): Promise<Answer> {
      const answered = once(child, 'message');
      child.send(message);
      const answer = await Promise.race([answered, gone.then(() => null)]);
      if (answer === null) throw new Error(`${script.pathname} stopped before it responded`);
      return guard.parse(answer[0]);
    },
    async stop() {
      child.kill();
      await gone;
    },
  };
}

/** Answers the messages of the parent process, and ends with it. */
export function answerParent(answer: (message: unknown) => unknown): void {
  process.on('message', async (message) => process.send?.(await answer(message)));
  process.on('disconnect', () => process.exit());
}

export type Forked = ReturnType<typeof forkScript>;
