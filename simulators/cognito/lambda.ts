import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface LambdaFunction {
  readonly file: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `SourceArn` values of the function's permissions for cognito-idp.amazonaws.com. */
  readonly sourceArns: readonly string[];
}

export type LambdaAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: 'threw' | 'timed_out' | 'crashed'; readonly message: string };

/** Lambda functions by ARN. Each function runs in its own process, which its first call starts. */
export interface LambdaService {
  readonly functions: Map<string, LambdaFunction>;
  /** True if callers may read function configurations (`lambda:GetFunctionConfiguration`). */
  isReadable: boolean;
  /** Runs a function. On a timeout, kills the function's process, so that the function loses its state. */
  invoke(arn: string, event: unknown, timeoutMs: number): Promise<LambdaAnswer>;
  logText(): string;
  coldStarts(): number;
  close(): Promise<void>;
}

const runtime = fileURLToPath(new URL('./lambda-runtime.js', import.meta.url));
const answerGuard = z.object({ id: z.number(), ok: z.boolean(), body: z.string() });

export function createLambdaService(): LambdaService {
  const functions = new Map<string, LambdaFunction>();
  const running = new Map<string, { child: ChildProcess; isLoaded: Promise<unknown> }>();
  let log = '';
  let count = 0;
  let started = 0;

  const start = (arn: string, { file, handler, environment }: LambdaFunction) => {
    started += 1;
    const env = { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: arn, ...environment };
    const child = fork(runtime, [file, handler], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    child.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        log += bytes.toString();
      });
    }
    const isLoaded = Promise.race([once(child, 'message'), once(child, 'exit')]);
    const instance = { child, isLoaded };
    running.set(arn, instance);
    child.once('exit', () => {
      if (running.get(arn) === instance) running.delete(arn);
    });
    return instance;
  };

  const end = async (arn: string, child: ChildProcess): Promise<void> => {
    running.delete(arn);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };

  return {
    functions,
    isReadable: true,
    logText: () => log,
    coldStarts: () => started,
    async invoke(arn, event, timeoutMs) {
      const found = functions.get(arn);
      if (found === undefined) return { ok: false, reason: 'crashed', message: 'no such function' };
      const { child, isLoaded } = running.get(arn) ?? start(arn, found);
      count += 1;
      const id = count;
      // The timeout starts after loading, because process start-up depends on this machine, not on the function.
      await isLoaded;
      let timer: NodeJS.Timeout | undefined;
      const outOfTime = new Promise<LambdaAnswer>((resolve) => {
        timer = setTimeout(() => resolve({ ok: false, reason: 'timed_out', message: 'Task timed out' }), timeoutMs);
      });
      const answered = async (): Promise<LambdaAnswer> => {
        const answer = new Promise<LambdaAnswer>((resolve) => {
          const crash = () => resolve({ ok: false, reason: 'crashed', message: 'RequestId: Error: Runtime exited' });
          const listen = (message: unknown): void => {
            const parsed = answerGuard.safeParse(message);
            if (!parsed.success || parsed.data.id !== id) return;
            child.off('message', listen);
            child.off('exit', crash);
            const { ok, body } = parsed.data;
            resolve(ok ? { ok: true, body: JSON.parse(body) } : { ok: false, reason: 'threw', message: body });
          };
          child.on('message', listen);
          child.once('exit', crash);
          if (child.connected) {
            child.send({ id, event: JSON.stringify(event), timeoutMs, requestId: randomUUID() }, () => undefined);
          } else crash();
        });
        return answer;
      };
      const answer = await Promise.race([answered(), outOfTime]);
      clearTimeout(timer);
      if (!answer.ok && answer.reason === 'timed_out') await end(arn, child);
      return answer;
    },
    async close() {
      await Promise.all([...running].map(([arn, { child }]) => end(arn, child)));
    },
  };
}
