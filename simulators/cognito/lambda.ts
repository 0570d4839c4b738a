import { type ChildProcess, fork } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isSigned, ServiceError } from '../aws.js';
import { newId } from './pool.js';

export interface LambdaFunction {
  readonly file: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Status of the last update; default `Successful`. */
  readonly lastUpdateStatus?: 'Successful' | 'InProgress' | 'Failed';
  /** True if the caller may not decrypt the environment. */
  readonly isEncrypted?: boolean;
  /** `SourceArn` values of the function's permissions for cognito-idp.amazonaws.com. */
  readonly sourceArns: readonly string[];
}

type LambdaAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: 'threw' | 'timed_out' | 'crashed'; readonly message: string };

export type LambdaService = ReturnType<typeof createLambdaService>;

const runtime = fileURLToPath(new URL('./lambda-runtime.js', import.meta.url));
const answerGuard = z.object({ id: z.number(), ok: z.boolean(), body: z.string() });

/**
 * Creates Lambda functions by ARN. Each function runs in its own process, which its first call starts.
 * @param onLine - receives each line that a function writes
 */
export function createLambdaService(onLine: (arn: string, line: string) => void) {
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
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => onLine(arn, line));
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
    /** True if callers may read function configurations (`lambda:GetFunctionConfiguration`). */
    isReadable: true,
    /** True if callers may change function configurations (`lambda:UpdateFunctionConfiguration`). */
    isWritable: true,
    /** Called before an update is applied. */
    beforeUpdate: (): void => {},
    /** Ends the process of a function, so that its next call starts with the changed configuration. */
    async restart(arn: string): Promise<void> {
      const child = running.get(arn)?.child;
      if (child !== undefined) await end(arn, child);
    },
    logText: () => log,
    coldStarts: () => started,
    /** Runs a function. On a timeout, kills the function's process, so that the function loses its state. */
    async invoke(arn: string, event: unknown, timeoutMs: number): Promise<LambdaAnswer> {
      const found = functions.get(arn);
      if (found === undefined) return { ok: false, reason: 'crashed', message: 'no such function' };
      const { child, isLoaded } = running.get(arn) ?? start(arn, found);
      count += 1;
      const id = count;
      // The timeout starts after loading, because process start-up depends on this machine, not on the function.
      await isLoaded;
      const answer = await new Promise<LambdaAnswer>((resolve) => {
        const settle = (settled: LambdaAnswer): void => {
          clearTimeout(timer);
          child.off('message', listen).off('exit', crash);
          resolve(settled);
        };
        const fail = (reason: 'timed_out' | 'crashed', message: string) => settle({ ok: false, reason, message });
        const crash = () => fail('crashed', 'RequestId: Error: Runtime exited');
        const listen = (message: unknown): void => {
          const { data } = answerGuard.safeParse(message);
          if (data?.id !== id) return;
          settle(
            data.ok ? { ok: true, body: JSON.parse(data.body) } : { ok: false, reason: 'threw', message: data.body },
          );
        };
        const timer = setTimeout(() => fail('timed_out', 'Task timed out'), timeoutMs);
        child.on('message', listen).once('exit', crash);
        if (child.connected) {
          child.send({ id, event: JSON.stringify(event), timeoutMs, requestId: randomUUID() }, () => undefined);
        } else crash();
      });
      if (!answer.ok && answer.reason === 'timed_out') await end(arn, child);
      return answer;
    },
    async close() {
      await Promise.all([...running].map(([arn, { child }]) => end(arn, child)));
    },
  };
}

const functionPath = /^\/2015-03-31\/functions\/([^/]+)\/(configuration|policy)$/;

/**
 * Answers signed REST calls that read a deployed function or change its variables. Other Lambda calls are not
 * simulated.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
 */
export async function answerLambda(
  lambda: LambdaService,
  region: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amzn-requestid', newId(16)).setHeader('content-type', 'application/json');
  try {
    response.end(JSON.stringify(await perform(lambda, region, request)));
  } catch (error) {
    const { status, type } =
      error instanceof ServiceError ? error : new ServiceError('InvalidParameterValueException', 'invalid body');
    response.writeHead(status, { 'x-amzn-errortype': type }).end(JSON.stringify({ Type: 'User', Message: type }));
  }
}

async function perform(lambda: LambdaService, region: string, request: IncomingMessage): Promise<object> {
  const [, written, part] = functionPath.exec(request.url ?? '') ?? [];
  const isUpdate = request.method === 'PUT' && part === 'configuration';
  if (written === undefined || !(isUpdate || request.method === 'GET'))
    throw new ServiceError('UnknownOperationException', 'Unknown operation', 404);
  if (!isSigned(request, region, 'lambda'))
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  if (!lambda.isReadable) throw notAuthorized();
  const arn = decodeURIComponent(written);
  const found = lambda.functions.get(arn);
  if (found === undefined || (part === 'policy' && found.sourceArns.length === 0)) throw notFound();
  if (isUpdate) return update(lambda, arn, request);
  return part === 'policy' ? toPolicy(arn, found) : toConfiguration(arn, found);
}

const notAuthorized = (): ServiceError => new ServiceError('AccessDeniedException', 'not authorized', 403);
const notFound = (): ServiceError => new ServiceError('ResourceNotFoundException', 'no such function', 404);

const updateGuard = z.object({
  Environment: z.object({ Variables: z.record(z.string().regex(/^[a-zA-Z]\w+$/), z.string()) }).optional(),
  RevisionId: z.string().optional(),
});

/**
 * Changes the environment, which replaces all variables.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
 */
async function update(lambda: LambdaService, arn: string, request: IncomingMessage) {
  const { Environment, RevisionId } = updateGuard.parse(await json(request));
  if (!lambda.isWritable) throw notAuthorized();
  lambda.beforeUpdate();
  const found = lambda.functions.get(arn);
  if (found === undefined) throw notFound();
  if (RevisionId !== undefined && RevisionId !== revisionOf(found))
    throw new ServiceError('PreconditionFailedException', 'The RevisionId is not the latest', 412);
  const changed = { ...found, environment: Environment?.Variables ?? found.environment };
  lambda.functions.set(arn, changed);
  await lambda.restart(arn);
  return toConfiguration(arn, changed);
}

const toPolicy = (arn: string, { sourceArns }: LambdaFunction) => ({
  Policy: JSON.stringify({
    Version: '2012-10-17',
    Id: 'default',
    Statement: sourceArns.map((source, at) => ({
      Sid: `cognito-${at}`,
      Effect: 'Allow',
      Principal: { Service: 'cognito-idp.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
      Condition: { ArnLike: { 'AWS:SourceArn': source } },
    })),
  }),
  RevisionId: newId(16),
});

const toConfiguration = (arn: string, found: LambdaFunction) => ({
  FunctionName: arn.slice(arn.lastIndexOf(':') + 1),
  FunctionArn: arn,
  Runtime: 'nodejs22.x',
  Handler: `index.${found.handler}`,
  Timeout: 5,
  MemorySize: 256,
  State: 'Active',
  LastUpdateStatus: found.lastUpdateStatus ?? 'Successful',
  Environment:
    found.isEncrypted === true
      ? {
          Error: {
            ErrorCode: 'AccessDeniedException',
            Message: 'Lambda was unable to decrypt your environment variables',
          },
        }
      : { Variables: found.environment },
  RevisionId: revisionOf(found),
});

/** Returns the same id until the function changes. */
const revisionOf = (found: LambdaFunction): string =>
  createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 32);
