import { systemRandom } from '../../../../support/fakes/sinks.js';
import { rekognitionEnvironment, startRekognition } from '../../../../support/servers/rekognition.js';
import { describeLiveness } from '../../../../test/contract/liveness.js';
import { createManualClock } from '../../../../test/contract/state.js';
import { owningPhotos } from '../../../core/secrets.js';
import { toCode } from '../../../errors.js';
import { toFinding } from '../../../step-up/vendor-check.js';
import { awsLivenessGuard } from './config.js';
import { createAwsLiveness } from './vendor.js';

const policy = { vendor: 'aws', confidence: 80, fallback: 'none' } as const;

describeLiveness('Amazon Rekognition', async () => {
  Object.assign(process.env, rekognitionEnvironment);
  const rekognition = await startRekognition();
  const clock = createManualClock();
  const vendor = createAwsLiveness(
    awsLivenessGuard.parse({
      region: rekognition.region,
      role: 'arn:aws:iam::123456789012:role/facestep-liveness',
      endpoint: rekognition.url,
    }),
    () => ({ clock, random: systemRandom }),
  );
  const judge = async (confidence: number) => {
    const { id } = await vendor.openSession();
    rekognition.finish(id, { confidence, picture: Buffer.from('a picture') });
    return owningPhotos(async (own) => toFinding(await vendor.readResult(id, own), policy));
  };
  return {
    judgeLive: () => judge(97.5),
    judgePicture: () => judge(2.5),
    async judgeWhileDown() {
      rekognition.cause('broken');
      const code = await judge(97.5).then(() => 'internal' as const, toCode);
      rekognition.cause('none');
      return code;
    },
  };
});
