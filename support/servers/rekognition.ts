import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { createProtocol, isSigned, ServiceError } from '../../simulators/aws.js';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { drawFaceModel } from './drawn-face-model.js';
import { serveForTest } from './serve.js';

export type Trouble = 'none' | 'silent' | 'denied' | 'throttled' | 'broken' | 'other region';

export const rekognitionEnvironment = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
} as const;

type Status = 'CREATED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'EXPIRED';

export interface Session {
  status: Status;
  type: string;
  readonly createdAt: number;
  confidence: number;
  picture: Uint8Array | null;
  /** Bytes of video that the page sent. */
  videoBytes: number;
}

const createGuard = z.strictObject({
  KmsKeyId: z.string().optional(),
  ClientRequestToken: z
    .string()
    .regex(/^[a-zA-Z0-9-_]+$/)
    .min(1)
    .max(64),
  Settings: z.strictObject({
    AuditImagesLimit: z.int().min(0).max(4),
    OutputConfig: z.object({ S3Bucket: z.string() }).optional(),
    ChallengePreferences: z
      .array(
        z.object({
          Type: z.enum(['FaceMovementAndLightChallenge', 'FaceMovementChallenge']),
          Versions: z.object({}).optional(),
        }),
      )
      .max(2),
  }),
});

const lifeMs = 180_000;

/**
 * Starts Amazon Rekognition Face Liveness and AWS STS for the real SDKs: AWS JSON 1.1, the query protocol, and the
 * event stream over a WebSocket for AWS's detector in a browser.
 */
export async function startRekognition({
  region = 'eu-west-1',
  now = Date.now,
}: {
  readonly region?: string;
  readonly now?: () => number;
} = {}) {
  const sessions = new Map<string, Session>();
  const created: z.output<typeof createGuard>[] = [];
  const assumed: URLSearchParams[] = [];
  const tokens = new Map<string, string>();
  let trouble: Trouble = 'none';
  let held: Promise<void> = Promise.resolve();
  /** What a streamed video is found to be. */
  let verdict = { confidence: 99.1, picture: new Uint8Array() };

  const find = (id: string): Session => {
    const session = sessions.get(id);
    if (session === undefined) throw new ServiceError('SessionNotFoundException', 'Session not found');
    const isOpen = session.status === 'CREATED' || session.status === 'IN_PROGRESS';
    if (isOpen && now() - session.createdAt > lifeMs) session.status = 'EXPIRED';
    return session;
  };

  const refuse = (): void => {
    if (trouble === 'denied') throw new ServiceError('AccessDeniedException', 'not authorized');
    if (trouble === 'throttled') throw new ServiceError('ThrottlingException', 'Rate exceeded');
    if (trouble === 'broken') throw new ServiceError('InternalServerError', 'internal', 500);
  };

  const protocol = createProtocol('RekognitionService', now, async (operation, body, request) => {
    const called = trouble === 'other region' ? 'us-east-1' : region;
    if (!isSigned(request, called, 'rekognition'))
      throw new ServiceError('InvalidSignatureException', 'Credential should be scoped to a valid region.');
    refuse();
    if (operation === 'CreateFaceLivenessSession') {
      const asked = createGuard.parse(body);
      created.push(asked);
      const answered = held;
      held = Promise.resolve();
      await answered;
      const known = tokens.get(asked.ClientRequestToken);
      if (known !== undefined) return { SessionId: known };
      const id = randomUUID();
      tokens.set(asked.ClientRequestToken, id);
      const type = asked.Settings.ChallengePreferences[0]?.Type ?? 'FaceMovementAndLightChallenge';
      sessions.set(id, { status: 'CREATED', type, createdAt: now(), confidence: 0, picture: null, videoBytes: 0 });
      return { SessionId: id };
    }
    if (operation !== 'GetFaceLivenessSessionResults')
      throw new ServiceError('UnknownOperationException', 'Unknown operation');
    const { SessionId } = z.object({ SessionId: z.string() }).parse(body);
    const { status, type, confidence, picture } = find(SessionId);
    const base = { SessionId, Status: status, Challenge: { Type: type, Version: '2.0.0' } };
    if (status !== 'SUCCEEDED') return status === 'FAILED' ? { ...base, Confidence: confidence } : base;
    return {
      ...base,
      Confidence: confidence,
      AuditImages: [],
      ...(picture === null
        ? {}
        : {
            ReferenceImage: {
              Bytes: Buffer.from(picture).toString('base64'),
              BoundingBox: { Width: 0.4, Height: 0.6, Left: 0.3, Top: 0.2 },
            },
          }),
    };
  });

  /** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  const answerSts = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = new URLSearchParams(await text(request));
    const reply = (status: number, xml: string): void => {
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(xml);
    };
    const fail = (code: string): void =>
      reply(
        403,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      );
    if (asked.get('Action') !== 'AssumeRole') return fail('InvalidAction');
    if (!isSigned(request, region, 'sts')) return fail('SignatureDoesNotMatch');
    assumed.push(asked);
    const until = new Date(now() + Number(asked.get('DurationSeconds')) * 1000).toISOString();
    reply(
      200,
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA123:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAIOSFODNN7BROWSER</AccessKeyId><SecretAccessKey>browser-secret</SecretAccessKey><SessionToken>browser-token</SessionToken><Expiration>${until}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    );
  };

  const server = createServer((request, response) => {
    if (trouble === 'silent') return;
    if (request.headers['x-amz-target'] === undefined) void answerSts(request, response);
    else protocol(request, response);
  });
  // AWS's detector speaks TLS only. Its server has the model for it, too.
  const model = drawFaceModel();
  const streaming = createTlsServer(await createSelfSigned(), (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    const file = model.get(request.url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', file.type).end(file.bytes);
  });
  const sockets = new WebSocketServer({ server: streaming, path: '/start-face-liveness-session-websocket' });
  sockets.on('connection', (socket, request) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const session = find(query.get('session-id') ?? '');
    const isGranted = query.get('X-Amz-Security-Token') === 'browser-token' && session.status === 'CREATED';
    if (!isGranted) return socket.close(1008, 'not granted');
    session.status = 'IN_PROGRESS';
    runStream(socket, session, {
      onEnd: () => {
        session.confidence = verdict.confidence;
        session.picture = verdict.picture;
        session.status = session.videoBytes > 0 ? 'SUCCEEDED' : 'FAILED';
      },
    });
  });
  const { host } = await serveForTest(server);
  const stream = await serveForTest(streaming);

  return {
    region,
    url: `http://${host}`,
    streamUrl: `https://${stream.host}`,
    modelUrl: `https://${stream.host}/model.json`,
    sessions,
    created,
    assumed,
    /** Holds the answer to the next session that is opened, until the returned function is called. */
    holdNext(): () => void {
      let release = (): void => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    cause(next: Trouble): void {
      trouble = next;
    },
    judge(next: Partial<typeof verdict>): void {
      verdict = { ...verdict, ...next };
    },
    /** Ends a session without a page, as if its video had been judged. */
    finish(id: string, result: Partial<Pick<Session, 'status' | 'confidence' | 'picture' | 'type'>>): void {
      Object.assign(find(id), { status: 'SUCCEEDED', confidence: 99.1, ...result });
    },
  };
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (utf8) => Buffer.from(utf8, 'utf8'),
);

const toEvent = (type: string, body: object): Uint8Array =>
  codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: Buffer.from(JSON.stringify(body)),
  });

/** The oval is where the drawn model of the tests finds its face, so that no one has to move. */
const challengeConfig = {
  BlazeFaceDetectionThreshold: 0.75,
  FaceDistanceThresholdMin: 0.9,
  FaceDistanceThreshold: 0.9,
  FaceDistanceThresholdMax: 1,
  OvalIouThreshold: 0.1,
  OvalHeightWidthRatio: 1.618,
  OvalIouWidthThreshold: 1,
  OvalIouHeightThreshold: 1,
  FaceIouWidthThreshold: 1,
  FaceIouHeightThreshold: 1,
  OvalFitTimeout: 20_000,
};

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
];

/** Plays the server's part of `StartFaceLivenessSession` on one socket. */
function runStream(socket: WebSocket, session: Session, { onEnd }: { readonly onEnd: () => void }): void {
  const OvalParameters = { Width: 220, Height: 356, CenterX: 320, CenterY: 240 };
  const common = { OvalParameters, ChallengeConfig: challengeConfig };
  const Challenge =
    session.type === 'FaceMovementChallenge'
      ? { FaceMovementChallenge: common }
      : {
          FaceMovementAndLightChallenge: {
            ...common,
            LightChallengeType: 'SEQUENTIAL',
            ColorSequences: colours.map((RGB) => ({
              FreshnessColor: { RGB },
              DownscrollDuration: 100,
              FlatDisplayDuration: 100,
            })),
          },
        };
  socket.send(toEvent('ChallengeEvent', { Type: session.type, Version: '2.0.0' }));
  socket.send(toEvent('ServerSessionInformationEvent', { SessionInformation: { Challenge } }));
  socket.on('message', (data: Buffer) => {
    // Each event is in an envelope with its signature.
    const inner = codec.decode(codec.decode(data).body);
    if (inner.headers[':event-type']?.value !== 'VideoEvent') return;
    const { VideoChunk = '' } = z
      .object({ VideoChunk: z.string().optional() })
      .parse(JSON.parse(Buffer.from(inner.body).toString()));
    const bytes = Buffer.from(VideoChunk, 'base64').length;
    session.videoBytes += bytes;
    // An empty chunk ends the video.
    if (bytes > 0) return;
    onEnd();
    socket.send(toEvent('DisconnectionEvent', { TimestampMillis: Date.now() }));
  });
}
