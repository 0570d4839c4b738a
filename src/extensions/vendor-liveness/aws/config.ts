import { z } from 'zod';
import { safeUrlGuard } from '../../../config/safe-url.js';

export const awsLivenessGuard = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected an AWS region, such as eu-west-1')
    .describe('AWS region with Face Liveness. The video of the person goes there.'),
  role: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'expected the ARN of an IAM role')
    .describe('ARN of the role that browsers get for one check. It may only start Face Liveness sessions.'),
  challenge: z
    .enum(['movement_and_light', 'movement'])
    .default('movement_and_light')
    .describe('`"movement_and_light"` flashes colors and is the more accurate one. `"movement"` is shorter.'),
  endpoint: safeUrlGuard
    .nullable()
    .default(null)
    .describe('Address of the service instead of AWS, for tests with a simulator.'),
  stream: safeUrlGuard
    .nullable()
    .default(null)
    .describe('Address of the service that browsers send the video to, instead of that of the region, for tests.'),
  modelUrl: safeUrlGuard
    .nullable()
    .default(null)
    .describe(
      'Address of a copy of the model (`model.json`) with which AWS’s page finds the face. `null`: AWS’s own address.',
    ),
});

export type AwsLivenessConfig = z.output<typeof awsLivenessGuard>;
