import { describe, expect, test } from '@jest/globals';
import type { Delivery, Message } from '../../src/core/ports.js';

export interface DeliveryHarness {
  readonly delivery: Delivery;
  arrived(): Promise<readonly Message[]>;
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

export function runDeliveryContract(
  name: string,
  channels: readonly Message['channel'][],
  setUp: () => Promise<DeliveryHarness>,
): void {
  describe(`delivery contract: ${name}`, () => {
    const addressOf = { email: 'ada@example.test', sms: '+4915112345678' } as const;
    const messageFor = (channel: Message['channel'], text = '123456 is your code. Grüße, 你好'): Message => ({
      channel,
      to: addressOf[channel],
      subject: 'Your code',
      text,
    });
    const withHarness = async (run: (harness: DeliveryHarness) => Promise<void>): Promise<void> => {
      const harness = await setUp();
      try {
        await run(harness);
      } finally {
        await harness.close();
      }
    };

    describe.each(channels)('the channel %s', (channel) => {
      test('a failed delivery throws delivery_failed without the text or the recipient', () =>
        withHarness(async ({ delivery, breakDown }) => {
          await breakDown();
          const error: unknown = await delivery.send(messageFor(channel)).catch((thrown) => thrown);
          expect(error).toMatchObject({ name: 'FaceError', code: 'delivery_failed' });
          const { message, detail } = error as { message: string; detail: unknown };
          expect(JSON.stringify([message, detail])).not.toMatch(/123456|example|4915/);
        }));

      test('delivers the message unchanged to the recipient', () =>
        withHarness(async ({ delivery, arrived }) => {
          await delivery.send(messageFor(channel));
          expect(await arrived()).toEqual([messageFor(channel)]);
        }));

      test('a text with SMTP and JSON separators is delivered as one message to one recipient', () =>
        withHarness(async ({ delivery, arrived }) => {
          const text = 'one\r\n.\r\nRCPT TO:<eve@example.test>\r\n"}\n{"to":"eve"}';
          await delivery.send(messageFor(channel, text));
          const messages = await arrived();
          expect(messages.map(({ to }) => to)).toEqual([addressOf[channel]]);
        }));
    });
  });
}
