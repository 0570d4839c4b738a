import { makeOnce } from '../../../core/base/make-once.js';
import type { Ports } from '../../../core/deps.js';
import type { LivenessVendor, VendorResult } from '../../../core/ports.js';
import { Credential, type OwnPhoto } from '../../../core/secrets.js';
import { addSec } from '../../../core/units.js';
import { FaceError, toCode } from '../../../errors.js';
import type { AwsLivenessCalls, ChallengeType } from './calls.js';
import type { AwsLivenessConfig } from './config.js';

/** AWS keeps a session for three minutes. */
const sessionSec = 180;

/** All that a browser may do with its credentials. AWS has no permission for one session. */
const browserPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'rekognition:StartFaceLivenessSession', Resource: '*' }],
});

const typeOf = {
  movement_and_light: 'FaceMovementAndLightChallenge',
  movement: 'FaceMovementChallenge',
} as const satisfies Record<AwsLivenessConfig['challenge'], ChallengeType>;

const noSession = '00000000-0000-4000-8000-000000000000';

/** Host of the model with which AWS's detector finds the face. */
const modelHost = 'https://cdn.liveness.rekognition.amazonaws.com';

/** The detector always uses TLS. */
const streamOf = ({ region, stream }: Pick<AwsLivenessConfig, 'region' | 'stream'>): string =>
  `wss://${stream === null ? `streaming-rekognition.${region}.amazonaws.com` : new URL(stream).host}`;

/**
 * Creates the vendor Amazon Rekognition Face Liveness.
 * @param ports - returns the ports since the last reload
 * @see https://docs.aws.amazon.com/rekognition/latest/dg/face-liveness.html
 */
export function createAwsLiveness(config: AwsLivenessConfig, ports: () => Ports<'clock' | 'random'>): LivenessVendor {
  const { region, role, challenge, stream, modelUrl } = config;
  // The SDK costs half a second and memory, so it is loaded on first use.
  const calls = makeOnce(() =>
    import('./calls.js').then(
      ({ createAwsLivenessCalls }) => createAwsLivenessCalls(config),
      (error: unknown) => {
        throw new FaceError('liveness_unavailable', { reason: 'the SDK does not load' }, { cause: error });
      },
    ),
  );
  return {
    name: 'aws',
    hosts: { connect: [streamOf(config), modelUrl === null ? modelHost : new URL(modelUrl).origin] },
    async openSession() {
      const { clock, random } = ports();
      const drawId = (): string => Buffer.from(random(16)).toString('hex');
      const { createSession, assumeRole } = await calls();
      const expiresAt = addSec(clock.now(), sessionSec);
      const [id, { AccessKeyId, SecretAccessKey, SessionToken }] = await Promise.all([
        createSession(typeOf[challenge], drawId()),
        assumeRole(role, `facestep-${drawId()}`, browserPolicy),
      ]);
      const grant = {
        session: id,
        region,
        endpoint: stream,
        modelUrl,
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      };
      return { id, grant: new Credential(JSON.stringify(grant)), expiresAt };
    },
    async readResult(session, own) {
      return toResult(await (await calls()).readResult(session), typeOf[challenge], own);
    },
    async probe() {
      const { random } = ports();
      const { assumeRole, readResult } = await calls();
      await assumeRole(role, `facestep-${Buffer.from(random(16)).toString('hex')}`, browserPolicy);
      // No session has this id, so an account that may read results answers that there is none.
      await readResult(noSession).catch((error: unknown) => {
        if (toCode(error) !== 'liveness_expired') throw error;
      });
    },
  };
}

type Answer = Awaited<ReturnType<AwsLivenessCalls['readResult']>>;

const presences = {
  FaceMovementAndLightChallenge: 'aws-face-movement-and-light',
  FaceMovementChallenge: 'aws-face-movement',
} as const satisfies Record<ChallengeType, string>;

/** @param type - the challenge of the configuration. The browser tells AWS which ones it supports */
function toResult(
  { Status, Confidence, Challenge, ReferenceImage }: Answer,
  type: ChallengeType,
  own: OwnPhoto,
): VendorResult {
  const presence = presences[type];
  switch (Status) {
    case 'SUCCEEDED': {
      // Another challenge than the one that was asked for proves less.
      if (Challenge?.Type !== type) return { presence, confidence: 0, photo: null };
      const bytes = ReferenceImage?.Bytes;
      const photo = bytes === undefined || bytes.length === 0 ? null : own(bytes);
      return { presence, confidence: Confidence ?? 0, photo };
    }
    case 'FAILED':
      return { presence, confidence: 0, photo: null };
    case 'CREATED':
    case 'IN_PROGRESS':
      throw new FaceError('liveness_unfinished', { status: Status });
    case 'EXPIRED':
      throw new FaceError('liveness_expired');
    default:
      throw new FaceError('liveness_unavailable', { status: Status });
  }
}
