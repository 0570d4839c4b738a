import { type MessageAttributeValue, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { z } from 'zod';
import type { SmsConfig } from '../../config/delivery.js';
import type { Delivery } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { toAwsOptions } from '../../network/forward-proxy.js';

const connectMs = 2000;
const answerMs = 5000;
const totalMs = 10_000;

const text = (value: string) => ({ DataType: 'String', StringValue: value });

const failureGuard = z.object({ name: z.string().regex(/^[A-Za-z]{1,64}$/) });

/**
 * Creates SMS delivery by Amazon SNS. Messages other than SMS are passed to `others`. Errors omit the response, which
 * may quote the phone number.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function createSnsDelivery(
  config: Omit<Extract<SmsConfig, { kind: 'aws-sns' }>, 'kind'>,
  { others }: { readonly others: Delivery },
): Delivery {
  const sns = new SNSClient(toAwsOptions(config, connectMs, answerMs));
  const attributes: Record<string, MessageAttributeValue> = { 'AWS.SNS.SMS.SMSType': text('Transactional') };
  if (config.senderId !== null) attributes['AWS.SNS.SMS.SenderID'] = text(config.senderId);
  return {
    outbox: others.outbox.filter((channel) => channel !== 'sms'),
    async send(message) {
      if (message.channel !== 'sms') return others.send(message);
      const { to, text: Message } = message;
      const publish = new PublishCommand({ PhoneNumber: to, Message, MessageAttributes: attributes });
      try {
        await sns.send(publish, { abortSignal: AbortSignal.timeout(totalMs) });
      } catch (error) {
        const { data } = failureGuard.safeParse(error);
        throw new FaceError('delivery_failed', { channel: 'sms', service: 'aws-sns', reason: data?.name ?? 'unknown' });
      }
    },
  };
}
